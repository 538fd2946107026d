"""Each kind of file through the pages and the worker: matched, judged, written, undone."""

from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from exclusions.models import Notice
from imports.kinds import KINDS
from imports.models import ImportedRow, ImportRun
from imports.tests.files import FILES, photo_zip, send, worked
from incidents.models import Involvement, Report, StolenItem
from members.models import (
    ExclusionAuthority,
    Member,
    MemberContact,
    Payment,
    Premises,
    Subscription,
    User,
)
from members.money.accounts import received, totals
from offenders.models import Alias, Photo, ProfileVersion, Subject, Vehicle
from tests import factories
from tests.cast import Cast

LEFT_OUT = ("audit_", "imports_", "django_", "board_stale", "offenders_gallerychange")
"""The log, the imports themselves, sessions, what waits to be counted, marks of change."""
COUNTERS = ("members_moneycounter", "offenders_numberseries", "incidents_reportcounter",
            "exclusions_noticecounter")  # fmt: skip


def tables() -> dict[str, int]:
    """Return how many rows each table has, but for the log, imports, and numbers handed out."""
    names = [model._meta.db_table for model in apps.get_models(include_auto_created=True)]
    found = {}
    with connection.cursor() as cursor:
        for name in sorted(set(names)):
            if not name.startswith(LEFT_OUT) and name not in COUNTERS:
                cursor.execute(f'SELECT count(*) FROM "{name}"')
                found[name] = cursor.fetchone()[0]
    return found


@pytest.fixture
def world_of_types(cast: Cast) -> Cast:
    factories.incident_type()
    return cast


def do(client: Client, kind: str, photos: bytes | None = None) -> ImportRun:
    """Import the file of a kind through the pages; return its run, done."""
    run = send(client, kind, FILES[kind], photos=photos)
    answer = client.get(f"/import/{run.ref}/columns/")
    form = answer.context["form"]
    data = {name: form[name].value() for name in form.fields}
    assert client.post(f"/import/{run.ref}/columns/", data).status_code == 302
    run = worked(run)
    found = list(run.problems.filter(level="problem").values_list("row", "column", "words"))
    assert (run.state, found) == ("checked", [])
    assert run.is_ready
    assert client.post(f"/import/{run.ref}/step/", {"step": "write"}).status_code == 302
    run = worked(run)
    assert run.state == "done", run.problem
    page = client.get(f"/import/{run.ref}/")
    assert page.status_code == 200
    if kind == "subjects":
        assert "2 of 2 are not published." in page.content.decode()
    return run


def test_all_kinds_in_their_order_and_back(world_of_types: Cast, client_of) -> None:
    client = client_of("intel")
    counts = [tables()]
    runs = []
    for kind in KINDS:
        runs.append(do(client, kind, photo_zip() if kind == "subjects" else None))
        counts.append(tables())
        assert counts[-1] != counts[-2], kind
    judge_what_was_made(world_of_types)
    for run, before in zip(reversed(runs), reversed(counts[:-1]), strict=True):
        client.post(f"/import/{run.ref}/step/", {"step": "undo", "reason": "Tried out."})
        run = worked(run)
        assert (run.state, run.in_the_way) == ("undone", []), run.kind
        now = tables()
        assert {name: (n, before[name]) for name, n in now.items() if n != before[name]} == {}


def judge_what_was_made(cast: Cast) -> None:
    bakery = Member.objects.get(name="Cobb’s Bakery")
    assert (bakery.status, bakery.sector, bakery.kind) == ("active", "independent", "full")
    assert str(bakery.joined_on) == "2019-03-14"
    assert Premises.objects.get(name="Cobb’s Bakery").postcode == "DA1 1DN"
    assert MemberContact.objects.get(member=bakery).phone == "01632960001"
    assert ExclusionAuthority.objects.get(member=bakery).signed_by == "Ann Lee"
    assert Member.objects.get(name="Old Shop").steps.get().lost == "cost"
    person = User.objects.get(email="ann@cobbs.example")
    assert not person.has_usable_password()
    assert (person.role, person.premises.name) == ("manager", "Cobb’s Bakery, Spital Street")
    assert Subscription.objects.get(member=bakery).fee == 450
    paid = Payment.objects.get(member=bakery)
    assert (paid.ref, paid.amount) == ("OLD-00001", Decimal(1234))
    assert paid.made_at is None
    assert totals(bakery).on_account == 0
    assert totals(bakery).balance == 0
    assert received(since=paid.received_on, until=paid.received_on) == 1234
    with transaction.atomic():
        factories.invoice(cast.intel, bakery)
        assert totals(bakery).outstanding == 100  # it pays no invoice by itself
        transaction.set_rollback(True)
    kevin = Subject.objects.get(name="Kevin Marsh")
    assert "IMP-" in kevin.notes
    assert "their number 1042" in kevin.notes
    assert set(Alias.objects.filter(subject=kevin).values_list("name", flat=True)) == {"Kez", "K"}
    assert Vehicle.objects.get(subject=kevin).registration == "GK19ABC"
    photo = Photo.objects.get(subject=kevin)
    assert photo.is_primary
    assert not photo.may_publish
    assert not photo.bystanders_clear
    assert not ProfileVersion.objects.filter(subject=kevin).exists()
    report = Report.objects.get(words__startswith="Three bottles")
    assert (report.status, report.value_stolen) == ("accepted", Decimal(64))
    assert StolenItem.objects.get(report=report).category == "alcohol"
    assert Involvement.objects.get(report=report).confidence == "possible"
    notice = Notice.objects.get(subject=kevin)
    assert notice.in_force_on()
    assert notice.served_by == "PC Lane"
    assert list(notice.grounds.values_list("pk", flat=True)) == [report.pk]
    factories.Invoice.objects.all()
    import pgtrigger

    from members.models import InvoiceLine

    with pgtrigger.ignore(
        "members.Invoice:invoice_frozen", "members.InvoiceLine:invoice_line_frozen"
    ):
        InvoiceLine.objects.all().delete()
        factories.Invoice.objects.all().delete()
    assert ImportedRow.objects.filter(is_made=True).count() > 10
