"""Whose network address the log notes, behind proxies of ours."""

from typing import Any

import pytest

from audit.models import Event
from tests.cast import Cast


@pytest.mark.parametrize(
    ("proxies", "said", "noted"),
    [
        (0, "203.0.113.9", "127.0.0.1"),  # nobody is believed
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # what ours added, not what was sent
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "<script>", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_the_log_has_the_address_that_our_proxies_say(
    cast: Cast, client_of: Any, settings: Any, proxies: int, said: str, noted: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    client_of("intel").get("/subjects/", headers={"X-Forwarded-For": said})
    latest = Event.objects.order_by("-pk").first()
    assert latest is not None
    assert latest.address == noted
