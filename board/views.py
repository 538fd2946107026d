"""The Board's page: one page, true figures, nobody's name on it."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from common import dates, money
from common.charts import bar_chart
from members.access import roles_only

from . import figures
from .access import BOARD_ROLES
from .models import PlanTarget

NOTHING = Decimal(0)


@require_safe
@roles_only(*BOARD_ROLES)
def board(request: HttpRequest) -> HttpResponse:
    """Membership, revenue and results against the business plan."""
    today = dates.today()
    months = dates.month_starts(last=today, count=12)
    this_quarter, *_ = periods = figures.periods(today)
    progress = figures.plan_progress()
    incidents = figures.incidents_by_month(since=months[0])
    revenue = figures.received_by_month(since=months[0])
    target = next((p.target for p in progress if p.measure == PlanTarget.Measure.REVENUE), None)
    context: dict[str, Any] = {
        "progress": progress,
        "as_of": timezone.now(),
        "quarter": _quarter_words(today),
        "periods": periods,
        "months": [
            {"month": m, "incidents": incidents.get(m, 0), "revenue": revenue.get(m, NOTHING)}
            for m in months
        ],
        "incident_chart": bar_chart(
            [(f"{m:%b}", incidents.get(m, 0), str(incidents.get(m, 0))) for m in months]
        ),
        "revenue_chart": bar_chart(
            [
                (f"{m:%b}", float(revenue.get(m, NOTHING)), money.pounds(revenue.get(m, NOTHING)))
                for m in months
            ],
            line=float(target / 12) if target else None,
        ),
        "revenue_needed": target / 12 if target else None,
        "areas": figures.losses_by_area(this_quarter),
        "exclusions": figures.exclusion_figures(today),
        "unsigned": figures.unsigned_members(),
        "types": figures.top_types(since=months[0]),
    }
    return render(request, "board/board.html", context)


def _quarter_words(today: dt.date) -> str:
    start = dates.financial_year_start(today)
    number = (dates.quarter_start(today).month - 4) % 12 // 3 + 1
    return f"Quarter {number} of {start.year}–{(start.year + 1) % 100:02d}"
