"""The Board's figures as HTML, kept from one count that the worker completes to the next.

The page asks each time who reads it; its figures are then the same for all who may, and as of the
count that it names. Half a minute later there is a newer one, and they are drawn anew.
"""

import datetime as dt
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from common import dates, money
from common.charts import BarChart, bar_chart
from members.models import Member

from .forms import Asked
from .models import PlanTarget
from .page import Figures
from .plan import Progress, plan_progress
from .tallies import LastCount

MOST: Final = 50
"""Counts, periods and parts of the scheme that a process keeps, of some 50 kB each."""


def figures_html(asked: Asked, count: LastCount, *, keep: bool) -> SafeString:
    """Return what the page shows of a period and part of the scheme.

    A target that changes is seen at once: whoever changed it comes from there. What else is not
    counted by the worker (payments, unsigned members, names of areas) is as of the count, or a
    little after it. So `keep` is for a count that will soon have another after it, not where the
    worker stands still.
    """
    targets = () if asked.query else tuple(PlanTarget.objects.in_force())
    draw = _html if keep else _html.__wrapped__
    return draw(asked, dates.today(), count, targets)


def forget() -> None:
    """Keep nothing of before: the next request draws all anew. For measurements."""
    _html.cache_clear()


@lru_cache(maxsize=MOST)
def _html(
    asked: Asked, today: dt.date, count: LastCount, targets: tuple[PlanTarget, ...]
) -> SafeString:
    """Draw it. Day and count are asked again beneath: here they tell one from another."""
    told = _told(Figures(asked), targets) | {"asked": asked}
    return render_to_string("board/includes/figures.html", told)


def _told(page: Figures, targets: tuple[PlanTarget, ...]) -> dict[str, Any]:
    months = page.incidents_by_month
    found: dict[str, Any] = {
        "figures": page,
        "whole_query": urlencode(page.asked.period.query),
        "incident_rows": [(month, cell.words) for month, cell in months],
        "incident_chart": bar_chart(
            [(f"{m:%B %Y}", float(cell.value or 0), cell.words) for m, cell in months],
            feet=[f"{m:%b}" for m, _ in months],
        ),
    }
    if page.is_whole:
        plan = plan_progress(page.received, targets)
        found |= {
            "plan": [(row, _plan_chart(row)) for row in plan],
            "revenue": _revenue(plan, page),
            "unsigned": Member.objects.unsigned().count(),
        }
    return found


def _plan_chart(row: Progress) -> BarChart:
    months = zip(row.months, row.history, strict=True)
    return bar_chart(
        [(f"{m:%B %Y}", float(value or 0), row.words(value)) for m, value in months],
        line=float(row.target.target),
        feet=[f"{m:%b}" for m in row.months],
    )


def _revenue(plan: list[Progress], page: Figures) -> dict[str, Any]:
    """Return the revenue of the page's months, and what the plan needs a month."""
    rows = [(month, page.received.in_month(month)) for month in page.months]
    target = next(
        (row.target.target for row in plan if row.measure == PlanTarget.Measure.REVENUE), None
    )
    chart = bar_chart(
        [(f"{m:%B %Y}", float(amount), money.pounds(amount)) for m, amount in rows],
        line=float(target / 12) if target else None,
        feet=[f"{m:%b}" for m, _ in rows],
    )
    told = [(month, money.pounds(amount)) for month, amount in rows]
    return {"rows": told, "chart": chart, "needed": target / 12 if target else None}
