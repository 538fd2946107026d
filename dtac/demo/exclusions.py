"""The demo's numbered notices, one served on the spot, steps after breaches, and warnings."""

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from common import dates
from common.refs import yearly_ref
from exclusions.models import BreachStep, Notice, NoticeCounter, WarningGround, WarningLetter
from exclusions.policy import policy_kept
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
from incidents.models import IncidentType, Involvement, Report
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
    _warnings(intel, now)


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
    "I was in hospital that week. The ward has written a letter that says so.",
)
DECISIONS = {
    "refused": "The film shows it, and you say so yourself. You may ask again in six months.",
    "upheld": "The ward’s letter shows that it was somebody else. The notice ends today.",
}


def _appeals(intel: User, board: User) -> None:
    """Let three people have appealed: one is for the Board to decide, one refused, one upheld."""
    today = dates.today()
    old = dates.london_midnight(today - dt.timedelta(days=20))
    notices = Notice.objects.in_force().filter(served_at__lt=old, confirm_by=None)
    for words, notice, decided in zip(
        APPEALS, notices.exclude(subject__ref="D-0042").order_by("-served_at"), ("", *DECISIONS),
        strict=False,
    ):  # fmt: skip
        came = AppealInput("appeal", today - dt.timedelta(days=9), "post", words)
        appeal = appeal_receive(by=intel, notice=notice, data=came)
        appeal_acknowledge(by=intel, appeal=appeal, on=today - dt.timedelta(days=6))
        appeal_panel_add(by=intel, appeal=appeal, user=board)
        if decided:
            appeal_decide(by=board, appeal=appeal, decision=decided, reasons=DECISIONS[decided])


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


def _warnings(intel: User, now: dt.datetime) -> None:
    """Let one warning run after which something happened, one run quietly, and one be to give."""
    known = Subject.objects.filter(status="known", notices=None)
    free = (
        Involvement.objects.filter(
            subject__in=list(known.order_by("-pk").values_list("pk", flat=True)[:60]),
            part=Involvement.Part.DID_IT,
            report__status="accepted",
            report__kind="incident",
            report__occurred_at__range=(now - dt.timedelta(days=330), now - dt.timedelta(hours=2)),
        )
        .select_related("report")
        .order_by("subject_id", "report__occurred_at", "report_id")
    )
    reports: dict[int, list[Report]] = {}
    for row in free:
        reports.setdefault(row.subject_id, []).append(row.report)
    twice = [
        key
        for key, found in sorted(reports.items(), key=lambda each: (len(each[1]), each[0]))
        if len(found) > 1 and found[-1].occurred_at - found[-2].occurred_at > dt.timedelta(hours=4)
    ]  # who did least: a warning is for them
    for key, place, given in zip(twice, (-2, -1, -1), (True, True, False), strict=False):
        _warning(intel, now, key, reports[key][place], given=given)


def _warning(intel: User, now: dt.datetime, key: int, ground: Report, *, given: bool) -> None:
    """Write a letter to a subject (key): given within the hour, or written yesterday."""
    raised = ground.occurred_at + dt.timedelta(minutes=20)
    fields: dict[str, Any] = {}
    if given:
        at = raised + dt.timedelta(minutes=40)
        fields = {
            "given_at": at,
            "ends_on": dates.last_day_of_year_from(dates.london_date(at)),
            "given_how": WarningLetter.How.IN_PERSON,
            "given_by": "PC Amy Cole",
            "recorded_at": now,
            "recorded_by": intel,
        }
    else:
        raised = max(raised, now - dt.timedelta(days=1))
    year = dates.london_date(raised).year
    letter = WarningLetter.objects.create(
        ref=yearly_ref("WRN", year, NoticeCounter.take("WRN", year), digits=4),
        subject_id=key,
        reason="Staff and customers of our members should not have to put up with this.",
        policy=policy_kept(),
        printed_name=Subject.objects.get(pk=key).shown_name,
        raised_at=raised,
        authorised_by=intel,
        **fields,
    )
    WarningGround.objects.create(letter=letter, report=ground)
