"""What of this app's tables goes with a subject. Thin: the caller has locked it and commits."""

from collections.abc import Sequence

from django.db.models import Q

from common import dates
from common.forgetting import Words
from common.purging import Gone, Purged
from offenders.models import Alias, Photo, ProfileVersion, Subject, SubjectMerge
from offenders.services.photos import files_of


def words_of(keys: Sequence[int]) -> Words:
    """Return the names that these records (keys) bear or bore, and their references."""
    subjects = Subject.objects.filter(pk__in=keys)
    names = set(subjects.values_list("name", flat=True))
    names |= set(Alias.objects.filter(subject__in=keys).values_list("name", flat=True))
    versions = ProfileVersion.objects.filter(subject__in=keys)
    for name, aliases in versions.values_list("name", "aliases"):
        names |= {name, *aliases}
    refs = set(subjects.values_list("ref", flat=True))
    return Words(names=names - {""}, refs=refs)


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
