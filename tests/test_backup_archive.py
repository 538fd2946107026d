"""The file of a backup: what was put in comes out, and anything else is noticed."""

import os
from pathlib import Path

import pyrage
import pytest

from dtac.backups.archive import identities_in, locked_writer, unlocked
from dtac.backups.errors import BackupError
from dtac.backups.making import backups_prune

MINE = pyrage.x25519.Identity.generate()
OWN = pyrage.x25519.Identity.generate()
HELD = {"database/000001": os.urandom(3_000_000), "files/originals/ab/x.jpg": b"face", "end": b""}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    path = tmp_path / "one.backup.age"
    with locked_writer(path, [str(MINE.to_public())], OWN) as writer:
        for name, content in HELD.items():
            writer.add(name, content)
    return path


def read(path: Path, key: object) -> dict[str, bytes]:
    with unlocked(path, [key]) as entries:
        return {name: stream.read() for name, stream in entries}


def test_what_was_put_in_comes_out_for_either_key(made: Path) -> None:
    assert read(made, MINE) == HELD
    assert read(made, OWN) == HELD
    assert b"originals" not in made.read_bytes()
    assert made.stat().st_mode & 0o777 == 0o600


def test_no_other_key_opens_it(made: Path) -> None:
    with pytest.raises(BackupError):
        read(made, pyrage.x25519.Identity.generate())


@pytest.mark.parametrize("share", [0.2, 0.9, 0.9999])
def test_a_cut_file_is_noticed(made: Path, share: float) -> None:
    content = made.read_bytes()
    made.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(BackupError):
        read(made, MINE)


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_a_changed_byte_is_noticed(made: Path, share: float) -> None:
    content = bytearray(made.read_bytes())
    content[int(len(content) * share)] ^= 1
    made.write_bytes(content)
    with pytest.raises(BackupError):
        read(made, MINE)


def test_a_full_disk_is_said_and_not_waited_for(tmp_path: Path) -> None:
    """/dev/full takes nothing: what every write to a full disk meets with."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    full = tmp_path / "full"
    full.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        fill(full)


def fill(path: Path) -> None:
    with locked_writer(path, [str(MINE.to_public())], OWN, new=False) as writer:
        for _ in range(20):
            writer.add("database/000001", os.urandom(1_000_000))


def test_keys_are_read_as_age_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(f"# public key: {MINE.to_public()}\n{MINE}\n")
    assert [str(key) for key in identities_in(path)] == [str(MINE)]
    path.write_text("nonsense\n")
    with pytest.raises(BackupError):
        identities_in(path)
    with pytest.raises(BackupError):
        identities_in(tmp_path / "none")


def test_old_backups_go_and_the_newest_never(tmp_path: Path) -> None:
    for day in ("20200101", "20200102", "20200103"):
        (tmp_path / f"dtac-{day}T020000Z.backup.age").touch()
    (tmp_path / "notes.txt").touch()
    assert [path.name[5:13] for path in backups_prune(tmp_path, days=35)] == [
        "20200101", "20200102",
    ]  # fmt: skip
    assert backups_prune(tmp_path, days=35) == []
    assert (tmp_path / "notes.txt").exists()


def test_what_a_dead_backup_left_goes_a_day_later(tmp_path: Path) -> None:
    old, fresh = tmp_path / "dtac-1.backup.part", tmp_path / "dtac-2.backup.part"
    for path in (old, fresh):
        path.touch()
    os.utime(old, (0, 0))
    backups_prune(tmp_path, days=35)
    assert (old.exists(), fresh.exists()) == (False, True)


def test_what_goes_wrong_in_the_middle_comes_out_as_it_is(tmp_path: Path) -> None:
    def broken() -> None:
        with locked_writer(tmp_path / "x", [str(MINE.to_public())], OWN) as writer:
            writer.add("database/000001", b"some")
            raise BackupError("pg_dump failed")

    with pytest.raises(BackupError, match="pg_dump failed"):
        broken()
