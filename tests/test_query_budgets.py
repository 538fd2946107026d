"""Queries per page: constant whatever the data, and within tests/query_budgets.toml."""

import datetime as dt
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.services import record
from board.drawn import forget
from board.models import BoardReport, PlanTarget
from board.tallies import tallies_refresh
from common import dates
from common.edits import edits_of
from common.variants import make_waiting_variants
from exclusions.merging import subjects_merge
from exclusions.services import numbers_issue, signed_copies_add
from incidents.services import PersonInput, report_accept
from members.actions import SIGNED_IN
from members.documents.services import document_read
from members.equipment.services import LoanInput, Move, faults_close, item_lend, item_move
from members.equipment.upkeep import CheckInput, check_record, fault_report
from members.meetings.services import meeting_answer, minutes_publish, person_list
from members.models import AwardEntry, FeeRate, Meeting, Subscription, User
from members.money.invoices import Less, invoice_credit, invoice_write_off
from members.money.payments import RefundInput, refund_pay
from members.money.renewals import renewals_remind
from members.money.schedule import fee_add
from members.pipeline import (
    ContactInput,
    MemberInput,
    NextStep,
    Step,
    contact_save,
    member_enter,
    member_step,
)
from members.services import bounce_mark
from members.somebody import PersonInput as Trainee
from members.training.services import person_book
from offenders.models import GalleryVisit, Photo, ProfileVersion, Subject
from offenders.services import bulletin_queue, bulletin_send, photo_edit
from offenders.services import record as parts
from records.models import RetentionHold, RetentionRun
from records.retention.deleting import subject_delete
from tests import factories
from tests.cast import Cast, make_cast, signed_in

BUDGETS = tomllib.loads((Path(__file__).parent / "query_budgets.toml").read_text())
CASES = [(who, path, most) for who, pages in BUDGETS.items() for path, most in pages.items()]


def one_more_of_everything(cast: Cast) -> dict[str, object]:
    """Add a published, excluded subject with reports, notices and a bulletin; return references."""
    intel = cast.intel
    version = factories.published(intel, name="Kevin Marsh", aliases=["Kez"])
    seen = [PersonInput(subject=version.subject)]
    waiting = factories.report(cast.staff, cast.shop, people=seen, files=[factories.upload()])
    stranger = PersonInput(named_as="Kevn Mrash", description="grey hoodie, swallow tattoo")
    unknown = factories.report(
        cast.staff,
        cast.shop,
        type=factories.incident_type(),
        people=[stranger],
        files=[factories.upload()],
        vehicle_registration="AB12CDE",
        methods=["foil"],
    )
    accepted = factories.report(cast.staff, cast.shop, type=factories.incident_type(), people=seen)
    report_accept(by=intel, report=accepted, revision=1)
    notice = factories.served_notice(
        intel, cast.staff, cast.shop, version.subject, ago=dt.timedelta(days=340)
    )
    signed_copies_add(by=cast.store, notice=notice, files=[factories.upload()])
    breach = factories.report(cast.other, cast.pub, people=seen)
    report_accept(by=intel, report=breach, revision=1)
    in_talks(cast, notice.ref)
    numbers = numbers_issue(by=intel, member=cast.store.member, count=2)
    factories.spot_notice(cast.store, cast.shop, numbers[0])
    hidden = factories.subject(intel, name="Hidden Person")
    kept, gone = (factories.subject(intel, photo=False) for _ in range(2))
    merge = subjects_merge(
        by=intel, kept=kept, gone=gone, revisions=(1, 1), fields={}, reason="Same person."
    )
    factories.raised_notice(intel, cast.staff, cast.shop, hidden)
    warned, waits = (factories.subject(intel, name=f"{name} Warned") for name in ("Ann", "Bo"))
    warning = factories.given_warning(intel, cast.staff, cast.shop, warned)
    factories.accepted_incident(intel, cast.staff, cast.shop, warned)
    factories.raised_warning(intel, cast.staff, cast.shop, waits)
    fill_record(intel, version.subject, hidden)
    both = [PersonInput(subject=version.subject), PersonInput(subject=hidden)]
    together = factories.report(intel, cast.shop, type=factories.incident_type(), people=both)
    report_accept(by=intel, report=together, revision=1)
    bulletin = factories.bulletin(intel, version)
    bulletin_send(by=intel, bulletin=bulletin)
    bulletin_queue(bulletin_id=bulletin.pk)
    draft = factories.bulletin(intel, version)
    bounce_mark(by=intel, user=factories.UserFactory(), reason="No such person")
    factories.alert(intel, cast.shop, subject=version.subject)
    factories.unusual_viewing(factories.UserFactory(member=cast.staff.member))
    requirement = factories.requirement(cast.intel)
    factories.grown_up(cast.intel)
    fill_photos(intel, version)
    hold, night = retained(intel, hidden)
    shared_out = factories.share(intel, kept.ref)
    request = factories.rights_request(
        intel, kept, kind="rectification", wrong_words="Kevin", right_words="Kelvin"
    )
    factories.granted_request(intel, waits)
    make_waiting_variants(Photo.objects.filter(subject=hidden))
    access_pack = factories.access_pack(intel, hidden.ref)
    complaint = factories.complaint(intel, version.subject.ref)
    data_breach = factories.data_breach(intel)
    body = factories.data_body(intel, name=f"Host {complaint.ref}", review_on=dates.today())
    withheld = factories.withheld_privacy(intel, factories.published(intel, name="Un Told").subject)
    type(withheld).objects.bulk_create(
        [replaced(withheld, review_on=dates.today() - dt.timedelta(days=1))]
    )
    case = factories.case_file(intel, version.subject, accepted)
    factories.case_statement(cast, case)
    for_the_board(cast)
    return in_use(cast) | {
        **newcomers(cast, notice.ref),
        "import_run": factories.import_run(intel, source=f"Old {notice.ref}").ref,
        "signed_page": str(notice.signed_copies.get().uuid),
        "case": case.ref,
        "case_report": accepted.ref,
        "pack": factories.evidence_pack(intel, case).ref,
        "published": version.subject.ref,
        "unpublished": hidden.ref,
        "requirement": requirement.pk,
        "hold": hold,
        "night": night,
        "request": request.ref,
        "complaint": complaint.ref,
        "shared_out": shared_out.ref,
        "body": body.pk,
        "access": access_pack.request.ref,
        "access_item": access_pack.request.items.get(source="record").pk,
        "access_pack": access_pack.ref,
        "data_breach": data_breach.ref,
        "kept": kept.ref,
        "merge": merge.pk,
        "waiting": waiting.ref,
        "unknown": unknown.ref,
        "accepted": accepted.ref,
        "in_force": notice.ref,
        "warning": warning.ref,
        "warned": warned.ref,
        "sent": bulletin.ref,
        "draft": draft.ref,
        "appeal": factories.appeal(intel, notice, cast.board).ref,
        **papers(cast),
        "published_photo": version.main_photo.uuid if version.main_photo else "",
    }


def replaced(row: Any, **changes: Any) -> Any:
    """Return a copy of a row that is not saved yet, changed so."""
    row.pk = None
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def retained(intel: User, subject: Subject) -> tuple[int, str]:
    """Add a hold whose review is due, a night with something to look at, and one deleted since."""
    hold = factories.hold(intel, subject)
    RetentionHold.objects.filter(pk=hold.pk).update(review_on=dates.today())
    night = dates.today() - dt.timedelta(days=1 + RetentionRun.objects.count())
    factories.night(night)
    old = factories.subject(intel, name="Long Gone", photo=False)
    for row in (old, factories.subject(intel, name="Due Today", photo=False)):
        Subject.objects.filter(pk=row.pk).update(created_at=timezone.now() - dt.timedelta(days=500))
    subject_delete(old.pk, on=dates.today())
    return hold.pk, night.isoformat()


def for_the_board(cast: Cast) -> None:
    """Add a version of each target, a payment and a sign-in; count as the worker would."""
    for measure in PlanTarget.Measure.values:
        number = PlanTarget.objects.filter(measure=measure).count() + 1
        by = dt.date(2090, 3, 31)
        PlanTarget.objects.create(measure=measure, number=number, baseline=1, target=9, by=by)
    factories.PaymentFactory(member=cast.store.member, received_on=dt.date.today(), amount=10)
    record(SIGNED_IN, by=cast.staff)
    tallies_refresh()


def papers(cast: Cast) -> dict[str, object]:
    """Add a report of each kind: one approved and begun to be corrected, one written, one given."""
    ago = BoardReport.objects.filter(kind="annual").count() + 1
    done = factories.board_report(cast, ago=ago, files=2)
    given = factories.board_report(cast, kind="csp", ago=ago, state="submitted")
    draft = factories.board_report(cast, kind="annual", ago=ago, state="draft", files=2)
    return {
        "board_report": done.report.ref,
        "board_waiting": given.report.ref,
        "board_draft": draft.report.ref,
    }


def in_talks(cast: Cast, name: str) -> None:
    """Add a business to win, and a contact and a step at one that is a member."""
    data = MemberInput(f"Business {name}", "full", "independent", cast.shop.area)
    for plan in (NextStep(), NextStep("Ring", dt.date.today(), cast.intel)):
        member_enter(
            by=cast.intel, data=replace(data, name=f"{data.name}{plan.next_step}"), plan=plan
        )
    member = cast.store.member
    contact_save(by=cast.intel, member=member, data=ContactInput("Ann Lee", phone="1"))
    member.refresh_from_db()
    step = Step("active", dt.date.today(), words="All well.")
    member_step(
        by=cast.intel, member=member, revision=member.revision, step=step, plan=NextStep()
    )  # fmt: skip


def newcomers(cast: Cast, name: str) -> dict[str, object]:
    """Add an application, an invitation, and people whose year ends; return their names."""
    application = factories.application(email=f"{name}@x.example")
    factories.invitation(cast.store, email=f"{name}@y.example")
    today = dt.date.today()
    for role in ("intel", "board"):
        factories.UserFactory(member=cast.intel.member, role=role, certified_until=today)
    soon = factories.UserFactory(
        member=cast.store.member, premises=cast.shop, certified_until=today, certified_by=cast.store
    )
    return {"application": application.uuid, "person": soon.uuid, **money(cast, name)}


def money(cast: Cast, name: str) -> dict[str, object]:
    """Add a subscription, an invoice partly paid and credited, a line of the bank, a debtor."""
    intel, member = cast.intel, cast.store.member
    today = dt.date.today()
    last = member.subscriptions.order_by("ends_on").last()
    starts = last.ends_on + dt.timedelta(days=1) if last else today - dt.timedelta(days=20)
    dates_of = {"starts_on": starts, "ends_on": starts + dt.timedelta(days=9)}
    row = Subscription.objects.create(member=member, fee=100, **dates_of)
    invoice = factories.invoice(intel, member, subscription=row)
    payment = factories.payment(intel, member, 30, invoice=invoice)
    invoice_credit(by=intel, invoice=invoice, data=Less(Decimal(10), "Too much."))
    invoice_write_off(by=intel, invoice=invoice, data=Less(Decimal(5), "Small."))
    factories.bank_line(intel, words=f"FP {name}", amount="55.00")
    spare = factories.payment(intel, cast.police.member, 9)
    refund_pay(by=intel, payment=spare, data=RefundInput(Decimal(2), today, "bank", "x"))
    late = factories.MemberFactory(name=f"Late {name}")
    ended = today - dt.timedelta(days=30)
    Subscription.objects.create(member=late, fee=100, starts_on=ended, ends_on=ended)
    soon = factories.MemberFactory(name=f"Soon {name}")
    Subscription.objects.create(member=soon, fee=100, starts_on=ended, ends_on=today)
    renewals_remind()
    fee_add(by=intel, item="membership", kind="full", sector="", amount=Decimal(100),
            starts_on=today + dt.timedelta(days=FeeRate.objects.count()))  # fmt: skip
    return {"invoice": invoice.ref, "payment": payment.ref}


def in_use(cast: Cast) -> dict[str, object]:
    """Add equipment on loan, with its faults, checks and an earlier loan; and some in store."""
    intel, member, today = cast.intel, cast.store.member, dt.date.today()
    lent = factories.lent(intel, member)
    for words in ("Crackles", "Clip is broken"):
        fault_report(by=cast.store, item=lent, words=words)
    check_record(by=intel, item=lent, data=CheckInput(today, passed=True))
    move = Move("store", today, condition="good")
    item_move(by=intel, item=lent, revision=lent.revision, move=move)
    faults_close(lent, by=intel, on=today, outcome="mended", words="")
    lent.refresh_from_db()
    loan = LoanInput(member, today, due_on=today)
    item_lend(by=intel, item=lent, revision=lent.revision, data=loan)
    fault_report(by=cast.store, item=lent, words="Crackles again")
    factories.equipment(intel)
    trained = [factories.certified(intel, user) for user in (cast.staff, cast.store, cast.intel)]
    session = trained[0].session
    for each in (session, factories.training(intel, today + dt.timedelta(days=1))):
        name = f"Ann {lent.ref}"
        person_book(by=intel, session=each, data=Trainee(member=member, name=name))
    paper = factories.document(intel, title=f"Paper {lent.ref}")
    document_read(by=cast.staff, document=paper, number=1)
    return {"lent": lent.ref, "session": session.ref, "document": paper.slug, **meets(cast)}


def meets(cast: Cast) -> dict[str, object]:
    """Add meetings with people and minutes, an award, bids and awards held."""
    intel, number = cast.intel, Meeting.objects.count()
    met, other = factories.meeting(intel), factories.meeting(intel, kind="board")
    meeting_answer(by=cast.staff, meeting=met, answer="coming")
    data = Trainee(member=cast.store.member, name=f"Ann {number}")
    person_list(by=intel, meeting=met, data=data, answer="came")
    for row in (met, other):
        row.refresh_from_db()
        minutes_publish(by=intel, meeting=row, revision=row.revision, body="Agreed.")
        again = {"body": "All agreed.", "change": "A word."}
        minutes_publish(by=intel, meeting=row, revision=row.revision + 1, **again)
    factories.meeting(intel, on=dates.today() + dt.timedelta(days=9))
    factories.meeting(intel, on=dates.today() - dt.timedelta(days=90))
    member = factories.MemberFactory(name=f"Bidder {number}")
    award = {"name": f"Award {number}", "holds_months": 1}
    for whose in (member, cast.store.member):
        held = factories.award_held(intel, whose, **award)
    bid = factories.award_bid(intel, cast.store.member, name=f"Safer {number}")
    AwardEntry.objects.filter(pk=held.pk).update(valid_until=dates.today())
    return {"meeting": met.ref, "bid": bid.ref}


def fill_photos(intel: User, version: ProfileVersion) -> None:
    """Add a crop of the photo that members see, and make its sizes as the worker would."""
    photo = version.main_photo
    assert photo is not None
    edits = edits_of(crop=(0.1, 0.1, 0.5, 0.5), blurs=[])
    photo_edit(by=intel, photo=photo, edits=edits, bystanders_clear=True)
    make_waiting_variants(Photo.objects.all())


def fill_record(intel: User, subject: Subject, other: Subject) -> None:
    """Add one of each part to a working record."""
    today = dt.date.today()
    in_a_month = today + dt.timedelta(days=30)
    for marker in ("violence", "spits"):
        parts.warning_add(
            by=intel, subject=subject, marker=marker, reason="x", review_on=in_a_month
        )
    parts.vehicle_add(by=intel, subject=subject, registration="GK19 ABC", words="Blue van")
    parts.legal_fact_add(
        by=intel, subject=subject, kind="charged", happened_on=today, offence="x", source="x"
    )
    parts.association_add(by=intel, subject=subject, other=other, words="Brothers", source="x")


def count(client: Client, path: str) -> int:
    """Return the queries of one request, after one that warmed what is cached for good."""
    client.get(path)
    forget()  # the Board's figures, which are of a count: for the next one they are drawn again
    GalleryVisit.objects.update(last_at=timezone.now())  # else it is noted again, once a minute
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200, path
    return len(queries)


Counts = dict[str, dict[str, int]]  # by who asks and the address as the budgets have it


def counts(cast: Cast, roles: Iterable[str], world: dict[str, object]) -> Counts:
    """Return the queries of each page in the budgets of these roles."""
    found: Counts = {}
    for who in roles:
        client = Client(raise_request_exception=True)
        signed_in(client, cast.users[who])
        session = client.session
        session["seen_at"] += 3600  # so that none of these writes when it was used last
        session.save()
        found[who] = {path: count(client, path.format(**world)) for path in BUDGETS[who]}
    return found


@pytest.fixture(scope="module")
def grown(django_db_setup: None, django_db_blocker: Any) -> tuple[Counts, Counts]:
    """The counts of every role with a little of everything, and with twice as much and more."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = make_cast()
        one_more_of_everything(cast)
        first = one_more_of_everything(cast)  # the second: there are doubles to suggest
        few = counts(cast, BUDGETS, first)
        for _ in range(3):
            one_more_of_everything(cast)
        many = counts(cast, BUDGETS, first)
        transaction.set_rollback(True)
    return few, many


@pytest.mark.parametrize("who", BUDGETS)
def test_queries_do_not_grow_and_keep_their_budget(grown: tuple[Counts, Counts], who: str) -> None:
    few, many = (found[who] for found in grown)
    assert many == few
    over = {path: (n, BUDGETS[who][path]) for path, n in many.items() if n > BUDGETS[who][path]}
    assert not over, f"over budget (measured, allowed): {over}"
    slack = {path: (n, BUDGETS[who][path]) for path, n in many.items() if n < BUDGETS[who][path]}
    assert not slack, f"budget could be lower (measured, allowed): {slack}"


def names(number: int) -> list[str]:
    """Return so many names that neither look nor sound the same."""
    words = ["".join(parts) for parts in product(("ba", "di", "fo", "ge", "lu", "mo"), repeat=4)]
    return [
        f"{words[n % len(words)].title()} {words[n // len(words) + 100 * (n % 7)].title()}"
        for n in range(number)
    ]


def test_queries_are_the_same_at_50_and_at_5000_subjects(cast: Cast) -> None:
    one_more_of_everything(cast)
    first = one_more_of_everything(cast)
    roles = ("staff", "intel")
    factories.many_known(cast.intel, names(50), first=2000)
    few = counts(cast, roles, first)
    factories.many_known(cast.intel, names(5000)[50:], first=3000)
    assert counts(cast, roles, first) == few
