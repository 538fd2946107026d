"""Pages of holds, and of putting a deletion off."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from common.http import add_problems, form_status, query_text
from common.lists import chips
from members.access import roles_only, user_of
from members.models import Role
from offenders.access import get_subject
from offenders.actions import SUBJECT_VIEWED

from . import actions
from .access import get_hold
from .forms import EndForm, HoldForm, PutOffForm, RenewForm
from .models import RetentionHold
from .retention.clocks import clocks_of
from .retention.holds import (
    ceiling_of,
    hold_end,
    hold_place,
    hold_renew,
    holds_standing,
    put_off,
)
from .retention.policy import rules_on

SHOWS = [("standing", "Standing"), ("over", "Ended")]


@require_safe
@roles_only(Role.INTEL)
def hold_list(request: HttpRequest) -> HttpResponse:
    """Holds: those that keep a record, and those that ended."""
    user = user_of(request)
    show = query_text(request, "show")
    show = show if show in dict(SHOWS) else "standing"
    rows = holds_standing()
    if show == "over":
        over = RetentionHold.objects.exclude(pk__in=rows.values("pk")).order_by("-ended_at", "-pk")
        rows = over.select_related("subject", "owner")
    page = Paginator(rows, 30).get_page(query_text(request, "page"))
    record(
        actions.HOLDS_LISTED,
        by=user,
        subjects=[row.subject.ref for row in page.object_list],
        show=show,
        page=page.number,
    )
    context = {"page": page, "chips": chips(SHOWS, show), "show": show, "page_title": "Holds"}
    return render(request, "records/hold_list.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def hold_new(request: HttpRequest, ref: str) -> HttpResponse:
    """Hold a record past its day."""
    user = user_of(request)
    subject = get_subject(user, ref)
    initial = {"client_id": uuid.uuid4(), "owner": user.pk}
    form = HoldForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            hold = hold_place(
                by=user,
                subject=subject,
                client_id=form.cleaned_data["client_id"],
                data=form.data_of(),
            )
            messages.success(request, f"{subject.ref} is held.")
            return redirect("hold", pk=hold.pk)
        except ValidationError as error:
            add_problems(form, error)
    record(SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    context = {
        "form": form,
        "subject": subject,
        "button": "Hold it",
        "page_title": f"Hold {subject.ref}",
    }
    return render(request, "records/subject_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """One hold: why, since when; renewed or ended."""
    user = user_of(request)
    found = get_hold(user, pk)
    ends = "end" in request.POST
    start = {"revision": found.revision}
    renew = RenewForm(None if ends else request.POST or None, initial=start)
    end = EndForm(request.POST if ends else None, initial=start, prefix=None)
    form: Any = end if ends else renew
    if request.method == "POST" and form.is_valid():
        try:
            if ends:
                hold_end(by=user, hold=found, **form.cleaned_data)
                messages.success(request, "Ended. The record’s own clock holds again.")
            else:
                hold_renew(by=user, hold=found, **form.cleaned_data)
                messages.success(request, "Renewed.")
            return redirect("hold", pk=found.pk)
        except ValidationError as error:
            add_problems(form, error)
    record(actions.HOLD_VIEWED, by=user, ref=found.subject.ref, subjects=[found.subject.ref])
    context = {
        "hold": found,
        "renewals": list(found.renewals.select_related("renewed_by")),
        "ceiling": ceiling_of(found),
        "form": form,
        "renew": renew,
        "end": end,
        "page_title": f"Hold on {found.subject.ref}",
    }
    return render(request, "records/hold.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def subject_put_off(request: HttpRequest, ref: str) -> HttpResponse:
    """Put a record's deletion off, once, because something new came in its last days."""
    user = user_of(request)
    subject = get_subject(user, ref)
    clock = clocks_of([subject.pk])[subject.pk]
    last = clock.rule_due + dt.timedelta(days=rules_on()[clock.kind].extend_days - 1)
    form = PutOffForm(request.POST or None, initial={"until": last})
    if request.method == "POST" and form.is_valid():
        try:
            put_off(by=user, subject=subject, **form.cleaned_data)
            messages.success(request, "Put off, this once.")
            return redirect("subject", ref=subject.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    context = {
        "form": form,
        "subject": subject,
        "clock": clock,
        "last": last,
        "button": "Put it off",
        "page_title": f"Put off the deletion of {subject.ref}",
    }
    return render(request, "records/subject_form.html", context, status=form_status(form))
