"""The demo's retention: a night that deleted something, what the next one will, and two holds."""

import datetime as dt
import uuid

from django.utils import timezone

from common import dates
from members.models import User
from offenders.models import Subject
from offenders.services import subject_create
from records.models import HoldReason, RetentionRun, RunItem
from records.retention.clocks import clocks_of
from records.retention.deleting import subject_delete
from records.retention.holds import HoldInput, hold_place
from records.retention.nightly import night_run
from records.retention.plan import subject_line
from records.retention.policy import rules_on

GONE = ("Alf Yarrow", "Bet Quill", "Cal Osier")
NEXT = ("Dot Reed", "Eve Thorn")


def load_retention(*, users: dict[str, User], scale: int) -> None:
    """Add records that nobody ever published: three that a night deletes, two that are next.

    The night is carried out for real, so that nothing is past its day; but where there is a hundred
    times as much, whose night would take minutes.
    """
    intel = users["intel@dtac.example"]
    today = dates.today()
    year = dates.add_months(today, -12)
    gone = [_old(intel, name, year) for name in GONE]
    held = _old(intel, "Flo Bracken", year)
    for name in NEXT:
        _old(intel, name, year + dt.timedelta(days=1))
    _hold(intel, held, HoldReason.COURT, "Claim at the county court, told by the clerk.", 60)
    known = Subject.objects.get(ref="D-0001")
    _hold(intel, known, HoldReason.POLICE, "The police asked for it: file to the CPS.", 150)
    if scale == 1:
        night_run(today)
    else:
        _night(today, [*gone, held])


def _old(by: User, name: str, made: dt.date) -> Subject:
    row = subject_create(by=by, fields={"status": "known", "name": name}, aliases=())
    moment = dates.london_midnight(made) + dt.timedelta(hours=11)
    Subject.objects.filter(pk=row.pk).update(created_at=moment)
    return row


def _hold(by: User, subject: Subject, reason: str, words: str, days: int) -> None:
    review = dates.today() + dt.timedelta(days=days)
    data = HoldInput(by, reason, words, review)
    hold_place(by=by, subject=subject, client_id=uuid.uuid4(), data=data)


def _night(on: dt.date, subjects: list[Subject]) -> None:
    """Carry out these lines of a night that was today's."""
    now = timezone.now()
    night = RetentionRun.objects.create(on=on, made_at=now, texts_done_at=now, finished_at=now)
    clocks, rules = clocks_of([row.pk for row in subjects], on=on), rules_on(on)
    for row in subjects:
        line = subject_line(clocks[row.pk], rules, on)
        item = RunItem(
            run=night, category="subject", ref=row.ref, due_on=line.due_on, because=line.because,
            state="skipped", words=f"{'. '.join(line.kept)}."[:300], at=now,
        )  # fmt: skip
        if not line.kept:
            subject_delete(row.pk, on=on)
            item.state, item.words = "deleted", ""
        item.save()
