"""A backup under write load, everything destroyed, put back elsewhere: all of it is there.

The real programs: web, worker and schedule run, two processes send reports with photos without a
pause, the backup is made in the middle. Then every process is killed and every file deleted.
"""

import ast
import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.runner.support import CLONE, eventually
from tests.stack import Demo, free_port, running_demo

WRITE = """
from pathlib import Path
from members.models import User
from tests import factories
staff = User.objects.get(email="staff@dtac.example")
with open({acknowledged!r}, "a") as file:
    while not Path({stop!r}).exists():
        made = factories.report(staff, staff.premises, files=[factories.upload()])
        photo = made.attachments.get()
        print(made.ref, photo.original.name, photo.sha256, file=file, flush=True)
"""
PHOTOS = """
SELECT original, sha256 FROM offenders_photo UNION SELECT original, sha256 FROM incidents_attachment
UNION SELECT original, sha256 FROM exclusions_signedcopy
"""


def manage(demo: Demo, *arguments: str, ok: bool = True) -> str:
    """Run a management command without the limits of a test's other commands."""
    done = subprocess.run(
        [CLONE / "run", "manage", *arguments],
        capture_output=True, text=True, check=False, env=demo.env, cwd=CLONE, timeout=300,
    )  # fmt: skip
    assert (done.returncode == 0) == ok, done.stdout + done.stderr
    return done.stdout + done.stderr


class Writers:
    """Two processes that send reports with a photo each, one after the other."""

    def __init__(self, demo: Demo, folder: Path) -> None:
        self.stop_file, self.acknowledged = folder / "stop", folder / "acknowledged"
        code = WRITE.format(acknowledged=str(self.acknowledged), stop=str(self.stop_file))
        self.running = [
            subprocess.Popen(
                [CLONE / "run", "manage", "shell", "-c", code],
                stdout=subprocess.DEVNULL, env=demo.env, cwd=CLONE,
            )
            for _ in range(2)
        ]  # fmt: skip

    def lines(self) -> list[list[str]]:
        """Return what was acknowledged so far: reference, file, hash."""
        if not self.acknowledged.exists():
            return []
        return [line.split() for line in self.acknowledged.read_text().splitlines() if line]

    def stop(self) -> None:
        self.stop_file.touch()
        for each in self.running:
            assert each.wait(60) == 0


@pytest.fixture(scope="module")
def story(tmp_path_factory: Any) -> Iterator[dict[str, Any]]:
    """Everything that happens, once; the tests look at what came of it."""
    folder = tmp_path_factory.mktemp("backup")
    key = folder / "key.txt"
    with running_demo() as demo:
        public = manage(demo, "backup_key", str(key)).strip().splitlines()[-1]
        demo.env |= {"DTAC_BACKUP_RECIPIENTS": public, "DTAC_BACKUP_DIR": str(folder / "backups")}
        with (demo.data / "deleted.jsonl").open("a") as known:  # to the backup too
            known.write('{"category": "subject", "deleted_on": "2026-11-25", "ref": "D-9999"}\n')
        writers = Writers(demo, folder)
        assert eventually(lambda: len(writers.lines()) > 20, 60)
        before = writers.lines()
        told = manage(demo, "backup")
        after = writers.lines()
        time.sleep(1)
        writers.stop()
        gone = ast.literal_eval(
            demo.sql("SELECT s.ref, p.original FROM offenders_photo p JOIN offenders_subject s"
                     " ON s.id = p.subject_id WHERE s.merged_into_id IS NULL ORDER BY 1 LIMIT 1")
        )[0]  # fmt: skip
        letters = demo.sql("SELECT count(*) FROM members_outboundemail WHERE state = 'queued'")
        secret = (demo.data / "secret-key").read_text()
        for pid in demo.everyone():
            with contextlib.suppress(ProcessLookupError):  # its parent was killed a moment before
                os.kill(pid, signal.SIGKILL)
        demo.launcher.wait()
        kept = (demo.data / "deleted.jsonl").read_text()  # its newest copy, from another building
        shutil.rmtree(demo.data)
        elsewhere = Demo(Path(folder), free_port())
        elsewhere.data = demo.data.parent / "elsewhere"
        elsewhere.env["DTAC_DATA_DIR"] = str(elsewhere.data)
        elsewhere.data.mkdir(mode=0o711)
        (elsewhere.data / "secret-key").write_text(secret)
        (elsewhere.data / "secret-key").chmod(0o600)
        yield {
            "folder": folder, "key": key, "before": before, "after": after, "told": told,
            "gone": gone, "demo": elsewhere, "letters": letters, "ledger": kept,
            "file": next((folder / "backups").glob("*.backup.age")),
        }  # fmt: skip
        elsewhere.close()


def test_it_was_made_under_load_and_read_back(story: dict[str, Any]) -> None:
    assert "read back" in story["told"]
    assert len(story["after"]) > len(story["before"]) + 5, "nothing was written meanwhile"
    assert not list((story["folder"] / "backups").glob("*.part"))
    assert b"Kevin" not in story["file"].read_bytes()


def test_it_is_not_put_back_where_it_should_not_be(story: dict[str, Any]) -> None:
    demo, file, key = story["demo"], str(story["file"]), str(story["key"])
    other = story["folder"] / "other.txt"
    manage(demo, "backup_key", str(other))
    assert "no ledger" in manage(demo, "restore", file, "--key", key, ok=False)
    told = manage(demo, "restore", file, "--key", str(other), "--without-ledger", ok=False)
    assert "another key" in told
    cut = story["folder"] / "cut.backup.age"
    cut.write_bytes(story["file"].read_bytes()[:-1000])
    assert "cut or changed" in manage(
        demo, "restore", str(cut), "--key", key, "--without-ledger", ok=False
    )
    assert not (demo.data / "media").exists(), "something was written"
    stray = demo.data / "media" / "originals" / "ab"
    stray.mkdir(parents=True)
    assert "store has files" in manage(
        demo, "restore", file, "--key", key, "--without-ledger", ok=False
    )
    shutil.rmtree(demo.data / "media")


def test_everything_is_back_elsewhere(story: dict[str, Any]) -> None:
    demo, file, key = story["demo"], str(story["file"]), str(story["key"])
    ref, photo = story["gone"]
    ledger, empty = story["folder"] / "ledger.jsonl", story["folder"] / "empty.jsonl"
    empty.write_text("")
    assert "older than the backup" in manage(demo, "restore", file, "--key", key, "--ledger",
                                             str(empty), ok=False)  # fmt: skip
    ledger.write_text(
        story["ledger"] + f'{{"category": "subject", "deleted_on": "2026-11-26", "ref": "{ref}"}}\n'
    )
    assert "It is whole" in manage(demo, "restore", file, "--key", key, "--prove")
    began = time.monotonic()
    told = manage(demo, "restore", file, "--key", key, "--ledger", str(ledger))
    print(f"\n{told}\nrestore took {time.monotonic() - began:.1f} s")
    assert f"{ref} deleted again" in told
    made = re.search(r"([\d,]+) rows, ([\d,]+) files", story["told"])
    back = re.search(r"([\d,]+) rows and ([\d,]+) files are there", told)
    assert made
    assert back
    assert made.groups() == back.groups()
    assert "not empty" in manage(demo, "restore", file, "--key", key, ok=False)
    demo.start()
    # What was acknowledged before the backup began is there, with its photo, bit by bit.
    reports = {r for (r,) in ast.literal_eval(demo.sql("SELECT ref FROM incidents_report"))}
    assert {line[0] for line in story["before"]} <= reports
    owned = dict(ast.literal_eval(demo.sql(PHOTOS)))
    assert len(owned) > 100
    for name, known in owned.items():
        content = (demo.data / "media" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == known, name
    assert {line[1]: line[2] for line in story["before"]}.items() <= owned.items()
    # Who was deleted stays deleted; nobody is signed in; no letter goes twice.
    assert demo.sql(f"SELECT count(*) FROM offenders_subject WHERE ref = '{ref}'") == "[(0,)]"
    assert not (demo.data / "media" / photo).exists()
    assert ref in (demo.data / "deleted.jsonl").read_text()
    assert demo.sql("SELECT count(*) FROM members_websession") == "[(0,)]"
    assert demo.sql("SELECT count(*) FROM audit_event WHERE action = 'dtac.backup.restored'") == (
        "[(1,)]"
    )
