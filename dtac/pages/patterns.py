"""When and where incidents happen; and incidents in series."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dtac.tables import (
    behind,
    loss_tiles,
    period_chips,
    rows,
    rows_url,
    trend_chart,
    week_table,
)
from incidents.patterns import Figures, PatternsForm, Scope, Selection, figures_of
from members.access import roles_only, user_of
from members.models import Role


@require_safe
@roles_only(Role.INTEL, Role.MANAGER)
def patterns(request: HttpRequest) -> HttpResponse:
    """Weekday by hour, premises, areas, goods: the scheme's for the manager, a business's own."""
    user = user_of(request)
    form = PatternsForm(request.GET or None, user=user)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and not form.is_valid():
        context["chips"] = period_chips("")
        return render(request, "incidents/patterns.html", context)
    selection = form.selection()
    own = user.role == Role.MANAGER
    member = selection.member
    scope = Scope.business(user, user.member) if own else Scope.scheme(user, member)
    context |= _figures_context(figures_of(scope, selection), scope, selection)
    context["own"] = own
    return render(request, "incidents/patterns.html", context)


def _figures_context(figures: Figures, scope: Scope, selection: Selection) -> dict[str, Any]:
    base = behind(scope, selection)
    period = selection.period
    return {
        "selection": selection,
        "period": period,
        "scope": scope,
        "chips": period_chips(period.key, selection.query),
        "figures": figures,
        "tiles": loss_tiles(figures.total, figures.before, period, rows_url(base)),
        "trend_chart": trend_chart(figures.trend),
        "trend": rows(figures.trend.lines, base),
        "week": week_table(figures, base),
        "premises": rows(figures.premises, base),
        "areas": rows(figures.areas, base),
        "types": rows(figures.types, base),
        "outcomes": rows(figures.outcomes, base),
        "goods": rows(figures.goods, base),
    }
