"""The migrated database that is kept from one run of the tests to the next."""

from pathlib import Path

import pytest

from runner import bootstrap, migrated


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "members" / "migrations").mkdir(parents=True)
    (tmp_path / bootstrap.DEVELOPMENT).write_text("django==5.2\n")
    monkeypatch.setattr(migrated, "CLONE", tmp_path)
    monkeypatch.setattr(migrated, "KEPT", tmp_path / ".data" / "migrated")
    return tmp_path


def test_whatever_it_is_made_from_names_it(clone: Path) -> None:
    marks = {migrated.fingerprint("18.6"), migrated.fingerprint("18.7")}
    first = clone / "members" / "migrations" / "0001_initial.py"
    for path, words in (
        (first, "one"),
        (first, "two"),
        (first.with_name("0002_more.py"), "two"),
        (clone / "members" / "models.py", "fields"),
        (clone / bootstrap.DEVELOPMENT, "django==5.3\n"),
    ):
        path.write_text(words)
        marks.add(migrated.fingerprint("18.6"))
    assert len(marks) == 7
    (clone / "members" / "views.py").write_text("a page")
    assert migrated.fingerprint("18.6") in marks


def test_the_last_ones_are_kept_whole(clone: Path) -> None:
    cluster = clone / "cluster"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("18\n")
    for number in range(migrated.MOST_KEPT + 2):
        migrated.keep(cluster, migrated.KEPT / str(number))
    left = list(migrated.KEPT.iterdir())
    assert len(left) == migrated.MOST_KEPT
    assert all((path / "PG_VERSION").read_text() == "18\n" for path in left)
