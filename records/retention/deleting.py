"""Deleting one record, in a transaction of its own: looked at again, purged, a tombstone left."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import connection, models, transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.purging import Gone, Purged
from exclusions import retention as of_exclusions
from exclusions.models import CaseFile, Notice
from incidents import retention as of_incidents
from incidents.models import IntelligenceReport, Report
from offenders import retention as of_offenders
from offenders.models import Association, Bulletin, Subject
from records import actions
from records.models import (
    DoomedFile,
    Extension,
    KeptFigure,
    KeptReach,
    RetentionHold,
    RetentionRule,
    Tombstone,
)
from records.requests.forgetting import requests_forget
from records.sar.forgetting import answered_forget

from .clocks import clocks_of
from .others import others_due
from .plan import parts_among
from .policy import rule_kept, rules_on
from .reports import reports_due
from .wording import because, kept_because, other_because, report_because

BUSY: Final = "Somebody is working on it. The next night tries again."
NOT_DUE: Final = "It is no longer due."

OTHERS: Final[dict[str, type[models.Model]]] = {
    "intelligence": IntelligenceReport,
    "bulletin": Bulletin,
    "case": CaseFile,
}
"""What has a clock of its own beside subjects and reports."""

_also: list[Callable[[str, Sequence[int]], None]] = []


def also(forget: Callable[[str, Sequence[int]], None]) -> None:
    """Let a higher app forget what it knows of deleted rows: of which table, and their keys.

    Called in the transaction that deletes them. Each app says so once, when it is ready.
    """
    _also.append(forget)


class KeptError(Exception):
    """It is not deleted tonight; the words say why, without a name."""


@dataclass(frozen=True)
class Why:
    """When and why something is deleted, for the tombstone."""

    rule: RetentionRule
    words: str
    due_on: dt.date
    clock_on: dt.date | None = None
    seen_until: dt.date | None = None
    deleted_on: dt.date | None = None


@transaction.atomic
def subject_delete(key: int, *, on: dt.date) -> set[str]:
    """Delete a subject's record (its key) if it is due by a day and nothing keeps it.

    Returns the references of what stays and may still say something of them. Raises KeptError:
    gone, being worked on, not due any more, or kept.
    """
    keys = locked_whole(key)
    clock = clocks_of([key], on=on).get(key)
    if clock is None or clock.rule_due > on:
        raise KeptError(NOT_DUE)
    if kept := kept_because(clock, on):
        raise KeptError(f"{'. '.join(kept)}.")
    rule = rules_on(on)[clock.kind]
    why = Why(rule, because(clock, rule), clock.due_on, clock.clock_on, clock.seen_until)
    return subject_purge(keys, why)


def locked_whole(key: int) -> list[int]:
    """Lock a record (its key) with all that is part of it, its reports and notices; return the
    keys.

    Who reviews one of the reports, or serves a notice, meanwhile is not waited for.
    """
    keys = parts_among([key])
    rows: Any
    for rows in (
        Subject.objects.filter(pk__in=keys),
        Report.objects.filter(pk__in=Report.objects.filter(people__subject__in=keys).values("pk")),
        Notice.objects.filter(subject__in=keys),
    ):
        wanted = set(rows.values_list("pk", flat=True))
        locked = rows.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
        if set(locked.values_list("pk", flat=True)) != wanted:
            raise KeptError(BUSY)
    if not Subject.objects.filter(pk=key, merged_into=None).exists():
        raise KeptError(NOT_DUE)
    return keys


def subject_purge(keys: Sequence[int], why: Why) -> set[str]:
    """Delete these locked records, that are one person, and everything that points to them."""
    companions = of_incidents.companions_of(keys) | of_offenders.associates_of(keys)
    words = of_offenders.words_of(keys, companions)
    breaches = of_exclusions.breaches_of(keys)
    notices = list(Notice.objects.filter(subject__in=keys).values_list("pk", flat=True))
    pairs = Association.objects.filter(models.Q(first__in=keys) | models.Q(second__in=keys))
    associations = list(pairs.values_list("pk", flat=True))
    requests_forget(keys)
    answered_forget(list(Subject.objects.filter(pk__in=keys).values_list("ref", flat=True)))
    RetentionHold.objects.filter(subject__in=keys).delete()
    Extension.objects.filter(subject__in=keys).delete()
    purged = Purged()
    purged.add(of_exclusions.purge(keys, words))
    purged.add(of_incidents.purge_subject(keys, words))
    purged.add(of_offenders.purge(keys))
    purged.look_at |= of_offenders.forget_in_records(companions, words)
    _tell("exclusions.notice", notices)
    _tell("offenders.association", associations)
    _tell("offenders.subject", keys)
    root = next(gone for gone in purged.gone if gone.category == "subject" and not gone.status)
    _leave(purged, why, {root.ref: breaches})
    for gone in purged.gone:
        if gone.category == "subject":
            record(actions.SUBJECT_DELETED, by=None, ref=gone.ref, subjects=[gone.ref])
    return purged.look_at - {gone.ref for gone in purged.gone}


@transaction.atomic
def report_delete(key: int, *, on: dt.date) -> None:
    """Delete a report (its key), with its doubles, if it is due by a day and nobody keeps it.

    Raises KeptError as subject_delete does.
    """
    reports = locked_reports(key)
    found = reports_due(on, keys=[key])
    if not found:
        raise KeptError("Somebody on it is kept, or something rests on it.")
    rule = rules_on(on)[found[0].kind]
    why = Why(rule, report_because(found[0], rule), found[0].due_on, found[0].occurred_on)
    reports_purge(reports, why)


@transaction.atomic
def other_delete(category: str, key: int, *, on: dt.date) -> None:
    """Delete intelligence, a bulletin or a closed case file (its key) if it is due by a day.

    Raises KeptError as subject_delete does.
    """
    rows = OTHERS[category]._base_manager
    locked = list(rows.select_for_update(skip_locked=True, of=("self",)).filter(pk=key))
    if not locked:
        raise KeptError(BUSY)
    found = others_due(on, category=category, keys=[key])
    if not found:
        raise KeptError(NOT_DUE)
    if found[0].kept:
        raise KeptError(f"{'. '.join(found[0].kept)}.")
    rule = rules_on(on)[category]
    other_purge(category, key, Why(rule, other_because(rule), found[0].due_on, found[0].clock_on))


def other_purge(category: str, key: int, why: Why) -> None:
    """Delete a locked intelligence report, bulletin or case file."""
    if category == "intelligence":
        purged = of_incidents.purge_intelligence(list(IntelligenceReport.objects.filter(pk=key)))
    elif category == "bulletin":
        purged = of_offenders.purge_bulletins(list(Bulletin.objects.filter(pk=key)))
    else:
        purged = of_exclusions.purge_cases(CaseFile.objects.filter(pk=key))
    _leave(purged, why, {})
    for gone in purged.gone:
        record(actions.OTHER_DELETED, by=None, ref=gone.ref)


def locked_reports(key: int) -> list[Report]:
    """Lock a report with its doubles; return them. Raises KeptError: gone, or worked on."""
    rows = Report.objects.filter(models.Q(pk=key) | models.Q(duplicate_of=key))
    wanted = set(rows.values_list("pk", flat=True))
    found = list(rows.select_for_update(skip_locked=True, of=("self",)).order_by("pk"))
    if not wanted:
        raise KeptError(NOT_DUE)
    if {row.pk for row in found} != wanted:
        raise KeptError(BUSY)
    return found


def reports_purge(reports: Sequence[Report], why: Why) -> None:
    """Delete these locked reports, of one event, and everything that points to them."""
    keys = [report.pk for report in reports]
    purged = of_incidents.purge_reports(reports)
    _tell("incidents.report", keys)
    _leave(purged, why, {})
    for gone in purged.gone:
        record(actions.REPORT_DELETED, by=None, ref=gone.ref)


def _tell(table: str, keys: Sequence[int]) -> None:
    for forget in _also:
        forget(table, keys)


def _leave(purged: Purged, why: Why, more: dict[str, Iterable[Any]]) -> None:
    """Leave a tombstone of each record that went, its figures, and the files that are to go.

    The database's foreign keys are asked before the end: what was forgotten keeps everything.
    """
    now = timezone.now()
    why = replace(why, rule=rule_kept(why.rule))
    for gone in purged.gone:
        stone = _stone(gone, why, now)
        stone.save()
        KeptFigure.objects.bulk_create(
            KeptFigure(
                tombstone=stone,
                kind=figure.kind,
                day=figure.day,
                area_id=figure.area,
                member_id=figure.member,
                type_id=figure.type,
                stolen=figure.stolen,
                recovered=figure.recovered,
            )
            for figure in (*gone.figures, *more.get(gone.ref, ()))
        )
        if gone.reach is not None:
            KeptReach.objects.create(
                tombstone=stone,
                bulletin_key=gone.reach.key,
                sent_on=gone.reach.sent_on,
                recipients=gone.reach.recipients,
                readers=gone.reach.readers,
            )
    DoomedFile.objects.bulk_create(
        (DoomedFile(name=name, since=now) for name in sorted(set(purged.files))),
        ignore_conflicts=True,
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _stone(gone: Gone, why: Why, now: dt.datetime) -> Tombstone:
    return Tombstone(
        ref=gone.ref,
        category=gone.category,
        kind=gone.kind,
        status=gone.status,
        created_on=gone.created_on,
        clock_on=why.clock_on,
        seen_until=why.seen_until,
        due_on=why.due_on,
        deleted_on=why.deleted_on or dates.london_date(now),
        deleted_at=now,
        rule=why.rule,
        because=why.words[:300],
    )
