"""No page shows a link that leads nowhere for who sees it."""

import re
from html import unescape

import pytest

from tests.rights import MATRIX, ROLES

LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"')


@pytest.mark.parametrize("role", ROLES)
def test_every_link_on_every_page_leads_somewhere(world, client_of, role: str) -> None:
    client = client_of(role)
    found: dict[str, str] = {}
    for line in MATRIX:
        path = line.path.format(**world)
        if line.answers[ROLES.index(role)] != 200 or path.startswith("/readyz/"):
            continue
        answer = client.get(path)
        if answer.streaming or not answer["Content-Type"].startswith("text/html"):
            continue
        for href in LINK.findall(answer.content.decode()):
            assert href, f"{path} has a link without an address"
            if re.match(r"(?:mailto:|tel:|https://)\S", href):  # leads out of the site
                continue
            if not href.startswith("#"):
                found[path + unescape(href) if href.startswith("?") else unescape(href)] = path
    dead = {
        href: f"{answer} on {page}"
        for href, page in found.items()
        if (answer := client.get(href).status_code) not in (200, 302)
    }
    assert not dead
