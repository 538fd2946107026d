"""What the Board asks of the manager: reports that are due, and what it sent back."""

from django.urls import reverse

from board.reports.listing import reports_asked_for
from common import dates
from dtac.presenters import Label, Row
from members.models import User


def reports_due(user: User, *, most: int) -> list[Row]:
    """Return the reports that the Board should have and doesn't, the first due first."""
    rows = []
    for each in reports_asked_for(user)[:most]:
        begun = each.version is not None
        url = reverse("board_report", args=[each.wanted.ref]) if begun else (
            f"{reverse('board_report_list')}#missing"
        )  # fmt: skip
        rows.append(
            Row(
                title=each.words,
                url=url,
                meta=f"{each.wanted.ref}, due by {dates.short_date(each.wanted.due_on)}",
                tags=[Label("Late", "warning")] * each.is_late,
                action="Go on" if begun else "Start it",
                action_url=url,
            )
        )
    return rows
