"""The disk full while people report: refused in a way that phones keep what they have, and nothing
half written; with room again everything goes on by itself, the database too.

Everything of a demo lies on a small disk of its own, which only root can make.
"""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.load import People, counted_once, photos_shown
from tests.runner.support import eventually
from tests.stack import Demo, running_demo

MEGABYTES = 2000


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("only root can make a small disk")
    place = Path(tempfile.mkdtemp(prefix="dtac-disk-", dir="/tmp"))
    options = f"size={MEGABYTES}m,mode=0711"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        place.rmdir()
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", "-l", place], check=False)
    place.rmdir()


@pytest.fixture(scope="module")
def demo(disk: Path) -> Iterator[Demo]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(disk))
        with running_demo(DTAC_PHOTO_SWEEP_SECONDS="2") as made:
            yield made


def fill(disk: Path) -> Path:
    """Fill a disk to its last byte."""
    stuffing = disk / "stuffing"
    # Unbuffered: what no longer fits would be tried again when it is closed, and raise there.
    with stuffing.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 65536)
    return stuffing


def small_disk(at: Path, megabytes: int) -> None:
    options = f"size={megabytes}m,mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", at], check=True)


def test_a_full_disk_of_files_holds_photos_back_and_nothing_else(demo: Demo) -> None:
    """Files on a disk of their own, as docs/operations.md says to have them."""
    media = demo.data / "media"
    aside = media.rename(demo.data / "media-aside")
    media.mkdir()
    small_disk(media, 400)
    subprocess.run(f"cp -a {aside}/. {media}/", shell=True, check=True)
    try:
        with People(demo) as people:
            people.wait_for_more()
            stuffing = fill(media)
            time.sleep(1)
            filled, taken = time.monotonic(), len(people.seen.taken)
            with People(demo, phones=1, photos=False) as without:
                without.wait_for_more(20)
            time.sleep(5)
            meanwhile = len(people.seen.taken) - taken
            stuffing.unlink()
            emptied = time.monotonic()
            people.wait_for_more()
            back = time.monotonic() - emptied
        print(
            f"\nfiles full for {emptied - filled:.0f} s: {people.seen.line()}; {meanwhile} with"
            f" photos taken while full, {len(without.seen.taken)} without; back after {back:.1f} s"
        )
        assert not people.seen.refused + without.seen.refused
        assert not without.seen.again
        assert set(people.seen.pages) == {"200"}
        counted_once(demo, people.seen.taken + without.seen.taken)
        assert eventually(lambda: photos_shown(demo), 90)
        assert all(path.stat().st_size for path in (media / "originals").glob("*/*"))
    finally:
        subprocess.run(["umount", "-l", media], check=True)
        media.rmdir()
        aside.rename(media)


def test_a_backup_onto_a_full_disk_is_none(demo: Demo, disk: Path) -> None:
    folder = disk / "backups"
    folder.mkdir()
    small_disk(folder, 4)
    public = demo.manage("backup_key", str(disk / "key")).splitlines()[-1]
    demo.env |= {"DTAC_BACKUP_RECIPIENTS": public, "DTAC_BACKUP_DIR": str(folder)}
    try:
        done = demo.run("manage", "backup")
        assert done.returncode != 0
        assert "No backup was made. [Errno 28]" in done.stdout + done.stderr
        assert list(folder.iterdir()) == []
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_of_everything_loses_nothing_that_was_taken(demo: Demo, disk: Path) -> None:
    """PostgreSQL stops where it can't write; with room, everything is started and is all there."""
    with People(demo) as people:
        people.wait_for_more()
        stuffing = fill(disk)
        time.sleep(10)
        stuffing.unlink()
        emptied = time.monotonic()
        stopped = not eventually(demo.ready, 20)
        if stopped:  # the launcher gives up where a program dies again and again
            demo.close()
            demo.start()
        people.wait_for_more()
        back = time.monotonic() - emptied
    print(f"\nall full: {people.seen.line()}; stopped: {stopped}; back {back:.1f} s after room")
    assert not people.seen.refused
    counted_once(demo, people.seen.taken)
    assert eventually(lambda: photos_shown(demo), 90)
