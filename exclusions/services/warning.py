"""Warning letters: written, given, withdrawn, and what is decided of a matter after one."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import constraint_messages
from common.refs import yearly_ref
from exclusions import actions
from exclusions.models import MatterLetGo, NoticeCounter, WarningGround, WarningLetter
from exclusions.policy import policy_kept
from exclusions.warning_querysets import second_matters
from incidents.models import Report
from incidents.services import locked_together
from members.models import User
from offenders.models import Subject
from offenders.publication import needs_override

from .ending import locked_whole
from .raising import (
    Asked,
    check_citable,
    check_named,
    check_still_citable,
    lock_grounds,
    young_of,
    young_problems,
)

NOTHING_ASKED = Asked()


@transaction.atomic
def warning_raise(
    *,
    by: User,
    subject: Subject,
    reports: Sequence[Report],
    reason: str,
    asked: Asked = NOTHING_ASKED,
) -> WarningLetter:
    """Write and authorise a warning letter, ready to be given. It doesn't run yet.

    What it says is frozen with it: reason, protocol, the name on it. Of `asked` the three about a
    young person are kept. Raises ValidationError: a record that became part of another, nothing
    cited, an incident that isn't this subject's or not accepted, something that has to be asked and
    wasn't, no name, a notice in force or to be served, a warning that runs already, or one still
    to be given.
    """
    policy = policy_kept()
    held = lock_grounds(subject, reports)
    check_citable(held, reports)
    check_named(held)
    _refuse_beside_notice(held, "A warning comes before a notice.")
    if problems := young_problems(held, asked):
        raise ValidationError(problems)
    if runs := held.warning_letters.running().first():
        raise ValidationError(
            f"{runs.ref} runs until {dates.short_date(runs.ends_on)}. Another matter in that time"
            " suggests a notice, not a second warning."
        )
    now = timezone.now()
    year = dates.london_date(now).year
    letter = WarningLetter(
        ref=yearly_ref("WRN", year, NoticeCounter.take("WRN", year), digits=4),
        subject=held,
        reason=reason.strip(),
        policy=policy,
        printed_name=held.shown_name,
        raised_at=now,
        authorised_by=by,
        **young_of(held, asked),
    )
    letter.full_clean()
    with constraint_messages(WarningLetter):
        letter.save()
    WarningGround.objects.bulk_create(
        WarningGround(letter=letter, report=report) for report in reports
    )
    record(
        actions.WARNING_RAISED,
        by=by,
        ref=letter.ref,
        subjects=[held.ref],
        grounds=[report.ref for report in reports],
    )
    return letter


@dataclass(frozen=True)
class Giving:
    """How, when and by whom a warning letter was given."""

    given_at: dt.datetime
    how: str
    given_by: str


@transaction.atomic
def warning_give(*, by: User, letter: WarningLetter, giving: Giving) -> WarningLetter:
    """Record that a letter was given. From that moment it runs, for twelve calendar months.

    Raises ValidationError: given or withdrawn already (code "stale"), in the future, before it was
    written, the person turns out to be under 18 and nothing was asked, it cites what isn't theirs
    any more, a notice is in force or to be served, or another warning runs on some of the days.
    """
    subject, row = _locked(letter)
    if row.is_given or row.is_withdrawn:
        raise ValidationError("This letter was given or withdrawn already.", code="stale")
    _refuse_beside_notice(subject, "Withdraw this letter.")
    check_still_citable(subject, row, what="Withdraw this letter; write another if one is right.")
    if needs_override(subject) and not row.young_reason:  # found out since; its words are frozen
        raise ValidationError(
            "This person is under 18 or may be. Withdraw this letter; write another if one is"
            " right."
        )
    now = timezone.now()
    if giving.given_at > now:
        raise ValidationError({"given_at": "This is in the future."})
    if giving.given_at < row.raised_at.replace(second=0, microsecond=0):
        raise ValidationError({"given_at": "This is before the letter was written."})
    # The form knows minutes only: given in the minute it was written is given after it.
    row.given_at = max(giving.given_at, row.raised_at)
    row.ends_on = dates.last_day_of_year_from(dates.london_date(row.given_at))
    row.given_how = giving.how
    row.given_by = giving.given_by.strip()
    row.recorded_at = now
    row.recorded_by = by
    row.full_clean()
    with constraint_messages(WarningLetter):
        row.save()
    record(
        actions.WARNING_GIVEN,
        by=by,
        ref=row.ref,
        subjects=[subject.ref],
        given_at=row.given_at.isoformat(),
        how=row.given_how,
        until=row.ends_on.isoformat(),
    )
    return row


@transaction.atomic
def warning_withdraw(*, by: User, letter: WarningLetter, reason: str) -> WarningLetter:
    """Withdraw a letter, given or not: it counts for nothing from now on.

    Notices that were raised after it stay as they are. Raises ValidationError: no reason, withdrawn
    already or over (code "stale").
    """
    subject, row = _locked(letter)
    if row.state in ("withdrawn", "over"):
        raise ValidationError("This warning is over already.", code="stale")
    row.withdrawn_at = timezone.now()
    row.withdrawn_by = by
    row.withdrawn_reason = reason.strip()
    row.full_clean()
    row.save()
    record(actions.WARNING_WITHDRAWN, by=by, ref=row.ref, subjects=[subject.ref])
    return row


@transaction.atomic
def matters_let_go(
    *, by: User, letter: WarningLetter, reports: Sequence[Report], reason: str
) -> list[MatterLetGo]:
    """Decide that these matters after a warning lead to no notice this time; return the decisions.

    `reports` are those that were on the page: one accepted since is suggested all the same. Raises
    ValidationError: no reason, none of them waits any more (code "stale").
    """
    locked_together(report.pk for report in reports)
    subject, row = _locked(letter)
    waiting = set(second_matters().filter(subject=subject).values_list("letter_id", "report_id"))
    decided = [report for report in reports if (row.pk, report.pk) in waiting]
    if not decided:
        raise ValidationError("There is nothing to decide any more.", code="stale")
    now = timezone.now()
    made = [
        MatterLetGo(letter=row, report=report, reason=reason.strip(), decided_at=now, decided_by=by)
        for report in decided
    ]
    for each in made:
        each.full_clean()
        each.save()
    record(
        actions.MATTERS_LET_GO,
        by=by,
        ref=row.ref,
        subjects=[subject.ref],
        reports=[report.ref for report in decided],
    )
    return made


def _locked(letter: WarningLetter) -> tuple[Subject, WarningLetter]:
    """Return whom a letter is about and the letter, both locked.

    The record before the letter, and reports before both, as whoever raises a notice.
    """
    subject = locked_whole(letter.subject)
    row: WarningLetter = WarningLetter.objects.select_for_update(of=["self"]).get(pk=letter.pk)
    return subject, row


def _refuse_beside_notice(subject: Subject, so: str) -> None:
    """Raise ValidationError where a notice stands: the letter says that they may enter."""
    if notice := subject.notices.standing().first():
        state = "is in force" if notice.in_force_on() else "is to be served"
        raise ValidationError(f"{notice.ref} {state}. {so}")
