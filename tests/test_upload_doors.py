"""Hostile files at every other door: refused, and nothing of them is kept."""

from pathlib import Path
from typing import Any

import pytest

from board.models import ReportAttachment
from exclusions.models import SignedCopy
from imports.models import ImportRun
from incidents.models import Attachment
from members.models import BankLine
from offenders.models import Photo
from tests.uploads import corpus, encoded, files_kept

DOORS: tuple[tuple[str, str, str, type[Any]], ...] = (
    ("intel", "/subjects/{published}/photo/", "photo", Photo),
    ("store", "/exclusions/{in_force}/signed/", "signed", SignedCopy),
    ("intel", "/board/reports/{board_draft}/files/", "file", ReportAttachment),
    ("staff", "/reports/{waiting}/edit/", "uploads", Attachment),
    ("intel", "/money/bank/", "file", BankLine),
    ("intel", "/import/new/", "file", ImportRun),
)


@pytest.fixture(autouse=True)
def own_store(settings: Any, tmp_path: Path) -> None:
    """Files of this test alone: the other workers of the run write into the common store."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.mark.parametrize(("role", "path", "field", "model"), DOORS)
def test_every_door_refuses_them(
    world, client_of, role: str, path: str, field: str, model: type[Any]
) -> None:
    """A part of them at each: all are judged by the same two functions, or read as a table."""
    client, address = client_of(role), path.format(**world)
    page = client.get(address)
    first = page.context["form"].initial if page.context and "form" in page.context else {}
    before, rows = files_kept(), model._default_manager.count()
    for file in corpus()[::7]:
        if model in (BankLine, ImportRun) and is_text(file.content):
            continue  # which a table may well be
        data = {name: value for name, value in first.items() if value is not None}
        answer = client.post(address, *encoded({**data, **MORE.get(path, {})}, field, file))
        assert answer.status_code == 422, (file.what, answer.status_code)
    assert model._default_manager.count() == rows
    assert files_kept() == before


MORE = {
    "/import/new/": {"kind": "members", "source": "Old system", "mode": "new"},
    "/subjects/{published}/photo/": {"source": "cctv", "may_publish": "on"},
}


def is_text(content: bytes) -> bool:
    """Whether it could be somebody's table, however odd."""
    try:
        return "\x00" not in content.decode()
    except UnicodeDecodeError:
        return False
