"""Pages of requests: all of them, a new one about a subject, and one with its steps."""

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
from exclusions.models import Notice
from members.access import roles_only, user_of
from members.models import Role
from offenders.access import get_subject
from offenders.actions import SUBJECT_VIEWED
from offenders.models import Restriction
from records import actions
from records.access import get_request
from records.models import RightsRequest
from records.steps import Step, steps_of

from . import forms
from .places import live_places
from .recipients import recipients_of
from .services import (
    recipient_told,
    request_decide,
    request_extend,
    request_identify,
    request_lift,
    request_record,
    request_show,
    request_tell,
)

SHOWS = [("open", "Open"), ("tell", "To tell"), ("stands", "Standing"), ("all", "All")]
STEPS = {
    "identify": Step(forms.IdentifyForm, request_identify, "Noted."),
    "extend": Step(forms.ExtendForm, request_extend, "Noted: it takes longer."),
    "show": Step(
        forms.ShowForm,
        request_show,
        "Noted: members may see them again, as far as this request goes.",
    ),
    "decide": Step(forms.DecideForm, request_decide, "Decided. Now tell them."),
    "tell": Step(forms.TellForm, request_tell, "Noted: they are told."),
    "lift": Step(forms.LiftForm, request_lift, "Lifted. Publish anew what members should see."),
    "recipient": Step(forms.RecipientForm, recipient_told, "Noted."),
}


@require_safe
@roles_only(Role.INTEL)
def request_list(request: HttpRequest) -> HttpResponse:
    """Requests, by what is to be done with them."""
    user = user_of(request)
    show = query_text(request, "show")
    show = show if show in dict(SHOWS) else "open"
    seen = RightsRequest.objects.visible_to(user)
    parts: dict[str, Any] = {
        "open": seen.open().order_by("due_on", "pk"),
        "tell": seen.to_tell().order_by("due_on", "pk"),
        "stands": seen.filter(stands=True, lifted_at=None),
        "all": seen,
    }
    page = Paginator(parts[show], 30).get_page(query_text(request, "page"))
    refs = [ref for row in page.object_list for ref in row.subject_refs]
    record(actions.REQUESTS_LISTED, by=user, subjects=refs, show=show, page=page.number)
    context = {
        "page": page,
        "show": show,
        "chips": chips(SHOWS, show),
        "page_title": "Requests about records",
    }
    return render(request, "records/request_list.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def request_new(request: HttpRequest, ref: str) -> HttpResponse:
    """Record a request about a subject; members see nothing of them from then on."""
    user = user_of(request)
    subject = get_subject(user, ref)
    form = forms.RecordForm(request.POST or None, initial={"client_id": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            made = request_record(
                by=user,
                subject=subject,
                client_id=form.cleaned_data["client_id"],
                data=form.recorded(),
            )
            messages.success(request, f"{made.ref} is on record. Members see nothing of them.")
            return redirect("rights_request", ref=made.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    context = {
        "form": form,
        "subject": subject,
        "button": "Record it, and hold what members see",
        "page_title": f"A request about {subject.ref}",
    }
    return render(request, "records/subject_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def rights_request(request: HttpRequest, ref: str) -> HttpResponse:
    """A request, what it holds, where it still says so, who was given data, and the next steps."""
    user = user_of(request)
    found = get_request(user, ref)
    start = {"revision": found.revision, "due_on": found.longest}
    page = steps_of(request, STEPS, found=found, name="request", **start)
    if page.done:
        return redirect("rights_request", ref=found.ref)
    record(actions.REQUEST_VIEWED, by=user, ref=found.ref, subjects=found.subject_refs)
    context = {
        "one": found,
        "forms": page.forms,
        "held": Restriction.objects.standing().filter(because=found.ref).first(),
        "notice": Notice.objects.in_force().filter(subject__ref__in=found.subject_refs).first(),
        "places": live_places(found),
        "recipients": recipients_of(found),
        "page_title": f"{found.get_kind_display()}: {found.subject_refs[0]}",
    }
    return render(request, "records/request.html", context, status=page.status)
