"""What can happen to people's records over the years, in any order; some of it is refused."""

import datetime as dt
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from common import dates
from exclusions.activity import shown_until
from exclusions.merging import merge_undo, subjects_merge
from exclusions.models import Appeal, CaseFile, Notice, WarningLetter
from exclusions.services import (
    AppealInput,
    appeal_decide,
    appeal_panel_add,
    appeal_receive,
    case_close,
    notice_raise,
    notice_revoke,
    warning_withdraw,
)
from incidents.models import Involvement, Report
from incidents.services import PersonInput, report_accept, report_merge, report_reject
from offenders.models import Subject, SubjectMerge
from offenders.services import profile_publish, profile_withdraw
from records.models import HoldReason, RetentionHold
from records.retention.clocks import clocks_of
from records.retention.holds import HoldInput, hold_end, hold_place, hold_renew, put_off
from tests import factories
from tests.cast import Cast

DAY = dt.timedelta(days=1)
NAMES = ("Wilbur Okonjo", "Petra Lindqvist", "Dmitri Achterberg", "Yolanda Fitzroy")


class Story:
    """Four people; each step takes a number that chooses of whom and when."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        for n, name in enumerate(NAMES):
            fields: dict[str, Any] = {"aliases": [f"Alias{n}zz"]}
            if n == 3:
                fields = {"status": "id_sought", "date_of_birth": None, "age_low": 30}
                name = ""
            factories.subject(cast.intel, name=name, photo=n % 2 == 0, **fields)

    def do(self, step: str, n: int) -> bool:
        """Take one step; return whether it was done."""
        try:
            with transaction.atomic():
                getattr(self, step)(n)
        except (ValidationError, PermissionDenied):
            return False
        return True

    def some(self, rows: Any, n: int) -> Any:
        found = list(rows.order_by("pk"))
        if not found:
            raise ValidationError("none")
        return found[n % len(found)]

    def who(self, n: int) -> Subject:
        return self.some(Subject.objects.filter(merged_into=None), n)

    def publish(self, n: int) -> None:
        who = self.who(n)
        until = max(shown_until(who), dates.today())
        longer = {"longer_because": "A trial is to come."} if n % 5 == 0 else {}
        last = dates.last_day_of_year_from(dates.today())
        expires = last if longer else min(until, last)
        draft = factories.draft(
            who, expires_on=expires, until_by_rule=until, review_on=min(expires, last) if
            expires > dates.today() else dates.today() + DAY, **longer,
        )  # fmt: skip
        profile_publish(by=self.cast.intel, subject=who, revision=who.revision, draft=draft)

    def withdraw(self, n: int) -> None:
        profile_withdraw(by=self.cast.intel, subject=self.who(n), reason="A mistake.")

    def person(self, n: int) -> PersonInput:
        return PersonInput(
            subject=self.who(n), part="with_them" if n % 7 == 6 else "did_it",
            description="grey hoodie",
        )  # fmt: skip

    def send(self, n: int) -> Report:
        """An incident or a sighting of one or two people; its words name one of them."""
        people = [self.person(n)]
        if n % 3 == 0:
            other = self.who(n + 1)
            if other.pk != people[0].subject.pk:
                people.append(PersonInput(subject=other))
        kind = None if n % 4 == 0 else factories.incident_type()
        return factories.report(
            self.cast.intel, self.cast.shop, type=kind, people=people,
            occurred_at=timezone.now() - dt.timedelta(hours=13 * (n % 40), minutes=1),
            words=f"Seen by the door: {people[0].subject.name or 'nobody known'}, and others.",
            files=[factories.upload()] if n % 5 == 1 else [],
        )  # fmt: skip

    def offend(self, n: int) -> None:
        row = self.send(n)
        if n % 6:
            report_accept(by=self.cast.intel, report=row, revision=row.revision)

    def accept(self, n: int) -> None:
        row = self.some(Report.objects.filter(status="submitted"), n)
        report_accept(by=self.cast.intel, report=row, revision=row.revision)

    def reject(self, n: int) -> None:
        row = self.some(Report.objects.filter(status="submitted"), n)
        report_reject(by=self.cast.intel, report=row, revision=row.revision, reason="No.")

    def twin(self, n: int) -> None:
        row = self.some(Report.objects.filter(status="submitted"), n)
        into = self.some(Report.objects.exclude(pk=row.pk).filter(duplicate_of=None), n // 3)
        report_merge(by=self.cast.intel, report=row, revision=row.revision, into=into)

    def warn(self, n: int) -> None:
        ago = dt.timedelta(minutes=30)
        c = self.cast
        factories.given_warning(c.intel, c.staff, c.shop, self.who(n), ago=ago)

    def unwarn(self, n: int) -> None:
        letter = self.some(WarningLetter.objects.filter(withdrawn_at=None), n)
        warning_withdraw(by=self.cast.intel, letter=letter, reason="Wrong person.")

    def exclude(self, n: int) -> None:
        c = self.cast
        factories.served_notice(c.intel, c.staff, c.shop, self.who(n))

    def raise_(self, n: int) -> None:
        who = self.who(n)
        mine = Report.objects.accepted_incidents().filter(people__subject=who)
        report = self.some(mine, n)
        notice_raise(by=self.cast.intel, subject=who, reports=[report], reason="Arrested.",
                     below_threshold_reason="x")  # fmt: skip

    def revoke(self, n: int) -> None:
        notice_revoke(by=self.cast.intel, notice=self.some(Notice.objects, n), reason="x")

    def appeal(self, n: int) -> None:
        notice = self.some(Notice.objects.in_force(), n)
        data = AppealInput(
            kind="appeal", received_on=dates.today(), received_how="post", words="Not me."
        )
        appeal_receive(by=self.cast.intel, notice=notice, data=data)

    def decide(self, n: int) -> None:
        row = self.some(Appeal.objects.open(), n)
        if not row.panel.exists():
            appeal_panel_add(by=self.cast.intel, appeal=row, user=self.cast.board)
        appeal_decide(
            by=self.cast.board, appeal=row, decision=("refused", "upheld")[n % 2], reasons="x"
        )

    def case(self, n: int) -> None:
        who = self.who(n)
        mine = Report.objects.accepted_incidents().filter(people__subject=who)
        factories.case_file(self.cast.intel, who, *list(mine.order_by("pk")[:1]))

    def close(self, n: int) -> None:
        row = self.some(CaseFile.objects.filter(closed_at=None), n)
        case_close(by=self.cast.intel, case=row, reason="Order made.")

    def hold(self, n: int) -> None:
        data = HoldInput(
            self.cast.intel, HoldReason.COURT, f"Claim {n}.", dates.today() + (1 + n) * DAY
        )
        hold_place(by=self.cast.intel, subject=self.who(n), client_id=uuid.uuid4(), data=data)

    def renew(self, n: int) -> None:
        row = self.some(RetentionHold.objects.filter(ended_at=None), n)
        hold_renew(
            by=self.cast.intel, hold=row, revision=row.revision, words=f"Still, {uuid.uuid4()}.",
            review_on=dates.today() + (n + 1) * DAY,
        )  # fmt: skip

    def let_go(self, n: int) -> None:
        row = self.some(RetentionHold.objects.filter(ended_at=None), n)
        hold_end(by=self.cast.intel, hold=row, revision=row.revision, reason="Settled.")

    def later(self, n: int) -> None:
        who = self.who(n)
        clock = clocks_of([who.pk])[who.pk]
        put_off(
            by=self.cast.intel, subject=who, until=clock.rule_due + n * DAY, words="To find out."
        )

    def merge(self, n: int) -> None:
        kept, gone = self.who(n), self.who(n // 4)
        subjects_merge(
            by=self.cast.intel, kept=kept, gone=gone, revisions=(kept.revision, gone.revision),
            fields={}, reason="The same.",
        )  # fmt: skip

    def unmerge(self, n: int) -> None:
        merge_undo(by=self.cast.intel, merge=self.some(SubjectMerge.objects.filter(
            undone_at=None), n))  # fmt: skip

    def moved(self, n: int) -> None:
        """It was taken over with an incident of before."""
        day = dates.today() - n * 20 * DAY
        Subject.objects.filter(pk=self.who(n).pk).update(last_incident_before=day)

    def undone(self, n: int) -> None:
        """By hand: an accepted report is none after all."""
        row = self.some(Report.objects.filter(status="accepted", cited_by=None), n)
        Report.objects.filter(pk=row.pk).update(status="rejected")

    def somebody_new(self, n: int) -> None:
        if Subject.objects.count() < 7:
            factories.subject(self.cast.intel, name=f"Newcomer Number{n}x", photo=n % 2 == 0)

    def on_another(self, n: int) -> None:
        """Somebody else's notice cites a report of theirs."""
        person = self.some(Involvement.objects.filter(subject__isnull=False), n)
        row = person.report
        if row.status != "accepted" or row.kind != "incident":
            raise ValidationError("none")
        factories.case_file(self.cast.intel, person.subject, row)


STEPS = [
    name for name in vars(Story) if name not in ("do", "some", "who", "person") and name[0] != "_"
]
