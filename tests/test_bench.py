"""`./run bench`, from its command line to its results, and the small parts that it rests on."""

import contextlib
import itertools
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2  # type: ignore[import-untyped]
import pytest
from django.core.management import CommandError, call_command
from environ import Env

from bench.growth import picture
from bench.loading import STAMP, loaded
from bench.report import line, ratio, refused
from bench.servers import COPY, url_of
from bench.wire import Line
from runner.bench import bench_env, scale_of
from runner.console import RunError
from runner.places import CLONE, own_folder
from runner.servers import Servers
from tests.factories import MemberFactory
from tests.weights import BUDGETS, over

PAGES = (
    "gallery", "gallery-anew", "gallery-50", "gallery-excluded", "gallery-new", "profile",
    "search", "search-misspelt", "search-described", "search-typed", "queue", "subject", "log-all",
    "members", "exclusions", "exclusions-past", "poll", "board", "board-anew",
    "log", "submit",
)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "scale"),
    [
        ([], 1),
        (["--scale", "10"], 10),
        (["--pages", "poll", "--scale=100"], 100),
        (["--scale", "10", "--scale", "100"], 100),
        (["--sca", "100"], 1),  # refused by the bench itself
    ],
)
def test_the_scale_chooses_the_data(given: list[str], scale: int) -> None:
    assert scale_of(given) == scale


@pytest.mark.parametrize("wrong", [["--scale", "0"], ["--scale"], ["--scale=many"]])
def test_a_scale_that_is_none_is_said(wrong: list[str]) -> None:
    with pytest.raises(RunError, match="from 1 to 1000"):
        scale_of(wrong)


def test_nothing_of_an_installation_reaches_a_measurement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It empties the database first, and may delete photos."""
    installed = {
        "DATABASE_URL": "postgres://dtac@db.example/dtac", "PGHOST": "db.example",
        "DATABASE_REPLICA_URL": "postgres://dtac@replica.example/dtac",
        "REDIS_URL": "redis://broker.example/0", "DTAC_DATA_DIR": str(tmp_path / "installed"),
        "DTAC_S3_BUCKET": "photos", "AWS_ACCESS_KEY_ID": "key", "WEB_AT_ONCE": "9",
        "EMAIL_URL": "smtp://mail.example",
    }  # fmt: skip
    for name, value in installed.items():
        monkeypatch.setenv(name, value)
    servers = Servers(tmp_path, own=True)
    assert servers.postgres is not None
    assert servers.valkey is not None
    told = bench_env(tmp_path, servers)
    servers.tidy()
    assert not [name for name, value in told.items() if installed.get(name) == value]
    assert not any("example/" in value for value in told.values())
    assert "PATH" in told
    assert own_folder("bench-1") == CLONE / ".data" / "bench-1"


def test_data_that_it_did_not_load_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / STAMP).write_text(json.dumps({"scale": 1, "made_by": ""}))
    with pytest.raises(SystemExit, match="scale 10"):
        loaded(10, tmp_path)


@pytest.mark.django_db
def test_the_demo_is_not_loaded_over_what_is_there(settings: Any) -> None:
    settings.DTAC_DEMO = True
    member = MemberFactory()
    with pytest.raises(CommandError, match="There is data already"):
        call_command("demo_data", empty_only=True)
    member.refresh_from_db()


@pytest.mark.parametrize(
    "wrong",
    [["--jobs", "all", "--soak", "1"], ["--jobs", "all", "--against", "HEAD"], ["--sca", "100"]],
)
def test_what_does_not_go_together_is_refused(wrong: list[str]) -> None:
    argv = [sys.executable, "-m", "bench", *wrong]
    done = subprocess.run(argv, cwd=CLONE, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "error:" in done.stderr


@contextlib.contextmanager
def answering(*answers: bytes) -> Iterator[int]:
    """A server that takes one line and gives these answers, one for each request."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            taken, _ = listener.accept()
            with taken:
                for answer in answers:
                    taken.recv(4096)
                    taken.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def test_answers_are_read_whole_whatever_their_form() -> None:
    plain = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nServer-Timing: app;dur=1.5\r\n\r\nabc"
    pieces = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    none = b"HTTP/1.1 204 No Content\r\n\r\n"
    with answering(plain, pieces, none, plain) as port:
        there = Line(port, timeout=5)
        replies = [there.ask(b"GET / HTTP/1.1\r\n\r\n") for _ in range(4)]
        there.close()
    assert [reply.body for reply in replies] == [b"abc", b"abcde", b"", b"abc"]
    assert [reply.size for reply in replies[:1]] == [len(plain)]
    assert replies[0].at_server == 1.5


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a measurement on a migrated database of its own."""
    kept = os.environ.get("DTAC_TEST_MIGRATED")
    if not kept:
        pytest.skip("needs the database of `./run test`")
    url = os.environ["DATABASE_URL"]
    told = Env.db_url_config(url)
    name = f"bench_{os.getpid()}"

    def say(statement: str) -> None:
        with contextlib.closing(
            psycopg2.connect(dbname="postgres", user=told["USER"], host=told["HOST"])
        ) as there:
            there.autocommit = True
            there.cursor().execute(statement)

    say(f"CREATE DATABASE {name} TEMPLATE {told['NAME']}")
    yield os.environ | {
        "DATABASE_URL": url_of(url, name),
        "REDIS_URL": urlsplit(os.environ["REDIS_URL"])._replace(path="/15").geturl(),
        "DTAC_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "SECRET_KEY": "only-for-this-test-" + "x" * 50,
        "DTAC_VAPID_PRIVATE_KEY": "x" * 43,
        "ALLOWED_HOSTS": "127.0.0.1",
        "DTAC_BASE_URL": "https://127.0.0.1",
        "DEFAULT_FROM_EMAIL": "d-tac@dtac.example",
        "EMAIL_URL": "smtp://127.0.0.1:1",
    }
    say(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")
    say(f"DROP DATABASE {name} WITH (FORCE)")


def measured(env: dict[str, str], kind: str, *arguments: str) -> tuple[str, dict[str, Any]]:
    """Run the bench over ten times the demo's data; return what it prints, and its results."""
    out = CLONE / "bench" / "out" / f"{kind}-10.json"
    out.unlink(missing_ok=True)
    argv = [sys.executable, "-m", "bench", "--scale", "10", "--seconds", "0.2", *arguments]
    done = subprocess.run(argv, env=env, cwd=CLONE, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, json.loads(out.read_text())


def test_what_is_measured(empty: dict[str, str]) -> None:
    """One test, because they share the data: to load it takes longer than all they do."""
    pages_are_beside_others_and_read_no_more_than_they_may(empty)
    an_earlier_commit_is_beside_today(empty)
    jobs_are_done_to_the_last(empty)
    a_crowd_loses_nothing(empty)
    what_is_kept_is_printed_as_tables()


def pages_are_beside_others_and_read_no_more_than_they_may(env: dict[str, str]) -> None:
    printed, result = measured(env, "pages", "--pages", ",".join(PAGES))
    pages = {page["name"]: page for page in result["pages"]}
    assert tuple(pages) == PAGES
    assert "refused" not in printed
    ways = {name: set(page["samples"]) for name, page in pages.items()}
    assert ways["gallery"] == {"dtac", "admin", "floor"}
    assert ways["poll"] == {"dtac", "floor"}
    assert ways["submit"] == {"dtac", "admin"}
    assert all(ratio(page, "dtac") == 1 for page in pages.values())
    assert pages["gallery"]["raw_ms"] > 0
    assert line(pages["gallery"]) in printed
    assert result["run"]["rows"]["subjects"] >= 1400
    assert {name: page["queries"] for name, page in pages.items()} == BUDGETS["statements"]
    assert result["servers"]["database"] > 10
    assert not over(BUDGETS["rows"], {name: page["rows"] for name, page in pages.items()})
    assert not over(BUDGETS["bytes"], {name: page["bytes"] for name, page in pages.items()})


def an_earlier_commit_is_beside_today(env: dict[str, str]) -> None:
    _, result = measured(env, "pages", "--pages", "gallery", "--against", "HEAD")
    [page] = result["pages"]
    assert ratio(page, "before")
    assert refused(page) == []


def jobs_are_done_to_the_last(env: dict[str, str]) -> None:
    printed, result = measured(env, "jobs", "--jobs", "bulletin,expiry,pack,night")
    jobs = {job["name"]: job for job in result["jobs"]}
    assert list(jobs) == ["bulletin", "expiry", "pack", "night"]
    assert jobs["bulletin"]["count"] > 1000
    assert all(job["seconds"] > 0 and job["title"] in printed for job in jobs.values())


def a_crowd_loses_nothing(env: dict[str, str]) -> None:
    _, result = measured(env, "soak", "--soak", "0.2")
    assert result["lost"] == 0 < result["sent"]
    assert all(kind["times"] > 0 == kind["refused"] for kind in result["kinds"].values())
    assert {"web 1", "web 2", "worker 1"} <= set(result["seen"][0]["memory"])


def what_is_kept_is_printed_as_tables() -> None:
    """Of all three, without a database: for docs/performance.md. And what grows, as a picture."""
    env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}

    def printed_by(module: str) -> str:
        argv = [sys.executable, "-m", module, "10"]
        return subprocess.check_output(argv, env=env, cwd=CLONE, text=True, timeout=60)

    printed = printed_by("bench.tables")
    for row in ("| Gallery, first page |", "| Bulletin, e-mailed |", "| polls alerts |"):
        assert row in printed
    assert "0 of them lost" in printed
    assert "| page | 10x | times | queries |" in printed_by("bench.growth")


def test_each_page_has_a_label_of_its_own_beside_the_picture_of_growth() -> None:
    quick = {f"page {number}": [(1, 8.0), (100, 8 + number / 10)] for number in range(30)}
    drawn = picture(quick | {"slow": [(1, 100.0), (100, 800.0)]})
    labels = [float(y) for y in re.findall(r'<text x="578" y="([0-9.]+)"', drawn)]
    assert len(labels) == 31
    assert all(lower - upper > 11 for upper, lower in itertools.pairwise(labels))
    assert 0 < labels[0] < labels[-1] < 520
