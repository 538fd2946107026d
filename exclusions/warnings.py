"""What happened after warnings: the matters that suggest a notice, as rows to show."""

from collections.abc import Iterable

from incidents.models import Report

from .models import WarningLetter
from .warning_querysets import second_matters


def matters_of(letters: Iterable[WarningLetter]) -> dict[int, list[Report]]:
    """Return the matters of each of these letters (by key) that suggest a notice, oldest first."""
    asked = list(letters)
    found: dict[int, list[Report]] = {letter.pk: [] for letter in asked}
    suggests = WarningLetter.objects.suggesting().filter(pk__in=list(found))
    rows = (
        second_matters()
        .filter(subject__in=[letter.subject_id for letter in asked])
        .filter(letter_id__in=suggests.order_by().values("pk"))
        .select_related("report__type", "report__premises")
        .order_by("report__occurred_at", "report_id")
    )
    for row in rows:
        found[row.letter_id].append(row.report)
    return found
