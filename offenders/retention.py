"""What of this app's tables goes with a subject. Thin: the caller has locked it and commits."""

import datetime as dt
from collections.abc import Collection, Sequence

from django.db.models import Q

from audit.models import Event
from common import dates
from common.forgetting import Words, forget
from common.purging import Gone, Purged, Reach
from members.models import OutboundEmail
from offenders.actions import BULLETIN_VIEWED
from offenders.models import (
    AgeOverride,
    AgeReview,
    Alias,
    Association,
    Bulletin,
    LegalFact,
    Photo,
    PrintedPack,
    ProfileVersion,
    Recognition,
    Restriction,
    Subject,
    SubjectMerge,
    SubjectWarning,
    TopTenChoice,
    Vehicle,
)
from offenders.querysets import BULLETIN_MAIL
from offenders.services.photos import files_of

READ_WITHIN = dt.timedelta(days=30)
"""Who opens a bulletin within so long was reached by it."""


def words_of(keys: Sequence[int], companions: Collection[int] = ()) -> Words:
    """Return the names that these records (keys) bear or bore, and their references.

    A name that one of their `companions` (keys) bears too is doubtful.
    """
    names, theirs = _names_of(keys), _names_of(companions)
    shared = {name for name in names if name.casefold() in {each.casefold() for each in theirs}}
    refs = Subject.objects.filter(pk__in=keys).values_list("ref", flat=True)
    return Words(names=names - shared, refs=set(refs), doubtful=shared)


def _names_of(keys: Collection[int]) -> set[str]:
    names = set(Subject.objects.filter(pk__in=keys).values_list("name", flat=True))
    names |= set(Alias.objects.filter(subject__in=keys).values_list("name", flat=True))
    versions = ProfileVersion.objects.filter(subject__in=keys)
    for name, aliases in versions.values_list("name", "aliases"):
        names |= {name, *aliases}
    return names - {""}


def associates_of(keys: Sequence[int]) -> set[int]:
    """Return the keys of those whom somebody noted as associates of these records (keys)."""
    pairs = Association.objects.filter(Q(first__in=keys) | Q(second__in=keys))
    return {key for pair in pairs.values_list("first", "second") for key in pair} - set(keys)


def forget_in_records(companions: Collection[int], words: Words) -> set[str]:
    """Take these words out of the records (keys) of who stays; return what to look at."""
    found = forget(Subject.objects.filter(pk__in=companions), words)
    for model in (SubjectWarning, LegalFact, AgeOverride, AgeReview, Recognition, Restriction,
                  TopTenChoice, Vehicle, ProfileVersion):  # fmt: skip
        rows = model._base_manager.filter(subject__in=companions)
        found |= forget(rows, words, told="subject__ref")
    pairs = Association.objects.filter(first__in=companions)
    return found | forget(pairs, words, told="first__ref")


def purge(keys: Sequence[int]) -> Purged:
    """Delete these records (keys) that are one person; nothing of another app points to them.

    With them go their versions, photos, aliases, vehicles, facts, warnings, associations, places on
    the Top 10, entries in bulletins, names members gave, and what their merges said.
    """
    subjects = Subject.objects.filter(pk__in=keys)
    gone = [
        Gone("subject", row.ref, row.status, "merged" if row.merged_into_id else "",
             dates.london_date(row.created_at))
        for row in subjects.order_by("pk")
    ]  # fmt: skip
    files = files_of(Photo.objects.filter(subject__in=keys))
    ProfileVersion.objects.filter(subject__in=keys).delete()
    SubjectMerge.objects.filter(Q(kept__in=keys) | Q(gone__in=keys)).delete()
    subjects.update(merged_into=None)
    subjects.delete()
    return Purged(files=files, gone=gone)


def purge_bulletins(rows: Sequence[Bulletin]) -> Purged:
    """Delete bulletins with their entries, deliveries and paper copies; whom they showed stays.

    Their e-mails stay as the record of what was sent, without a word of what they said.
    """
    gone: list[Gone] = []
    for row in rows:
        state = "sent" if row.sent_at else "draft"
        made = dates.london_date(row.created_at)
        gone.append(Gone("bulletin", row.ref, "", state, made, reach=_reach_of(row)))
    packs = PrintedPack.objects.filter(bulletin__in=rows)
    gone += [
        Gone("pack", pack.ref, "", "printed", dates.london_date(pack.made_at)) for pack in packs
    ]
    packs.delete()
    keys = [f"{BULLETIN_MAIL}{row.ref}" for row in rows]
    OutboundEmail.objects.filter(key__in=keys).update(context={})
    Bulletin.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return Purged(gone=gone)


def _reach_of(row: Bulletin) -> Reach | None:
    """Return whom a bulletin reached, as the Board's page counts it; None for a draft."""
    if row.sent_at is None:
        return None
    reads = Event.objects.filter(
        action=BULLETIN_VIEWED.code, record=row.ref, at__lte=row.sent_at + READ_WITHIN
    ).exclude(actor_role__in=["intel", "system"])
    return Reach(
        key=row.pk,
        sent_on=dates.london_date(row.sent_at),
        recipients=row.deliveries.count(),
        readers=reads.order_by().values("actor_id").distinct().count(),
    )
