"""A business's own figures: what it reported, lost and got back, and what came of it."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from common.periods import Period, PeriodForm, compared
from dtac.tables import Tile, behind, loss_tiles, period_chips, rows, rows_url, trend_chart
from exclusions.models import Notice
from exclusions.querysets import breaches
from incidents.patterns import Figures, Scope, Selection, figures_of
from incidents.patterns.business import (
    Sent,
    open_questions,
    reporters_of,
    reports_of,
    sent,
)
from members.access import get_member, roles_only, user_of
from members.models import Member, Role, User


@require_safe
@roles_only(Role.MANAGER)
def business(request: HttpRequest) -> HttpResponse:
    """The member manager's own business: its page has an address of its own."""
    return redirect("member_figures", slug=user_of(request).member.slug)


@require_safe
@roles_only(Role.INTEL, Role.MANAGER)
def member_figures(request: HttpRequest, slug: str) -> HttpResponse:
    """Figures of one business, for its manager and for the Intelligence Manager."""
    user = user_of(request)
    member = get_member(user, slug)
    form = PeriodForm(request.GET or None)
    context: dict[str, Any] = {"form": form, "member": member, "own": not user.is_intel}
    if form.is_bound and not form.is_valid():
        context["chips"] = period_chips("")
        return render(request, "incidents/business.html", context)
    period = form.chosen()
    scope, selection = Scope.business(user, member), Selection(period)
    context |= _losses(figures_of(scope, selection), scope, selection)
    context |= _what_came_of_it(user, member, period)
    context["tiles"] = [context["sent_tile"], *context["loss_tiles"]]
    number, oldest = open_questions(user, member)
    context |= {"open_questions": number, "oldest_questions": oldest}
    return render(request, "incidents/business.html", context)


def _losses(figures: Figures, scope: Scope, selection: Selection) -> dict[str, Any]:
    base = behind(scope, selection)
    tiles = loss_tiles(figures.total, figures.before, selection.period, rows_url(base))
    return {
        "period": selection.period,
        "chips": period_chips(selection.period.key),
        "figures": figures,
        "loss_tiles": tiles,
        "trend_chart": trend_chart(figures.trend),
        "trend": rows(figures.trend.lines, base),
        "premises": rows(figures.premises, base),
        "types": rows(figures.types, base),
        "outcomes": rows(figures.outcomes, base),
    }


def _what_came_of_it(user: User, member: Member, period: Period) -> dict[str, Any]:
    reports = reports_of(user, member, period)
    now, before = sent(reports), sent(reports_of(user, member, period.before))
    base = {"member": member.slug, **period.dates_query}
    notices = Notice.objects.visible_to(user).in_force().filter(grounds__in=reports.values("pk"))
    return {
        "sent": now,
        "sent_tile": _sent_tile(now, before, period, base),
        "usual_wait": _words(now.usual_wait),
        "states": [
            ("Accepted", now.accepted, rows_url({"show": "accepted", **base})),
            ("Waiting for review", now.waiting, rows_url({"show": "submitted", **base})),
            ("Not taken up", now.rejected, rows_url({"show": "rejected", **base})),
            ("Same as another report", now.doubles, rows_url({"show": "duplicate", **base})),
        ],
        "reporters": reporters_of(member, reports),
        "notices": notices.values("pk").distinct().count(),
        "breaches": breaches().filter(report__in=reports.values("pk")).count(),
    }


def _sent_tile(now: Sent, before: Sent, period: Period, base: dict[str, str]) -> Tile:
    stands = compared(now.total, before.total, period.length)
    note = f"{now.sightings:,} of them sightings. {stands}"
    return Tile("Reports sent", f"{now.total:,}", note, rows_url(base))


def _words(wait: dt.timedelta | None) -> str:
    """Return a wait in words, rounded as people say it: "5 hours", "2 days"."""
    if wait is None:
        return ""
    hours = round(wait.total_seconds() / 3600)
    if hours < 1:
        return "less than an hour"
    if hours < 48:
        return "an hour" if hours == 1 else f"{hours} hours"
    return f"{round(hours / 24)} days"
