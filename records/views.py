"""Pages of retention: what is due, the rules, the nights, what was deleted."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from common import dates
from common.http import add_problems, form_status, query_text
from members.access import roles_only, user_of
from members.models import Role

from . import actions
from .access import get_night, get_rule
from .forms import RuleForm
from .models import RecordKind, RetentionRun
from .querysets import deleted_found, figures_of_nights
from .retention.entries import entries_due
from .retention.holds import holds_standing
from .retention.nightly import night_release, night_seen
from .retention.plan import plan
from .retention.policy import draft_of, rule_change, rules_on
from .retention.preview import Effect, effect_of

SHOWN = 100
"""Lines of a list on one page; the rest is said as a number."""


@require_safe
@roles_only(Role.INTEL)
def retention(request: HttpRequest) -> HttpResponse:
    """What the next night deletes, what keeps the rest, the rules, and the nights there were."""
    user = user_of(request)
    night = dates.today() + dt.timedelta(days=1)
    lines = plan(night)
    going = [line for line in lines if not line.kept]
    kept = [line for line in lines if line.kept]
    shown = [line.ref for line in [*going[:SHOWN], *kept[:SHOWN]] if line.category == "subject"]
    record(actions.LIST_VIEWED, by=user, subjects=shown, due=len(lines))
    rules = rules_on()
    context = {
        "night": night,
        "going": going[:SHOWN],
        "going_count": len(going),
        "kept": kept[:SHOWN],
        "kept_count": len(kept),
        "entries": entries_due(night, rules=rules),
        "rules": [(kind.label, rules[kind]) for kind in RecordKind],
        "holds": holds_standing().count(),
        "nights": figures_of_nights()[:14],
        "page_title": "Retention",
    }
    return render(request, "records/retention.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def rule_edit(request: HttpRequest, kind: str) -> HttpResponse:
    """Change a rule. What it would newly hide and delete is shown before it is saved."""
    user = user_of(request)
    rule = get_rule(user, kind)
    form = RuleForm(request.POST or None, rule=rule)
    effect: Effect | None = None
    if request.method == "POST" and form.is_valid():
        change = form.change()
        try:
            if "save" in request.POST:
                made = rule_change(by=user, change=change)
                words = dates.short_date(made.starts_from)
                messages.success(request, f"Version {made.number} is in force from {words}.")
                return redirect("retention")
            effect = effect_of(draft_of(change))
        except ValidationError as error:
            add_problems(form, error)
    if effect:
        record(actions.POLICY_VIEWED, by=user, subjects=effect.subjects(), kind=rule.kind)
    context = {
        "form": form,
        "rule": rule,
        "effect": effect,
        "page_title": f"Rule: {rule.get_kind_display().lower()}",
    }
    return render(
        request, "records/rule.html", context, status=200 if effect else form_status(form)
    )


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def night(request: HttpRequest, day: str) -> HttpResponse:
    """What became of each line of a night's list."""
    user = user_of(request)
    found = get_night(user, day)
    if request.method == "POST" and "seen" in request.POST:
        night_seen(by=user, night=found)
        messages.success(request, "Noted: you have seen it.")
        return redirect("night", day=found.on.isoformat())
    if request.method == "POST" and "release" in request.POST:
        if night_release(by=user, night=found):
            messages.success(request, "It goes on within the hour.")
        else:
            messages.warning(request, "This night doesn’t wait, or a later one has the list now.")
        return redirect("night", day=found.on.isoformat())
    page = Paginator(found.items.order_by("-state", "category", "ref"), SHOWN)
    shown = page.get_page(query_text(request, "page"))
    refs = [item.ref for item in shown.object_list if item.category == "subject"]
    record(actions.RUN_VIEWED, by=user, ref=f"night-{found.on}", subjects=refs)
    context = {
        "night": found,
        "page": shown,
        "counts": _counts(found),
        "page_title": f"Night of {dates.day_in_full(found.on)}",
    }
    return render(request, "records/night.html", context)


def _counts(found: RetentionRun) -> Any:
    return figures_of_nights().get(pk=found.pk)


@require_safe
@roles_only(Role.INTEL)
def deleted_list(request: HttpRequest) -> HttpResponse:
    """What is left of what was deleted: reference, dates, rule."""
    user = user_of(request)
    text = query_text(request, "q")
    page = Paginator(deleted_found(text), SHOWN).get_page(query_text(request, "page"))
    record(
        actions.DELETED_LISTED,
        by=user,
        subjects=[row.ref for row in page.object_list if row.category == "subject"],
        page=page.number,
        **({"q": text} if text else {}),
    )
    context = {"page": page, "q": text, "page_title": "Deleted records"}
    return render(request, "records/deleted.html", context)
