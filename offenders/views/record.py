"""Pages that add to a working record and take from it: one shape for every part."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from audit.services import record
from common.http import add_problems, form_status
from members.access import roles_only, user_of
from members.models import Role
from offenders import actions
from offenders.access import get_subject
from offenders.forms.record import (
    AgeOverrideForm,
    AssociationForm,
    LegalFactForm,
    RecordForm,
    VehicleForm,
    WarningForm,
)
from offenders.models import Association, LegalFact, Subject, SubjectWarning, Vehicle
from offenders.services import record as parts


@dataclass(frozen=True)
class Part:
    """A part of a record: its form, its service, its words."""

    title: str
    button: str
    added: str
    form: type[RecordForm]
    add: Callable[..., Any]


PARTS = {
    "warnings": Part("Add a warning", "Add the warning", "Added.", WarningForm, parts.warning_add),
    "vehicles": Part("Add a vehicle", "Add the vehicle", "Added.", VehicleForm, parts.vehicle_add),
    "facts": Part("Police and courts", "Note it", "Noted.", LegalFactForm, parts.legal_fact_add),
    "age": Part(
        "Publish a young person",
        "Record the decision",
        "Recorded. It holds until the day you chose.",
        AgeOverrideForm,
        parts.age_override_set,
    ),
}
# Its page stands where reports are known, to say whether there is the one it points to.
ASSOCIATES = Part("Acts together with", "Note it", "Noted.", AssociationForm, parts.association_add)
REMOVERS: dict[str, tuple[type[models.Model], Callable[..., None]]] = {
    "warnings": (SubjectWarning, lambda by, row: parts.warning_end(by=by, warning=row)),
    "vehicles": (Vehicle, lambda by, row: parts.vehicle_remove(by=by, vehicle=row)),
    "facts": (LegalFact, lambda by, row: parts.legal_fact_remove(by=by, fact=row)),
    "associates": (
        Association,
        lambda by, row: parts.association_remove(by=by, association=row),
    ),
}


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def record_add(request: HttpRequest, ref: str, part: str) -> HttpResponse:
    """Add a warning, vehicle, fact or decision about age to a record."""
    subject = get_subject(user_of(request), ref)
    if part not in PARTS:
        raise Http404
    return part_page(request, subject, PARTS[part])


def part_page(request: HttpRequest, subject: Subject, kind: Part) -> HttpResponse:
    """Show the form of a part, or add what it holds to the record and lead back to it."""
    user = user_of(request)
    form = kind.form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            kind.add(by=user, subject=subject, **form.values())
            messages.success(request, kind.added)
            return redirect("subject", ref=subject.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(actions.SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    context = {
        "form": form,
        "subject": subject,
        "page_title": f"{kind.title}: {subject.ref}",
        "button": kind.button,
    }
    return render(request, "offenders/record_form.html", context, status=form_status(form))


@require_POST
@roles_only(Role.INTEL)
def record_remove(request: HttpRequest, ref: str, part: str, pk: int) -> HttpResponse:
    """Take a warning, vehicle, fact or associate from a record."""
    user = user_of(request)
    subject = get_subject(user, ref)
    if part not in REMOVERS:
        raise Http404
    model, remove = REMOVERS[part]
    row = get_object_or_404(_of(model, subject), pk=pk)
    try:
        remove(user, row)
        messages.success(request, "Taken from the record.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("subject", ref=subject.ref)


def _of(model: type[models.Model], subject: Subject) -> "models.QuerySet[Any]":
    rows = model._default_manager.all()
    if model is Association:
        return rows.filter(models.Q(first=subject) | models.Q(second=subject))
    return rows.filter(subject=subject)
