"""What the Board asks of the manager: reports that are due, and what it sent back."""

from django.urls import reverse

from board.reports.listing import reports_asked_for
from common import dates
from dtac.presenters import Label, Row
from members.models import User

from .parts import SHOWN, Part, Tile


def board_reports_due(user: User) -> Part:
    """Return the reports that the Board should have and doesn't, the first due first."""
    rows = []
    for each in reports_asked_for(user)[:SHOWN]:
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
    tile = Tile(len(rows), "report due to the Board", "reports due to the Board", "#board-reports")
    more = (reverse("board_report_list"), "All reports")
    return Part("board-reports", "Reports due to the Board", [tile], rows, faces=False, more=more)
