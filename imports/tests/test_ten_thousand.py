"""Ten thousand rows: read, checked, written and undone, each within a minute."""

import time

import pytest

from imports.models import ImportRun
from imports.running import run_work
from imports.tests.files import day, send
from incidents.models import Report
from members.models import Member, Premises
from tests import factories
from tests.cast import Cast

ROWS = 10_000
MINUTE = 60


def timed(run: ImportRun, client, page: str, data: dict[str, str]) -> float:
    client.post(f"/import/{run.ref}/{page}/", data)
    began = time.monotonic()
    run_work(run_id=run.pk)
    took = time.monotonic() - began
    run.refresh_from_db()
    return took


def through(client, kind: str, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    """Import a large file and undo it; say how long each step took."""
    began = time.monotonic()
    run = send(client, kind, content)
    times = {"read": time.monotonic() - began}
    form = client.get(f"/import/{run.ref}/columns/").context["form"]
    times["check"] = timed(run, client, "columns", {n: form[n].value() for n in form.fields})
    assert (run.problem_count, run.make_count) == (0, ROWS), run.problems.first()
    times["write"] = timed(run, client, "step", {"step": "write"})
    assert run.state == "done", run.problem
    times["undo"] = timed(run, client, "step", {"step": "undo", "reason": "Tried out."})
    assert run.state == "undone", run.in_the_way
    with capsys.disabled():
        print("\n", kind, {step: f"{took:.1f} s" for step, took in times.items()})  # noqa: T201
    assert times["read"] + times["check"] + times["write"] < MINUTE
    assert times["undo"] < MINUTE


def test_ten_thousand_members_with_premises(cast: Cast, client_of, capsys) -> None:
    head = "Member number,Name,Sector,Area,Joined on,Address,Postcode,E-mail\n"
    rows = [
        f"M-{n},Shop {n},Independent retail,Town Centre,01/02/2020,{n} High Street,DA1 1DN,"
        f"shop{n}@test.example\n"
        for n in range(ROWS)
    ]
    through(client_of("intel"), "members", (head + "".join(rows)).encode(), capsys)
    assert not Member.objects.filter(name="Shop 7").exists()
    assert Premises.objects.count() == 2


def test_ten_thousand_incidents(cast: Cast, client_of, capsys) -> None:
    factories.incident_type()
    someone = factories.subject(cast.intel, photo=False)
    head = "Incident id,Type,Premises,Date,Time,Details,Value,Offender,Their names,Unknown person\n"
    known = f"{someone.ref},{someone.name}"
    rows = [
        f'{n},Shop theft,"{cast.shop.name}",{day(1 + n % 600)},14:05,Took gin {n}.,£12.50,'
        f"{',' if n % 10 else known},{'' if n % 3 else 'tall man'}\n"
        for n in range(ROWS)
    ]
    through(client_of("intel"), "incidents", (head + "".join(rows)).encode(), capsys)
    assert not Report.objects.exists()
