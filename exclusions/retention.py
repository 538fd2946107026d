"""What of this app's tables goes with a subject. Thin: the caller has locked them and commits."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pgtrigger
from django.db.models import Q, QuerySet
from django.utils import timezone

from common import dates
from common.db import StoredImage
from common.forgetting import Words, forget
from common.purging import Figure, Gone, Purged
from exclusions.evidence.make import pack_files
from exclusions.models import (
    Appeal,
    BreachStep,
    CaseFile,
    CaseIncident,
    CaseStatement,
    EvidencePack,
    MatterLetGo,
    Notice,
    NoticeGround,
    NoticeVariation,
    SignedCopy,
    SpotNumber,
    WarningLetter,
)
from exclusions.querysets import breaches

ONE_DAY = dt.timedelta(days=1)
APPEND_ONLY = (
    "exclusions.BreachStep:breach_step_append_only",
    "exclusions.NoticeVariation:variation_append_only",
)
"""Tables that refuse a DELETE; passed by for these rows alone, while they are deleted."""


def end_of(
    ends: dt.date, revoked: dt.date | None, confirm_by: dt.datetime | None
) -> tuple[bool, dt.date]:
    """Return whether a notice is stopped before its last day, and the first day without it.

    In: its last day, the day it was revoked, and until when it may still be confirmed, if so.
    """
    over = ends + ONE_DAY
    stops = [revoked] if revoked else []
    if confirm_by is not None and confirm_by <= timezone.now():
        stops.append(dates.london_date(confirm_by))
    first = min([over, *stops])
    return first < over, first


def breaches_of(keys: Sequence[int]) -> tuple[Figure, ...]:
    """Return the breaches of a person (the keys of their records), as the figures count them."""
    rows = breaches().filter(subject__in=keys).order_by("pk")
    fields = ("report__occurred_on", "report__area_id", "report__member_id")
    return tuple(Figure("breach", *row) for row in rows.values_list(*fields))


def purge(keys: Sequence[int], words: Words) -> Purged:
    """Delete the notices, warning letters and case files of a person (the keys of their records).

    Their references, and what their figures counted, are handed back. What other people's files say
    of the same reports stays, without this person's name.
    """
    notices = Notice.objects.filter(subject__in=keys)
    letters = WarningLetter.objects.filter(subject__in=keys)
    found = Purged(gone=[*map(_gone_notice, notices), *map(_gone_letter, letters)])
    for copy in SignedCopy.objects.filter(notice__in=notices):
        found.files.append(str(copy.original.name))
        found.files += [copy.variant_path(size) for size in StoredImage.VARIANT_SIZES]
    found.look_at |= _forget_elsewhere(keys, words)
    with pgtrigger.ignore(*APPEND_ONLY):
        for model in (BreachStep, NoticeVariation, SignedCopy, SpotNumber, Appeal):
            model._base_manager.filter(notice__in=notices).delete()
        letters.delete()
        notices.delete()
    found.add(purge_cases(CaseFile.objects.filter(subject__in=keys)))
    return found


def purge_cases(cases: "QuerySet[CaseFile]") -> Purged:
    """Delete case files with their incidents, statements and packs; the reports stay."""
    gone = [
        Gone(
            "case",
            row.ref,
            row.kind,
            "open" if row.is_open else "closed",
            dates.london_date(row.made_at),
        )
        for row in cases
    ]
    packs = EvidencePack.objects.filter(case__in=cases)
    claims = packs.exclude(claim=None).values_list("claim", flat=True)
    files = [name for claim in claims for name in pack_files(claim)]
    packs.delete()
    cases.delete()
    return Purged(files=files, gone=gone)


def _forget_elsewhere(keys: Sequence[int], words: Words) -> set[str]:
    """Take these words out of what rests on the same reports and is about somebody else."""
    shared = Q(report__people__subject__in=keys)
    theirs: dict[str, set[Any]] = {
        "notice": set(NoticeGround.objects.filter(shared).values_list("notice", flat=True)),
        "case": set(CaseIncident.objects.filter(shared).values_list("case", flat=True)),
        "letter": set(
            WarningLetter.objects.filter(cited__report__people__subject__in=keys).values_list(
                "pk", flat=True
            )
        ),
    }
    steps = BreachStep.objects.filter(shared).exclude(notice__subject__in=keys)
    found = forget(steps.distinct(), words, told="notice__ref")
    notices = Notice.objects.filter(pk__in=theirs["notice"]).exclude(subject__in=keys)
    found |= forget(notices, words)
    found |= forget(Appeal.objects.filter(notice__in=notices), words)
    letters = WarningLetter.objects.filter(pk__in=theirs["letter"]).exclude(subject__in=keys)
    found |= forget(letters, words)
    found |= forget(MatterLetGo.objects.filter(letter__in=letters), words, told="letter__ref")
    cases = CaseFile.objects.filter(pk__in=theirs["case"]).exclude(subject__in=keys)
    found |= forget(cases, words)
    for model in (CaseIncident, CaseStatement):
        found |= forget(model._base_manager.filter(case__in=cases), words, told="case__ref")
    return found


def _gone_notice(row: Notice) -> Gone:
    last = row.grounds.order_by("-occurred_at", "-pk").first()
    place = (last.area_id, last.member_id) if last else (None, None)
    figures: list[Figure] = []
    if row.served_at is not None and row.ends_on is not None:
        waits = None if row.confirmed_at else row.confirm_by
        revoked = dates.london_date(row.revoked_at) if row.revoked_at else None
        stopped, day = end_of(row.ends_on, revoked, waits)
        figures.append(Figure("served", dates.london_date(row.served_at), *place))
        figures.append(Figure("stopped" if stopped else "expired", day, *place))
    for appeal in row.appeals.all():
        figures.append(Figure("appeal", appeal.received_on, *place))
        if appeal.decision == Appeal.Decision.UPHELD and appeal.decided_at:
            figures.append(Figure("upheld", dates.london_date(appeal.decided_at), *place))
    made = dates.london_date(row.raised_at)
    return Gone("notice", row.ref, row.service_method, row.state, made, tuple(figures))


def _gone_letter(row: WarningLetter) -> Gone:
    return Gone("warning", row.ref, row.given_how, row.state, dates.london_date(row.raised_at))
