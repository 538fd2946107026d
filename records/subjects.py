"""Records that somebody enters by reference."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError

from offenders.entries import stays_of
from offenders.models import Subject


def subjects_of(refs: Iterable[str], *, field: str = "subject_refs") -> list[Subject]:
    """Return the records of these references, by reference.

    Raises ValidationError, beside the field: there is none, or it is part of another by now.
    """
    wanted = sorted(set(refs))
    rows = Subject.objects.filter(ref__in=wanted).select_related("merged_into").order_by("ref")
    found = list(rows)
    if missing := set(wanted) - {row.ref for row in found}:
        raise ValidationError({field: f"There is no record {', '.join(sorted(missing)[:5])}."})
    for row in found:
        if row.merged_into is not None:
            words = f"{row.ref} is part of {row.merged_into.ref} by now: enter that one."
            raise ValidationError({field: words})
    return found


def leads_of(rows: Iterable[Subject]) -> list[str]:
    """Return the references of the records that these are part of by now, or are themselves."""
    found = list(rows)
    if not any(row.merged_into_id for row in found):
        return [row.ref for row in found]
    stay = stays_of(found).values()
    return list(Subject.objects.filter(pk__in=stay).order_by("ref").values_list("ref", flat=True))
