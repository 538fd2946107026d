"""Pages of data breaches."""

from dataclasses import fields

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from common.lists import chips
from members.access import roles_only, user_of
from members.models import Role
from records import actions
from records.access import get_breach
from records.models import DataBreach
from records.pages import entry_new, page_of, shown
from records.steps import Step, steps_of

from . import forms
from .services import (
    BreachInput,
    breach_assess,
    breach_close,
    breach_people,
    breach_record,
    breach_regulator,
)

SHOWS = [("open", "Open"), ("all", "All")]
STEPS = {
    "assess": Step(forms.AssessForm, breach_assess, "Noted."),
    "regulator": Step(forms.RegulatorForm, breach_regulator, "Noted."),
    "people": Step(forms.PeopleForm, breach_people, "Noted."),
    "close": Step(forms.CloseForm, breach_close, "Closed."),
}


@require_safe
@roles_only(Role.INTEL)
def breach_list(request: HttpRequest) -> HttpResponse:
    """Data breaches, those that are open first."""
    user = user_of(request)
    show = shown(request, SHOWS)
    seen = DataBreach.objects.visible_to(user)
    page = page_of(request, seen.open() if show == "open" else seen)
    record(actions.BREACHES_LISTED, by=user, show=show, page=page.number)
    context = {
        "page": page,
        "show": show,
        "chips": chips(SHOWS, show),
        "page_title": "Data breaches",
    }
    return render(request, "records/data_breach_list.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def breach_new(request: HttpRequest) -> HttpResponse:
    """Record a data breach."""
    user = user_of(request)
    return entry_new(
        request,
        forms.BreachForm,
        lambda form: breach_record(
            by=user,
            client_id=form.cleaned_data["client_id"],
            aware_at=form.cleaned_data["aware_at"],
            data=form.known(),
        ),
        view="data_breach",
        said="{} is on record. The regulator must know within 72 hours, or it is said why not.",
        button="Record it",
        back="data_breach_list",
        page_title="A data breach",
    )


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def breach(request: HttpRequest, ref: str) -> HttpResponse:
    """A data breach, its clock, and what is to be said of it."""
    user = user_of(request)
    found = get_breach(user, ref)
    known = {each.name: getattr(found, each.name) for each in fields(BreachInput)}
    page = steps_of(request, STEPS, found=found, name="breach", revision=found.revision, **known)
    if page.done:
        return redirect("data_breach", ref=found.ref)
    record(actions.BREACH_VIEWED, by=user, ref=found.ref)
    context = {"one": found, "forms": page.forms, "page_title": f"Data breach {found.ref}"}
    return render(request, "records/data_breach.html", context, status=page.status)
