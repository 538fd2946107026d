"""Rows of the log for a reader."""

from django.db.models import QuerySet

from .models import Event


def events_of_actor(actor_id: int) -> QuerySet[Event]:
    """Return what one user did and looked at, newest first."""
    return Event.objects.filter(actor_id=actor_id).order_by("-id")


def events_of_member(member_id: int) -> QuerySet[Event]:
    """Return what the people of one member did and looked at, newest first."""
    return Event.objects.filter(member_id=member_id).order_by("-id")


def all_events() -> QuerySet[Event]:
    """Return everything, newest first. For the Intelligence Manager."""
    return Event.objects.order_by("-id")
