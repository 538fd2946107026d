"""Raising notices: the grounds, the scheme's threshold, and what has to be asked before."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import constraint_messages
from common.refs import yearly_ref
from exclusions import actions
from exclusions.models import ExclusionPolicy, Notice, NoticeCounter, NoticeGround
from exclusions.policy import policy_kept, threshold_met
from exclusions.premises import premises_list_current
from incidents.models import Report
from incidents.services import locked_together
from members.models import User
from offenders.models import Subject
from offenders.publication import needs_override
from offenders.services import locked_subject


def citable_reports(subject: Subject) -> list[Report]:
    """Return the accepted incidents of a subject that a notice may cite, newest first."""
    reports = Report.objects.accepted_incidents().filter(people__subject=subject)
    return list(reports.select_related("type", "premises").order_by("-occurred_at"))


def lock_grounds(subject: Subject, reports: Sequence[Report]) -> Subject:
    """Let what a paper rests on stand still while it is judged; return the record, locked.

    Reports first, the lowest key first, as whoever takes a decision about them back. Raises
    ValidationError for a record that became part of another.
    """
    locked_together(report.pk for report in reports)
    return locked_subject(subject)


def check_citable(subject: Subject, reports: Sequence[Report]) -> None:
    """Raise ValidationError unless these are accepted incidents of this subject, one at least."""
    citable = {report.pk for report in citable_reports(subject)}
    if not reports:
        raise ValidationError({"grounds": "Choose at least one incident."})
    if {report.pk for report in reports} - citable:
        raise ValidationError({"grounds": "Cite accepted incidents of this person only."})


def check_still_citable(subject: Subject, paper: Any, *, what: str) -> None:
    """Raise ValidationError if a paper (`what` it is) cites what isn't this subject's any more.

    After it was written a merge may have been taken back, or a decision.
    """
    citable = {report.pk for report in citable_reports(subject)}
    gone = [report.ref for report in paper.grounds.order_by("ref") if report.pk not in citable]
    if gone:
        raise ValidationError(
            f"{', '.join(gone)} is no accepted incident of {subject.ref} any more. {what}"
        )


def check_named(subject: Subject) -> None:
    """Raise ValidationError for a record without a name: a paper is addressed to somebody."""
    if not subject.name:
        raise ValidationError(
            f"{subject.ref} has no name yet. Put the name on the record first: it is on the paper."
        )


def check_grounds(
    subject: Subject,
    reports: Sequence[Report],
    below_threshold_reason: str,
    policy: ExclusionPolicy,
) -> None:
    """Raise ValidationError unless these are this subject's accepted incidents, and enough."""
    check_citable(subject, reports)
    warnings = subject.warning_letters.all()
    if not threshold_met(reports, policy, warnings) and not below_threshold_reason.strip():
        raise ValidationError(
            {
                "below_threshold_reason": (
                    "These incidents are below the scheme's threshold"
                    f" ({policy.threshold_words()}). Say why a notice is right all the same."
                )
            }
        )


@dataclass(frozen=True)
class Asked:
    """What is asked before anybody is excluded (behaviours 17, 20 and 25), as it was answered.

    `matters` is whether a police or court matter is pending, with whom was asked and what they
    said. The three about a young person are needed where the subject is under 18 or may be.
    `conflict` is a connection with the person, and who agreed all the same; empty: none.
    """

    matters: str = Notice.Matters.NONE
    matters_words: str = ""
    young_reason: str = ""
    young_guardian: str = ""
    young_safeguarding: str = ""
    conflict: str = ""


YOUNG = {
    "young_reason": "Say why this is right for somebody who is under 18 or may be.",
    "young_guardian": "Say which parent or guardian was told, and when.",
    "young_safeguarding": "Say who was asked about safeguarding, and what they said.",
}


def check_asked(subject: Subject, asked: Asked) -> None:
    """Raise ValidationError for what has to be asked of this subject and wasn't answered."""
    problems = {}
    if asked.matters not in Notice.Matters.values:
        problems["matters"] = "Say whether a police or court matter is pending."
    if asked.matters == Notice.Matters.PENDING and not asked.matters_words.strip():
        problems["matters_words"] = "Say who was asked about it, when, and what they said."
    problems |= young_problems(subject, asked)
    if problems:
        raise ValidationError(problems)


def young_problems(subject: Subject, asked: Asked) -> dict[str, str]:
    """Return what is to be answered of somebody under 18 (or perhaps) and wasn't, by its field."""
    if not needs_override(subject):
        return {}
    return {name: words for name, words in YOUNG.items() if not getattr(asked, name).strip()}


def young_of(subject: Subject, asked: Asked) -> dict[str, str]:
    """Return the answers about a young person, in their fields: empty where it doesn't apply."""
    if not needs_override(subject):
        return dict.fromkeys(YOUNG, "")
    return {name: getattr(asked, name).strip() for name in YOUNG}


def asked_of(subject: Subject, asked: Asked) -> dict[str, str]:
    """Return what a notice keeps of it, in its fields: of a young person only where it applies."""
    kept = {name: str(value).strip() for name, value in asdict(asked).items()}
    if kept["matters"] == Notice.Matters.NONE:
        kept["matters_words"] = ""
    return kept | young_of(subject, asked)


@transaction.atomic
def notice_raise(
    *,
    by: User,
    subject: Subject,
    reports: Sequence[Report],
    reason: str,
    below_threshold_reason: str = "",
    asked: Asked = Asked(),
) -> Notice:
    """Raise and authorise a notice, ready to be served. It is not in force yet.

    What it says is frozen with it: reason, protocol, list of premises, the name on it.

    Raises ValidationError: a record that became part of another, nothing cited, an incident that
    isn't this subject's or not accepted, no name, the threshold not met and no reason given,
    something that has to be asked and wasn't, or a notice still to be served.
    """
    policy = policy_kept()
    check_named(lock_grounds(subject, reports))
    check_grounds(subject, reports, below_threshold_reason, policy)
    check_asked(subject, asked)
    now = timezone.now()
    year = dates.london_date(now).year
    notice = Notice(
        ref=yearly_ref("EXC", year, NoticeCounter.take("EXC", year), digits=4),
        subject=subject,
        reason=reason,
        below_threshold_reason=below_threshold_reason.strip(),
        raised_at=now,
        authorised_by=by,
        policy=policy,
        premises_list=premises_list_current(),
        printed_name=subject.shown_name,
        **asked_of(subject, asked),
    )
    notice.full_clean()
    with constraint_messages(Notice):
        notice.save()
    NoticeGround.objects.bulk_create(
        NoticeGround(notice=notice, report=report) for report in reports
    )
    record(
        actions.NOTICE_RAISED,
        by=by,
        ref=notice.ref,
        subjects=[subject.ref],
        grounds=[report.ref for report in reports],
    )
    return notice
