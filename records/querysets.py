"""Nights with their figures, and what is left of what was deleted."""

from django.db.models import Count, Q, QuerySet

from common.refs import bare_subject_ref, parse_report_ref, parse_subject_ref

from .models import RetentionRun, Tombstone


def figures_of_nights() -> "QuerySet[RetentionRun]":
    """Return the nights, the newest first, with how many lines were `deleted`, `kept`, `failed`
    and are still `listed`.
    """
    states = {"deleted": "deleted", "kept": "skipped", "failed": "failed", "listed": "listed"}
    counts = {name: Count("items", filter=Q(items__state=state)) for name, state in states.items()}
    return RetentionRun.objects.annotate(**counts).order_by("-on")


def deleted_found(text: str) -> "QuerySet[Tombstone]":
    """Return tombstones, the newest first; of a reference, however it is typed, that one."""
    rows = Tombstone.objects.select_related("rule")
    if not text:
        return rows
    ref = parse_subject_ref(text) or bare_subject_ref(text) or parse_report_ref(text)
    return rows.filter(ref=ref) if ref else rows.filter(ref__istartswith=text)
