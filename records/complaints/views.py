"""Pages of complaints."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from common.lists import chips
from members.access import roles_only, user_of
from members.models import Role
from records import actions
from records.access import get_complaint
from records.models import Complaint
from records.pages import entry_new, page_of, shown
from records.steps import Step, steps_of

from . import forms
from .services import (
    complaint_acknowledge,
    complaint_decide,
    complaint_record,
    complaint_step,
    complaint_tell,
)

SHOWS = [("open", "Open"), ("all", "All")]
STEPS = {
    "acknowledge": Step(forms.DayForm, complaint_acknowledge, "Noted."),
    "looked": Step(forms.LookedForm, complaint_step, "Noted."),
    "decide": Step(forms.DecideForm, complaint_decide, "Decided. Now tell them."),
    "tell": Step(forms.DayForm, complaint_tell, "Noted: they are told."),
}


@require_safe
@roles_only(Role.INTEL)
def complaint_list(request: HttpRequest) -> HttpResponse:
    """Complaints: those that wait for something first."""
    user = user_of(request)
    show = shown(request, SHOWS)
    seen = Complaint.objects.visible_to(user)
    page = page_of(request, seen.open() if show == "open" else seen)
    refs = [ref for row in page.object_list for ref in row.subject_refs]
    record(actions.COMPLAINTS_LISTED, by=user, subjects=refs, show=show, page=page.number)
    context = {"page": page, "show": show, "chips": chips(SHOWS, show), "page_title": "Complaints"}
    return render(request, "records/complaint_list.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def complaint_new(request: HttpRequest) -> HttpResponse:
    """Record a complaint."""
    user = user_of(request)
    return entry_new(
        request,
        forms.ComplaintForm,
        lambda form: complaint_record(
            by=user, client_id=form.cleaned_data["client_id"], data=form.recorded()
        ),
        view="complaint",
        said="{} is on record. Acknowledge it within 30 days.",
        button="Record it",
        back="complaint_list",
        page_title="A complaint",
    )


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def complaint(request: HttpRequest, ref: str) -> HttpResponse:
    """A complaint, what was done about it, and the next steps."""
    user = user_of(request)
    found = get_complaint(user, ref)
    page = steps_of(request, STEPS, found=found, name="complaint", revision=found.revision)
    if page.done:
        return redirect("complaint", ref=found.ref)
    record(actions.COMPLAINT_VIEWED, by=user, ref=found.ref, subjects=found.subject_refs)
    context = {
        "one": found,
        "steps": list(found.steps.select_related("recorded_by")),
        "forms": page.forms,
        "page_title": f"Complaint: {found.get_about_display().lower()}",
    }
    return render(request, "records/complaint.html", context, status=page.status)
