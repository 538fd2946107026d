"""Reports through the real programs: sent fifty times at once, too large, cut off, half-hearted,
and with the worker or the sender killed in the middle. Nothing lost, nothing twice, nobody held up.
"""

import contextlib
import hashlib
import http.client
import io
import json
import os
import re
import signal
import socket
import struct
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2  # type: ignore[import-untyped]
import pytest
from PIL import Image

from bench.visitor import Upload, Visitor, multipart, sighting
from tests.runner.support import eventually
from tests.stack import Demo, running_demo

SILENCE = 3  # seconds after which this test's web server takes a silent sender for gone
GRACE = 4  # seconds before it judges how fast a body comes
MB = 1024 * 1024


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with running_demo(
        DTAC_PHOTO_SWEEP_SECONDS="2", WEB_SILENCE=str(SILENCE), WEB_GRACE=str(GRACE)
    ) as made:
        yield made


@pytest.fixture(scope="module")
def staff(demo: Demo) -> Visitor:
    return Visitor(demo.url).sign_in("staff@dtac.example")


@pytest.fixture(scope="module")
def site(staff: Visitor) -> str:
    return staff.premises()


@pytest.fixture(scope="module")
def owner(staff: Visitor) -> str:
    return staff.owner()


def again(visitor: Visitor) -> Visitor:
    """Return the same user on a connection of their own."""
    twin = Visitor(f"http://{visitor.host}:{visitor.port}")
    twin.cookies, twin.token = dict(visitor.cookies), visitor.token
    return twin


def photo(size: tuple[int, int] = (900, 700)) -> bytes:
    """Return a JPEG with as much in it as a camera's."""
    buffer = io.BytesIO()
    grain = Image.frombytes(
        "RGB", (size[0] // 8, size[1] // 8), os.urandom(size[0] * size[1] // 64 * 3)
    )
    grain.resize(size).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def originals(demo: Demo) -> set[Path]:
    return set((demo.data / "media" / "originals").glob("*/*"))


def arriving(demo: Demo) -> list[Path]:
    return list((demo.data / "arriving").glob("*"))


def select(demo: Demo, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Return what a query finds in its database."""
    url = json.loads((demo.data / "state.json").read_text())["database_url"]
    place, _, name = url.removeprefix("postgres://app@/").rpartition("/")
    connection = psycopg2.connect(host=place, dbname=name, user="app")
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def rows(demo: Demo, client_id: str) -> tuple[int, ...]:
    """Return how many reports, people, files and lines of goods came of a client's id."""
    mine = "FROM incidents_report WHERE client_id = %s"
    parts = [
        f"(SELECT count(*) FROM incidents_{table} WHERE report_id IN (SELECT id {mine}))"
        for table in ("involvement", "attachment", "stolenitem")
    ]
    counts = f"SELECT (SELECT count(*) {mine}), {', '.join(parts)}"
    return tuple(select(demo, counts, *[client_id] * 4)[0])


def web_workers(demo: Demo) -> dict[int, int]:
    """Return gunicorn's workers, each with the most memory it has ever held, in bytes."""
    master = demo.process("web")
    found = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            text = status.read_text()
            if f"\nPPid:\t{master}\n" in text:
                peak = re.search(r"VmHWM:\s+(\d+) kB", text)
                found[int(status.parent.name)] = int(peak.group(1)) * 1024 if peak else 0
    assert found
    return found


def answer_of(line: socket.socket, seconds: float = 30) -> tuple[int, str]:
    """Return the status and the text of what comes back on a connection."""
    line.settimeout(seconds)
    with http.client.HTTPResponse(line) as response:
        response.begin()
        return response.status, response.read().decode(errors="replace")


def test_the_same_report_sent_50_times_at_once_is_one(
    demo: Demo, staff: Visitor, site: str, owner: str
) -> None:
    client_id, picture, before = str(uuid.uuid4()), photo(), originals(demo)
    fields = [*sighting(site, client_id=client_id), ("owner", owner), ("made_at", "0")]
    start = threading.Barrier(50)
    refs: list[str] = []

    def send() -> None:
        twin = again(staff)
        start.wait()
        try:
            answer = twin.report(fields, [("a.jpg", picture, "image/jpeg")])
            refs.append(f"{answer.status} {re.findall('SIG-[0-9-]+', answer.text)[:1]}")
        except OSError as error:
            refs.append(repr(error))
        twin.close()

    threads = [threading.Thread(target=send) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refs) == 50
    assert len(set(refs)) == 1, set(refs)
    assert refs[0].startswith("200 ['SIG")
    assert rows(demo, client_id) == (1, 1, 1, 0)
    (kept,) = originals(demo) - before
    assert kept.read_bytes() == picture


def test_two_gigabytes_are_refused_before_they_are_sent(demo: Demo, staff: Visitor) -> None:
    before, held = web_workers(demo), originals(demo)
    head = staff.head(
        "/log/",
        {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(2 * 1024 * MB)},
    )
    began = time.monotonic()
    line = staff.wire()
    line.sendall(head)
    sent = 0
    answers: list[tuple[int, str]] = []
    reader = threading.Thread(target=lambda: answers.append(answer_of(line)))
    reader.start()
    with contextlib.suppress(OSError):  # the server hangs up on us
        while reader.is_alive() and sent < 64 * MB:
            sent += line.send(b"x" * 65536)
            time.sleep(0.005)
    reader.join()
    line.close()
    ((status, page),) = answers
    assert status == 413
    assert "too large to send" in page
    assert time.monotonic() - began < 2
    assert sent < 8 * MB, sent
    grown = {pid: held - before.get(pid, held) for pid, held in web_workers(demo).items()}
    assert all(more < 16 * MB for more in grown.values()), grown
    assert not arriving(demo)
    assert originals(demo) == held


def test_a_body_without_a_length_is_not_read(demo: Demo, staff: Visitor, site: str) -> None:
    kind, body = multipart(sighting(site))
    headers = {"Content-Type": kind, "Transfer-Encoding": "chunked", **staff.as_outbox()}
    line = staff.wire()
    line.sendall(staff.head("/log/", headers) + b"%x\r\n" % len(body) + body + b"\r\n")
    status, page = answer_of(line, 5)  # and the end of it never comes
    line.close()
    assert status in (409, 422)
    assert "SIG-" not in page
    assert eventually(lambda: not arriving(demo))


@pytest.mark.parametrize("kept_open", [False, True], ids=["hung up", "went silent"])
def test_a_phone_that_loses_its_signal_in_the_middle_loses_no_photo(
    demo: Demo, staff: Visitor, site: str, owner: str, kept_open: bool
) -> None:
    client_id, before = str(uuid.uuid4()), originals(demo)
    fields = [*sighting(site, client_id=client_id), ("owner", owner), ("made_at", "0")]
    files: list[Upload] = [(f"{n}.jpg", photo((1600, 1200)), "image/jpeg") for n in range(2)]
    kind, body = multipart(fields, files)
    assert len(body) > MB  # else it is held in memory
    headers = {"Content-Type": kind, "Content-Length": str(len(body)), **staff.as_outbox()}
    line = staff.wire()
    line.sendall(staff.head("/log/", headers) + body[: -len(files[1][1]) // 2])
    if not kept_open:
        line.shutdown(socket.SHUT_WR)
    began = time.monotonic()
    status, page = answer_of(line, SILENCE + 10)
    line.close()
    assert status == 408
    assert "send it again" in page
    assert time.monotonic() - began < SILENCE + 3
    assert eventually(lambda: not arriving(demo))
    assert rows(demo, client_id) == (0, 0, 0, 0)
    assert originals(demo) == before
    assert staff.report(fields, files).status == 200
    assert rows(demo, client_id) == (1, 1, 2, 0)
    assert {path.read_bytes() for path in originals(demo) - before} == {file[1] for file in files}


def test_twenty_that_stopped_half_way_hold_nobody_up(
    demo: Demo, staff: Visitor, site: str, owner: str
) -> None:
    kind, body = multipart(sighting(site), [("a.jpg", b"\xff\xd8" + b"x" * 3 * MB, "image/jpeg")])
    headers = {"Content-Type": kind, "Content-Length": str(len(body)), **staff.as_outbox()}
    lines = [staff.wire() for _ in range(20)]
    for line in lines:
        line.sendall(staff.head("/log/", headers) + body[: 100 * 1024])
    slowest = 0.0
    deadline = time.monotonic() + SILENCE - 1
    while time.monotonic() < deadline:
        twin = again(staff)
        began = time.monotonic()
        assert twin.report([*sighting(site), ("owner", owner), ("made_at", "0")]).status == 200
        slowest = max(slowest, time.monotonic() - began)
        twin.close()
    print(f"slowest of those beside: {slowest:.2f} s")
    assert slowest < 2
    assert all(answer_of(line, SILENCE + 5)[0] == 408 for line in lines)
    for line in lines:
        line.close()
    assert eventually(lambda: not arriving(demo))


def test_a_trickle_is_cut_off(staff: Visitor, site: str) -> None:
    """One byte now and then is never silent for long; it is judged by its speed."""
    kind, body = multipart(sighting(site))
    headers = {"Content-Type": kind, "Content-Length": str(len(body)), **staff.as_outbox()}
    line = staff.wire()
    line.sendall(staff.head("/log/", headers))
    began = time.monotonic()
    line.settimeout(0.2)
    got = b""
    with contextlib.suppress(OSError):
        for at in range(len(body)):
            line.sendall(body[at : at + 1])
            with contextlib.suppress(TimeoutError):
                got += line.recv(65536)
            if got:
                break
    line.close()
    assert got.startswith(b"HTTP/1.1 408"), got[:200]
    assert GRACE - 1 < time.monotonic() - began < GRACE + 3


def test_a_large_video_passes_through_without_filling_memory(
    demo: Demo, staff: Visitor, site: str, owner: str
) -> None:
    before, client_id = web_workers(demo), str(uuid.uuid4())
    fields = [*sighting(site, client_id=client_id), ("owner", owner), ("made_at", "0")]
    pieces, inner = 150, os.urandom(MB)
    front = struct.pack(">I4s8s", 16, b"ftyp", b"isom\x00\x00\x00\x00") + struct.pack(
        ">I4s", 8, b"moov"
    )
    front += struct.pack(">I4s", 8 + pieces * MB, b"mdat")
    kind, form = multipart(fields, [("clip.mp4", b"@@", "video/mp4")])
    start, end = form.split(b"@@")
    length = len(start) + len(front) + pieces * MB + len(end)
    headers = {"Content-Type": kind, "Content-Length": str(length), **staff.as_outbox()}
    digest = hashlib.sha256(front)
    line = staff.wire()
    line.sendall(staff.head("/log/", headers) + start + front)
    for _ in range(pieces):
        line.sendall(inner)
        digest.update(inner)
    line.sendall(end)
    status, text = answer_of(line)
    line.close()
    assert status == 200
    assert '"state": "sent"' in text
    ((sha256, name, sort),) = select(
        demo,
        "SELECT a.sha256, a.original, a.kind FROM incidents_attachment a"
        " JOIN incidents_report r ON r.id = a.report_id WHERE r.client_id = %s",
        client_id,
    )
    assert (sha256, sort) == (digest.hexdigest(), "video")
    kept = (demo.data / "media" / name).read_bytes()
    assert hashlib.sha256(kept).hexdigest() == sha256
    grown = {pid: held - before.get(pid, held) for pid, held in web_workers(demo).items()}
    print(f"memory grew by at most {max(grown.values()) / MB:.1f} MB")
    assert all(more < 24 * MB for more in grown.values()), grown
    assert not arriving(demo)


def test_killing_the_worker_over_thumbnails_leaves_placeholders_then_photos(
    demo: Demo, staff: Visitor, site: str, owner: str
) -> None:
    for _ in range(3):
        pictures = [(f"{n}.jpg", photo((2400, 1800)), "image/jpeg") for n in range(8)]
        fields = [*sighting(site), ("owner", owner), ("made_at", "0")]
        assert staff.report(fields, pictures).status == 200
    photos = "FROM incidents_attachment WHERE kind = 'photo'"
    names = [str(row[0]) for row in select(demo, f"SELECT uuid {photos} ORDER BY id DESC LIMIT 24")]
    seen = {"svg": 0, "jpeg": 0}

    def look() -> None:
        for name in names:
            answer = staff.get(f"/photos/{name}/thumb/")
            assert answer.status == 200
            kind = answer.headers["Content-Type"].partition("/")[2].partition("+")[0]
            seen[kind] += 1
            if kind == "jpeg":
                with Image.open(io.BytesIO(answer.body)) as shown:
                    shown.load()

    for _ in range(3):
        demo.kill("worker")
        look()
        time.sleep(0.4)
    assert seen["svg"], "it was done before it was killed"

    def done() -> bool:
        look()
        return not select(demo, f"SELECT 1 {photos} AND variants_ready_at IS NULL")

    assert eventually(done, 60)
    before = dict(seen)
    look()
    assert seen["jpeg"] - before["jpeg"] == 24


DIES = """
import os, signal, uuid
from django.core.files.uploadedfile import SimpleUploadedFile
from incidents.services import submit
from members.models import User
staff = User.objects.get(email="staff@dtac.example")
photo = SimpleUploadedFile("a.jpg", open({path!r}, "rb").read())
submit.with_files(staff, [photo], lambda rows: os.kill(os.getpid(), signal.SIGKILL))
"""
SWEEP = "from dtac.tasks import files_sweep; print(files_sweep())"


def test_what_a_killed_sender_leaves_is_swept_away(demo: Demo, tmp_path: Path) -> None:
    picture = tmp_path / "a.jpg"
    picture.write_bytes(photo())
    before = originals(demo)
    died = demo.run("manage", "shell", "--no-imports", "-c", DIES.format(path=str(picture)))
    assert died.returncode != 0
    (left,) = originals(demo) - before  # between the file and its row
    assert left.read_bytes() == picture.read_bytes()

    def sweep() -> str:
        return demo.manage("shell", "--no-imports", "-c", SWEEP).splitlines()[-1]

    assert sweep() == "0"  # young: its row might still be on its way
    for path in originals(demo):
        os.utime(path, (time.time() - 3 * 86400,) * 2)
    assert sweep() == "1"
    assert originals(demo) == before


def test_the_web_server_killed_over_an_upload_leaves_nothing_for_long(
    demo: Demo, staff: Visitor, site: str, owner: str
) -> None:
    client_id = str(uuid.uuid4())
    fields = [*sighting(site, client_id=client_id), ("owner", owner), ("made_at", "0")]
    files: list[Upload] = [("a.jpg", photo((2400, 1800)), "image/jpeg")]
    kind, body = multipart(fields, files)
    assert len(body) > MB
    headers = {"Content-Type": kind, "Content-Length": str(len(body)), **staff.as_outbox()}
    line = staff.wire()
    line.sendall(staff.head("/log/", headers) + body[:-1000])
    assert eventually(lambda: bool(arriving(demo)))
    os.killpg(os.getpgid(demo.process("web")), signal.SIGKILL)
    line.close()
    demo.wait_ready()
    assert rows(demo, client_id) == (0, 0, 0, 0)
    assert staff.report(fields, files).status == 200  # the phone sends it again
    assert rows(demo, client_id) == (1, 1, 1, 0)
    (left,) = arriving(demo)
    os.utime(left, (time.time() - 3 * 86400,) * 2)
    demo.manage("shell", "--no-imports", "-c", SWEEP)
    assert not arriving(demo)
