"""What those who would be members ask of the manager: applications to decide."""

from django.urls import reverse

from common import dates
from dtac.presenters import Label, Row
from members.models import Application

from .parts import SHOWN, Part, Tile


def applications_waiting() -> Part:
    """Return the applications to decide, the oldest first."""
    waiting = Application.objects.to_decide().select_related("area")[:SHOWN]
    rows = [
        Row(
            title=row.business,
            url=reverse("application", args=[row.uuid]),
            meta=f"{row.get_sector_display()}, {row.area.name}, {dates.in_words(row.received_at)}",
            tags=[Label("Asks to join", "info")],
            action="Decide",
            action_url=reverse("application", args=[row.uuid]),
        )
        for row in waiting
    ]
    tile = Tile(len(rows), "business asks to join", "businesses ask to join", "#applications")
    decided = (f"{reverse('application_list')}?show=decided", "Decided")
    return Part(
        "applications", "Businesses that ask to join", [tile], rows, faces=False, more=decided
    )
