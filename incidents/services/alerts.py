"""Alerts: raised with a report or by themselves, limited for each business, withdrawn."""

import datetime as dt
import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import once
from common.refs import yearly_ref
from incidents import actions, looks
from incidents.models import Alert, Involvement, Report, ReportCounter
from members.audience import AudienceKind, users_of_audience, widened
from members.models import Member, Premises, Role, User
from members.reportable import may_report_at
from offenders.models import ProfileVersion, Subject
from offenders.names import names_said

TEXT = 200
"""Letters of an alert: it is read in passing."""
ADULT = 18
UNPUBLISHED = "{ref} has no published profile, so members can’t be told of them. Describe them."
TOO_OLD = "Alerts are for what is happening now."
WORDS = {
    "sex": looks.SEXES,
    "age_band": tuple(looks.AGE_BANDS),
    "height": looks.HEIGHTS,
    "build": looks.BUILDS,
    "hair": looks.HAIR,
    "clothing": looks.CLOTHING,
    "marks": looks.MARKS,
    "carrying": looks.CARRYING,
}
"""The quick choices of a description: all that an alert takes from one, and no typed word."""


@dataclass(frozen=True)
class AlertInput:
    """An alert raised by itself. `everywhere`: all areas, not that of the premises alone."""

    client_id: uuid.UUID
    premises: Premises
    text: str
    subject: Subject | None = None
    everywhere: bool = False


def alert_life() -> dt.timedelta:
    """Return how long an alert lasts."""
    return dt.timedelta(minutes=settings.DTAC_ALERT_MINUTES)


def alert_raise(*, by: User, data: AlertInput) -> Alert:
    """Raise an alert by itself and return it; the same `client_id` again returns the one it made.

    Raises PermissionDenied for premises or subjects that are not the user's to tell of, and
    ValidationError: a name in the text, a subject without a published profile, or too many
    (code "limit").
    """
    if not may_report_at(by, data.premises):
        raise PermissionDenied
    if data.subject and not _published(by, [data.subject]):
        if not by.is_intel:
            raise PermissionDenied
        raise ValidationError({"who": UNPUBLISHED.format(ref=data.subject.ref)})
    if not Alert.objects.filter(client_id=data.client_id).exists():
        wait = _wait_for_turn(by, timezone.now())
        if wait:  # before the words are looked at: so many tries tell nothing either
            raise ValidationError(wait, code="limit")
    names = _check_text(by, data)
    audience: dict[str, Any] = {} if data.everywhere else _area_only(data.premises)

    def make() -> Alert:
        _one_at_a_time(by)
        now = timezone.now()
        wait = _wait_for_turn(by, now)
        if wait:
            raise ValidationError(wait, code="limit")
        return _save(
            by,
            now,
            client_id=data.client_id,
            subject=data.subject,
            premises=data.premises,
            text=" ".join(data.text.split()),
            names=names,
            expires_at=now + alert_life(),
            **audience,
        )

    alert = once(Alert, data.client_id, make)
    if alert.raised_by_id != by.pk:
        raise PermissionDenied
    return alert


@transaction.atomic
def alert_with_report(*, by: User, report: Report) -> Alert | None:
    """Raise the alert that was asked for with a report, in the report's own transaction.

    None: there is none to raise, which alert_outcome() puts in words; the report stands all the
    same. It ends a set time after what it tells of, however long the report was under way.
    """
    _one_at_a_time(by)
    earlier: Alert | None = Alert.objects.filter(report=report).first()
    if earlier:
        return earlier
    now = timezone.now()
    people = list(report.people.select_related("subject"))
    if _why_not(by, report, people, now):
        return None
    named = _published(by, [person.subject for person in people if person.subject])
    return _save(
        by,
        now,
        report=report,
        subject=named[0] if named else None,
        premises=report.premises,
        text=_report_words(report, people),
        expires_at=report.occurred_at + alert_life(),
        **_area_only(report.premises),
    )


def alert_outcome(report: Report) -> tuple[bool, str]:
    """Return whether the alert asked for with a report was raised, and that in words."""
    alert: Alert | None = Alert.objects.filter(report=report).select_related("area").first()
    if alert and alert.withdrawn_at:
        return False, f"{alert.ref} was withdrawn. {alert.withdrawn_reason}".strip()
    if alert:
        until = timezone.localtime(alert.expires_at, dates.LONDON)
        return True, f"Members in {alert.area.name} see the alert until {until:%H:%M}."
    people = list(report.people.select_related("subject"))
    why = _why_not(report.reporter, report, people, timezone.now())
    return False, f"No alert was raised. {why or TOO_OLD}"


@transaction.atomic
def alert_withdraw(*, by: User, alert: Alert, reason: str) -> None:
    """Take an alert off every screen at once.

    Raises PermissionDenied for those whose alert it isn't, ValidationError (code "stale") for one
    that is over or withdrawn already.
    """
    if not may_withdraw(by, alert):
        raise PermissionDenied
    row: Alert = Alert.objects.select_for_update().get(pk=alert.pk)
    if row.withdrawn_at or row.expires_at <= timezone.now():
        raise ValidationError(f"{row.ref} is over already.", code="stale")
    _end(row, by=by, reason=reason)


def _end(row: Alert, *, by: User, reason: str, **detail: Any) -> None:
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = timezone.now(), by, reason
    row.full_clean(validate_unique=False)
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    record(actions.ALERT_WITHDRAWN, by=by, ref=row.ref, subjects=_refs(row), **detail)


def alerts_follow(report: Report, *, by: User, renewed: bool = False) -> None:
    """Keep the live alerts raised with a report, or with its doubles, true to what it says now.

    Called in the transaction that changes the report. An alert whose person, place or time is not
    the report's any more is withdrawn; `renewed`, by a correction, puts the rest in its words.
    """
    about = Q(report=report) | Q(report__duplicate_of=report)
    rows = Alert.objects.live().select_for_update(of=("self",)).filter(about).order_by("pk")
    for row in rows.select_related("subject"):
        told = Report.objects.select_related("type", "premises", "duplicate_of").get(
            pk=row.report_id
        )
        why = _untrue(row, told)
        if why:
            _end(row, by=by, reason=why, report=told.ref)
        elif renewed:
            _renew(row, told, by=by)


def _untrue(alert: Alert, report: Report) -> str:
    """Return why a report does not bear its alert out any more, in words, or nothing."""
    counts = report.duplicate_of or report
    if report.status == Report.Status.REJECTED:
        return "The report was not taken up."
    if alert.subject_id and not counts.people.filter(subject=alert.subject_id).exists():
        return "The report does not say any more that it was them."
    if alert.premises_id != report.premises_id:
        return "The report gives another place now."
    if report.occurred_at + alert_life() <= timezone.now():
        return "The report says now that it was longer ago."
    return ""


def _renew(alert: Alert, report: Report, *, by: User) -> None:
    """Say what the corrected report says."""
    people = list(report.people.select_related("subject"))
    text, ends = _report_words(report, people), report.occurred_at + alert_life()
    if (alert.text, alert.expires_at) == (text, ends):
        return
    alert.text, alert.expires_at = text, ends
    alert.full_clean(validate_unique=False)
    alert.save(update_fields=["text", "expires_at"])
    record(actions.ALERT_RENEWED, by=by, ref=alert.ref, subjects=_refs(alert), report=report.ref)


def may_withdraw(user: User, alert: Alert) -> bool:
    """Whether this is theirs to withdraw: the manager's any, a raiser's or their manager's own."""
    manages = user.role == Role.MANAGER and alert.member_id == user.member_id
    return user.is_intel or alert.raised_by_id == user.pk or manages


def alert_watchers(alert: Alert) -> "QuerySet[User]":
    """Return the users who may see an alert now: the reverse of AlertQuerySet.visible_to()."""
    readers: QuerySet[User] = User.objects.readers().agreed()
    manager = Q(role=Role.INTEL)
    meant = widened(users_of_audience(alert), manager | Q(member_id=alert.member_id))
    found = readers.filter(meant)
    own = manager | Q(member_id=alert.member_id)
    for key in alert.names:
        named = ProfileVersion.objects.live().filter(subject=key).first()
        found = found.filter(widened(users_of_audience(named), own) if named else own)
    if alert.subject_id is None:
        return found
    version = ProfileVersion.objects.live().filter(subject=alert.subject_id).first()
    if version is None:
        return found.none()
    return found.filter(widened(users_of_audience(version), manager))


def people_nearby(area_id: int) -> int:
    """Return how many people of member businesses an alert in an area goes to."""
    near = Q(member__area=area_id) | Q(premises__area=area_id)
    businesses = Q(role__in=[Role.REPORTER, Role.MANAGER])
    return int(User.objects.with_access().filter(near, businesses).count())


def _save(by: User, now: dt.datetime, **fields: Any) -> Alert:
    year = dates.london_date(now).year
    alert = Alert(
        ref=yearly_ref("ALT", year, ReportCounter.take("ALT", year), digits=5),
        member=by.member,
        area=fields["premises"].area,
        raised_at=now,
        raised_by=by,
        **fields,
    )
    alert.full_clean()
    alert.save()
    report = alert.report.ref if alert.report else ""
    record(
        actions.ALERT_RAISED,
        by=by,
        ref=alert.ref,
        subjects=_refs(alert),
        audience=alert.audience,
        report=report,
    )
    transaction.on_commit(lambda: _wake(alert.pk), robust=True)
    return alert


def _wake(alert_id: int) -> None:
    from incidents.tasks import alert_push  # tasks are above services

    alert_push.delay(alert_id)


def _one_at_a_time(by: User) -> None:
    """Wait for this business's other alerts to be stored, so that none is left uncounted."""
    Member.objects.select_for_update(no_key=True).get(pk=by.member_id)


def _wait_for_turn(by: User, now: dt.datetime) -> str:
    """Return why this business may raise none just now, in words, or nothing."""
    most, minutes = settings.DTAC_ALERT_LIMIT, settings.DTAC_ALERT_LIMIT_MINUTES
    window = dt.timedelta(minutes=minutes)
    raised = Alert.objects.filter(member_id=by.member_id, raised_at__gt=now - window)
    lately = list(raised.order_by("-raised_at").values_list("raised_at", flat=True)[:most])
    if by.is_intel or len(lately) < most:
        return ""
    free_at = (lately[-1] if lately else now) + window
    left = max(1, math.ceil((free_at - now).total_seconds() / 60))
    return (
        f"{by.member.name} has raised {most} alerts in {minutes} minutes, the most there may be."
        f" Try again in {left} minute{'' if left == 1 else 's'}. Until then use the radio, and in"
        " an emergency call 999."
    )


def _why_not(by: User, report: Report, people: Sequence[Involvement], now: dt.datetime) -> str:
    """Return why a report raises no alert, in words, or nothing."""
    if report.occurred_at + alert_life() <= now:
        return f"The report waited too long to be sent. {TOO_OLD}"
    named = [person.subject for person in people if person.subject]
    if named and not _published(by, named):
        # Anybody else could name the published alone: the manager has worked on it since.
        return UNPUBLISHED.format(ref=named[0].ref) if by.is_intel else TOO_OLD
    return _wait_for_turn(by, now)


def _published(by: User, subjects: Sequence[Subject]) -> list[Subject]:
    """Return those of the subjects whose live profile this user sees, in their order."""
    if not subjects:
        return []
    keys = [subject.pk for subject in subjects]
    seen = set(
        ProfileVersion.objects.visible_to(by)
        .filter(subject__in=keys)
        .values_list("subject_id", flat=True)
    )
    return [subject for subject in subjects if subject.pk in seen]


def _check_text(by: User, data: AlertInput) -> list[int]:
    """Refuse the name of anybody whom the writer sees published; return whom else it names.

    A name that only others see is not refused: that would tell the writer of the profile. The
    alert then shows to those alone who see it, as AlertQuerySet.visible_to() says.
    """
    about = [data.subject.pk] if data.subject else []
    said = names_said(data.text, about=about, bent=False)
    if ProfileVersion.objects.visible_to(by).filter(subject__in=said).exists():
        record(actions.ALERT_NAME_REFUSED, by=by)
        raise ValidationError(
            {"text": "Leave names out: every member may read it. Give the reference under Who."}
        )
    return sorted(said)


def _area_only(premises: Premises) -> dict[str, Any]:
    return {"audience": AudienceKind.AREAS, "audience_areas": [premises.area_id]}


def _report_words(report: Report, people: Sequence[Involvement]) -> str:
    """Return what a report's alert says: what, where, dangers, and how somebody unknown looks."""
    what = report.type.label if report.type else "Seen"
    text = f"{what} at {report.premises.name}."
    if report.violence:
        text += " Violence."
    if report.weapon in (Report.Weapon.SHOWN, Report.Weapon.USED):
        text += " A weapon."
    if any(person.subject for person in people):
        others = len(people) - 1
        seen = f"With {others} other{'' if others == 1 else 's'}." if others else ""
    else:
        seen = _looks(people[0]) if people else ""
    return " ".join(f"{text} {seen}".split())[:TEXT]


def _looks(person: Involvement) -> str:
    """Return how somebody unknown looks, of the quick choices only: "Male, 18-24, hoodie."

    Nothing of somebody who may be a child: a whole area is not told what a child looks like.
    """
    low, _ = looks.AGE_BANDS.get(person.age_band, (ADULT, None))
    if low < ADULT:
        return ""
    said = [
        word
        for name, known in WORDS.items()
        for word in str(getattr(person, name)).split(", ")
        if word in known
    ]
    return f"{', '.join(said).capitalize()}." if said else ""


def _refs(alert: Alert) -> list[str]:
    return [alert.subject.ref] if alert.subject else []
