"""Pages of the incidents app that need no higher one: the scheme's types of incident."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import dates
from common.http import add_problems, form_status
from members.access import roles_only, user_of
from members.models import Role

from .access import get_type
from .forms.types import TypeEndForm, TypeForm
from .models import IncidentType, Question
from .services.types import (
    type_add,
    type_bring_back,
    type_change,
    type_end,
    type_remove,
    types_start,
)


@require_safe
@roles_only(Role.INTEL)
def type_list(request: HttpRequest) -> HttpResponse:
    """Every type: those that can be chosen, and those that have ended or are still to begin."""
    rows = list(IncidentType.objects.for_list())
    words = dict(Question.choices)
    context = {
        "current": [
            (row, [words[code] for code in Question.values if code in row.asks])
            for row in rows
            if row.is_current
        ],
        "others": [row for row in rows if not row.is_current],
    }
    return render(request, "incidents/type_list.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def type_new(request: HttpRequest) -> HttpResponse:
    """Add a type of incident."""
    form = TypeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = type_add(
                by=user_of(request),
                data=form.input(),
                family=data["family"],
                starts_on=data["starts_on"],
            )
            messages.success(request, f"{made.label} added.")
            return redirect("type_list")
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "page_title": "New type of incident"}
    return render(request, "incidents/type_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def type_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a type: its words, weight, place and questions."""
    kind = get_type(code)
    form = TypeForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            changed = type_change(by=user_of(request), kind=kind, data=form.input())
            messages.success(request, f"{changed.label} changed.")
            return redirect("type_list")
        except ValidationError as error:
            add_problems(form, error)
    context = {"kind": kind, "form": form, "page_title": kind.label}
    return render(request, "incidents/type_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def type_end_page(request: HttpRequest, code: str) -> HttpResponse:
    """Say until when a type can be chosen."""
    kind = get_type(code)
    form = TypeEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ended = type_end(by=user_of(request), kind=kind, last_day=form.day())
            day = dates.short_date(form.day())
            messages.success(request, f"{ended.label} can be chosen up to {day}. Reports keep it.")
            return redirect("type_list")
        except ValidationError as error:
            add_problems(form, error)
    context = {"kind": kind, "form": form, "page_title": f"End {kind.label}"}
    return render(request, "incidents/type_end.html", context, status=form_status(form))


@require_POST
@roles_only(Role.INTEL)
def type_back(request: HttpRequest, code: str) -> HttpResponse:
    """Bring an ended type back."""
    kind = get_type(code)
    try:
        type_bring_back(by=user_of(request), kind=kind)
        messages.success(request, f"{kind.label} can be chosen again.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("type_list")


@require_POST
@roles_only(Role.INTEL)
def type_remove_page(request: HttpRequest, code: str) -> HttpResponse:
    """Remove a type that no report has."""
    kind = get_type(code)
    try:
        type_remove(by=user_of(request), kind=kind)
        messages.success(request, f"{kind.label} removed.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("type_list")


@require_POST
@roles_only(Role.INTEL)
def type_start(request: HttpRequest) -> HttpResponse:
    """Add the types that schemes usually start with."""
    made = types_start(by=user_of(request))
    messages.success(request, f"{made} types added. Change what is different in your scheme.")
    return redirect("type_list")
