"""The demo's numbered notices, one served on the spot, and what was done about breaches."""

import datetime as dt
import uuid

from django.utils import timezone

from common import dates
from exclusions.models import BreachStep, Notice
from exclusions.querysets import breaches_waiting
from exclusions.services import (
    AppealInput,
    Service,
    Spot,
    StatementInput,
    appeal_acknowledge,
    appeal_decide,
    appeal_panel_add,
    appeal_receive,
    case_open,
    case_pick,
    citable_reports,
    notice_serve_on_the_spot,
    numbers_issue,
    pack_order,
    statement_add,
)
from incidents.models import IncidentType, Report
from incidents.services import PersonInput, ReportInput, report_submit
from members.models import User
from offenders.models import Subject

NUMBERS = 4
CASE_INCIDENTS = 6
STEPS = (
    (BreachStep.Kind.TOLD_POLICE, "101, reference noted on the report"),
    (BreachStep.Kind.EVIDENCE, "CCTV of the door, asked of the store"),
    (BreachStep.Kind.NONE, ""),
)


def load_exclusions(*, users: dict[str, User]) -> None:
    """Give the demo store numbers, let it serve one, and record steps after most breaches."""
    store, intel = users["store@dtac.example"], users["intel@dtac.example"]
    numbers = numbers_issue(by=intel, member=store.member, count=NUMBERS)
    assert store.premises is not None
    now = timezone.now()
    arrest = report_submit(
        by=store,
        data=ReportInput(
            client_id=uuid.UUID(int=0xE0),
            type=IncidentType.objects.get(code="shop-theft"),
            premises=store.premises,
            occurred_at=now - dt.timedelta(hours=20),
            people=[PersonInput(named_as="Dean Brackley", clothing="hoodie")],
            outcome=Report.Outcome.ARRESTED,
        ),
    )
    notice_serve_on_the_spot(
        by=store,
        number=numbers[0],
        person=arrest.people.get(),
        spot=Spot("Dean Brackley", dt.date(1988, 6, 2), "Arrested here with goods worth £64."),
        service=Service(now - dt.timedelta(hours=19), "in_person", store.name, store.premises),
    )
    _steps(intel, now)
    _appeals(intel, users["board@dtac.example"])
    _case(intel)


def _steps(by: User, now: dt.datetime) -> None:
    """Record a step after three of four breaches; the others wait in the queue."""
    found = list(breaches_waiting())
    notices = Notice.objects.in_bulk({row.notice_ref for row in found}, field_name="ref")
    BreachStep.objects.bulk_create(
        BreachStep(
            notice=notices[row.notice_ref],
            report=row.report,
            client_id=uuid.UUID(int=0xE000 + place),
            kind=STEPS[place % 3][0],
            words=STEPS[place % 3][1],
            taken_at=min(now, row.report.occurred_at + dt.timedelta(days=1)),
            taken_by=by,
        )
        for place, row in enumerate(found)
        if place % 4
    )


APPEALS = (
    "I was shopping for my mother and have the receipt. The man in the film has a beard, I have"
    " none. Please look at it again.",
    "It is true what I did. Since then I have work, and the shop there is the only one near it.",
)


def _appeals(intel: User, board: User) -> None:
    """Let two people have appealed: one is for the Board to decide, one was refused."""
    today = dates.today()
    old = dates.london_midnight(today - dt.timedelta(days=20))
    notices = Notice.objects.in_force().filter(served_at__lt=old, confirm_by=None)
    for words, notice, decided in zip(
        APPEALS, notices.exclude(subject__ref="D-0042").order_by("-served_at"), (False, True),
        strict=False,
    ):  # fmt: skip
        came = AppealInput("appeal", today - dt.timedelta(days=9), "post", words)
        appeal = appeal_receive(by=intel, notice=notice, data=came)
        appeal_acknowledge(by=intel, appeal=appeal, on=today - dt.timedelta(days=6))
        appeal_panel_add(by=intel, appeal=appeal, user=board)
        if decided:
            reasons = "The film shows it, and you say so yourself. You may ask again in six months."
            appeal_decide(by=board, appeal=appeal, decision="refused", reasons=reasons)


WORDS = (
    "We ask for a civil injunction that keeps this person out of the shops of The Orchards and the"
    " High Street. An exclusion notice was served and is not kept."
)
IMPACT = "Two of us no longer work late by ourselves. We lock the razors away and lose customers."


def _case(intel: User) -> None:
    """Let the manager have begun a case file about D-0042 and ordered a pack of it."""
    subject = Subject.objects.get(ref="D-0042")
    case = case_open(
        by=intel, subject=subject, client_id=uuid.UUID(int=0xE1), kind="injunction", words=WORDS
    )
    case = case_pick(
        by=intel, case=case, revision=1, reports=citable_reports(subject)[:CASE_INCIDENTS]
    )
    first = case.incidents.select_related("report__reporter__member").order_by("pk")[0]
    reporter = first.report.reporter
    told = StatementInput(
        member=first.report.member,
        witness_name=reporter.name,
        words="I saw this person put razors into a bag and walk past the tills.",
        incident=first,
        name_shown=True,
    )
    impact = StatementInput(
        member=first.report.member, witness_name="The owner", words=IMPACT, incident=None
    )
    for number, data in enumerate((told, impact)):
        statement_add(by=intel, case=case, client_id=uuid.UUID(int=0xE2 + number), data=data)
    case.refresh_from_db()
    pack_order(
        by=intel,
        case=case,
        revision=case.revision,
        client_id=uuid.UUID(int=0xE9),
        names_checked=True,
    )
