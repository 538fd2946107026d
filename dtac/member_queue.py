"""What members and those who would be ask of the manager: applications to decide."""

from django.urls import reverse

from common import dates
from dtac.presenters import Label, Row
from members.models import Application


def applications_waiting(*, most: int) -> list[Row]:
    """Return the applications to decide, the oldest first."""
    waiting = Application.objects.to_decide().select_related("area")[:most]
    return [
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
