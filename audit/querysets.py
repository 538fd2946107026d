"""Rows of the log for a reader."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from .actions import source_protecting
from .models import Event


def events_of_actor(actor_id: int) -> QuerySet[Event]:
    """Return what one user did and looked at, newest first."""
    return Event.objects.filter(actor_id=actor_id).order_by("-id")


def events_of_member(member_id: int) -> QuerySet[Event]:
    """Return what the people of one member did and looked at, newest first.

    Who of them gave intelligence is left out: a source is protected from its own employer too.
    """
    theirs = Event.objects.filter(member_id=member_id)
    return theirs.exclude(action__in=source_protecting()).order_by("-id")


def all_events() -> QuerySet[Event]:
    """Return everything, newest first. For the Intelligence Manager."""
    return Event.objects.order_by("-id")


def events_about(rows: QuerySet[Event], ref: str) -> QuerySet[Event]:
    """Return those of some events that are about a record, or about a subject, by its reference."""
    return rows.filter(Q(record=ref) | Q(subjects__contains=[ref]))


def events_of_exhibit(ref: str, number: int) -> QuerySet[Event]:
    """Return what happened to one exhibit of a report, oldest first: its chain of custody."""
    return Event.objects.filter(record=ref, detail__exhibit=number).order_by("id")


def events_of_exhibits(refs: Sequence[str], codes: Sequence[str]) -> QuerySet[Event]:
    """Return what happened to the exhibits of these reports, of these kinds, oldest first."""
    return Event.objects.filter(record__in=set(refs), action__in=codes).order_by("id")


def opened_between(codes: Sequence[str], since: dt.datetime, until: dt.datetime) -> QuerySet[Event]:
    """Return who opened which record in a time, both ends included, oldest first."""
    found = Event.objects.filter(action__in=codes, at__gte=since, at__lte=until)
    return found.exclude(actor_id=None).order_by("at", "id")


def first_reads_of(action: str, ref: str) -> QuerySet[Event, Any]:
    """Return who did something to a record (reading it, say) and when first, by person."""
    rows = Event.objects.filter(record=ref, action=action, actor_id__isnull=False).order_by()
    who = rows.values("actor_id", "actor_name", "actor_role", "member_id", "member_name")
    return who.annotate(first=Min("at")).order_by("first")


def counts_by_member(
    codes: Sequence[str], members: Sequence[int], since: dt.datetime
) -> dict[tuple[int, str], int]:
    """Return how often the people of each of these members did each of these since a moment."""
    found = Event.objects.filter(member_id__in=members, action__in=codes, at__gte=since)
    rows = found.order_by().values_list("member_id", "action").annotate(n=Count("pk"))
    return {(member, action): n for member, action, n in rows if member is not None}
