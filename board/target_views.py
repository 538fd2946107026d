"""Pages of the business plan's targets: the Board sets them, the Intelligence Manager reads."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from common.http import add_problems, form_status
from members.access import roles_only, user_of

from .access import BOARD_ROLES, check_may_set_targets, may_set_targets
from .forms import TargetForm
from .models import PlanTarget
from .targets import target_of, target_set


@require_safe
@roles_only(*BOARD_ROLES)
def target_list(request: HttpRequest) -> HttpResponse:
    """The targets in force, each with its history: who changed it, when and why."""
    rows = PlanTarget.objects.select_related("set_by").order_by("measure", "-number")
    held: dict[str, list[PlanTarget]] = {measure: [] for measure in PlanTarget.Measure.values}
    for row in rows:
        held[row.measure].append(row)
    context = {
        "targets": [
            (measure, label, held[measure]) for measure, label in PlanTarget.Measure.choices
        ],
        "may_set": may_set_targets(user_of(request)),
        "page_title": "Targets of the business plan",
    }
    return render(request, "board/targets.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(*BOARD_ROLES)
def target_edit(request: HttpRequest, measure: str) -> HttpResponse:
    """Set a target. The one before stays in its history."""
    if measure not in PlanTarget.Measure.values:
        raise Http404
    user = user_of(request)
    check_may_set_targets(user)
    held = target_of(measure)
    form = TargetForm(request.POST or None, held=held, measure=measure)
    if request.method == "POST" and form.is_valid():
        try:
            target_set(by=user, measure=measure, **form.change())
            messages.success(request, "Set. The page reckons with it from now on.")
            return redirect("target_list")
        except ValidationError as error:
            add_problems(form, error)
    label = PlanTarget.Measure(measure).label
    context = {"form": form, "held": held, "page_title": f"Target: {label}"}
    return render(request, "board/target.html", context, status=form_status(form))
