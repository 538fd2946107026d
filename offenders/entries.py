"""Whom the entries of a bulletin stand for: a record that became part of another is followed."""

from collections.abc import Sequence

from offenders.access import merged_on
from offenders.models import Bulletin, ProfileVersion, Subject


def stays_of(subjects: Sequence[Subject]) -> dict[int, int]:
    """Return, for each of these subjects (keys), the record that stays of it: itself, mostly."""
    merged = [subject.pk for subject in subjects if subject.merged_into_id]
    leads = merged_on(merged) if merged else {}
    return {subject.pk: leads.get(subject.pk, subject.pk) for subject in subjects}


def versions_now(bulletin: Bulletin) -> dict[int, ProfileVersion | None]:
    """Return the live profile that each entry (subject's key) stands for now, None without one.

    In the bulletin's order. Two entries stand for the same where one became part of the other.
    """
    subjects = [entry.subject for entry in bulletin.entries.select_related("subject")]
    stays = stays_of(subjects)
    live = {
        version.subject_id: version
        for version in ProfileVersion.objects.live()
        .filter(subject__in=set(stays.values()))
        .select_related("subject")
    }
    return {key: live.get(stay) for key, stay in stays.items()}
