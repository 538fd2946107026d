"""The Board's page: one page, true figures, nobody's name on it; and the same as files."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.services import record
from common import dates
from common.exports import ODS, csv_bytes, ods_bytes
from common.http import download
from common.lists import Chip
from members.access import roles_only, user_of
from members.signin.proof import proof_needed

from . import actions
from .access import BOARD_ROLES
from .drawn import figures_html
from .export import HEAD, export_rows
from .forms import Asked, BoardForm
from .page import Figures
from .periods import CHOICES, MONTHS
from .plan import plan_progress
from .reports.listing import reports_waiting
from .tallies import LATE, as_of, last_count


@require_safe
@roles_only(*BOARD_ROLES)
def board(request: HttpRequest) -> HttpResponse:
    """Membership, revenue and results against the business plan."""
    form = BoardForm(request.GET or None)
    is_refused = form.is_bound and not form.is_valid()
    asked = BoardForm().asked() if is_refused else form.asked()
    form = form if is_refused else BoardForm(asked.typed)
    count = last_count()
    is_late = count is not None and timezone.now() - count.at > LATE
    context: dict[str, Any] = {
        "form": form,
        "asked": asked,
        "period": asked.period,
        "chips": _chips(asked),
        "steps": _steps(asked),
        "query": urlencode(asked.period.query | asked.query),
        "as_of": count and count.at,
        "is_late": is_late,
        "waiting": reports_waiting(),
    }
    if count and not is_refused:
        context["figures"] = figures_html(asked, count, keep=not is_late)
    return render(request, "board/board.html", context)


@require_safe
@roles_only(*BOARD_ROLES)
@proof_needed(download=True)
def board_export(request: HttpRequest, kind: str) -> HttpResponse:
    """What the page shows, as CSV or ODS."""
    form = BoardForm(request.GET or None)
    counted_at = as_of()
    if counted_at is None or (form.is_bound and not form.is_valid()):
        return redirect(f"{reverse('board')}?{request.GET.urlencode()}")
    asked = form.asked()
    page = Figures(asked)
    plan = plan_progress(page.received) if page.is_whole else []
    rows = list(export_rows(page, plan, counted_at))
    record(actions.FIGURES_EXPORTED, by=user_of(request), kind=kind, rows=len(rows))
    name = f"board-{asked.period.first}-{asked.period.last}.{kind}"
    if kind == "csv":
        return download(csv_bytes(HEAD, rows), name, "text/csv; charset=utf-8")
    return download(ods_bytes("Board", HEAD, rows), name, ODS)


def _chips(asked: Asked) -> list[Chip]:
    """Return a chip for each kind of period; of its kind the one that holds today."""
    return [
        Chip("?" + urlencode({"period": key} | asked.query), label, None, key == asked.period.key)
        for key, label in CHOICES
    ]


def _steps(asked: Asked) -> list[tuple[str, str, str]]:
    """Return the address, words and icon of the period before and after this one."""
    found = []
    if asked.period.key in MONTHS:
        for by, icon in ((-1, "chevron-left"), (1, "chevron-right")):
            other = asked.period.step(by, dates.today())
            if other:
                found.append(("?" + urlencode(other.query | asked.query), other.name, icon))
    return found
