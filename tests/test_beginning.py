"""An empty database: a scheme is begun on it by one command, and every page stands."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from board.tallies import tallies_refresh
from members.models import Agreement, AgreementAcceptance, User
from tests.cast import signed_in
from tests.rights import MATRIX, ROLES

pytestmark = pytest.mark.django_db


PASSWORD = "violet-harbour-71"


@pytest.fixture(autouse=True)
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))


def begin(tmp_path: Path) -> str:
    words = tmp_path / "agreement.txt"
    words.write_text("What you see here stays here.")
    out = tmp_path / "out"
    with out.open("w") as screen:
        call_command(
            "scheme_begin", "--area", "Town Centre", "--area", "Temple Hill",
            "--agreement", str(words), "--admin", "Ada Admin", "ada@scheme.uk",
            "--manager", "Mo Manager", "mo@scheme.uk", stdout=screen,
        )  # fmt: skip
    return out.read_text()


def test_two_people_can_begin(tmp_path: Path, settings: Any) -> None:
    settings.DTAC_BASE_URL = "http:"
    link = begin(tmp_path).split("begins at http:")[1].split()[0]
    client = Client()
    assert client.get(link).status_code == 200
    sent = {
        "name": "Mo Manager", "password": "harbour-violet-17",
        "again": "harbour-violet-17", "accept": "on",
        "version": Agreement.objects.get().version,
    }  # fmt: skip
    answer = client.post(link, sent)
    assert answer.status_code == 302, answer.content.decode()[-1500:]
    assert User.objects.get(role="admin").check_password(PASSWORD)
    assert {user.email: user.role for user in User.objects.all()} == {
        "ada@scheme.uk": "admin",
        "mo@scheme.uk": "intel",
    }


def test_it_is_begun_once(tmp_path: Path) -> None:
    begin(tmp_path)
    with pytest.raises(CommandError, match="already"):
        begin(tmp_path)


def test_a_weak_password_begins_nothing(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("dartford-demo\n"))
    with pytest.raises(CommandError):
        begin(tmp_path)
    assert not User.objects.exists()


def test_every_page_stands_with_nothing_in_it(tmp_path: Path) -> None:
    begin(tmp_path)
    admin = User.objects.get()
    tallies_refresh()
    for role in ("intel", "board", "admin"):
        user = admin
        if role != "admin":
            user = User.objects.create(
                email=f"{role}@scheme.uk", name=role, role=role, member=admin.member
            )
        AgreementAcceptance.objects.create(agreement=Agreement.objects.get(), user=user)
        client = Client()
        signed_in(client, user)
        for line in MATRIX:
            expected = line.answers[ROLES.index(role)]
            if "{" in line.path or expected != 200 or line.name == "readyz":
                continue
            assert client.get(line.path).status_code in (200, 204, 302, 404), line.path
