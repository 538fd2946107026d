"""Pages of privacy notices."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from common.http import add_problems, form_status
from common.lists import chips
from members.access import roles_only, user_of
from members.models import Role
from offenders.access import get_subject
from offenders.actions import SUBJECT_VIEWED
from offenders.models import Subject
from records import actions
from records.pages import page_of, shown

from .forms import PrivacyForm
from .services import privacy_record
from .state import part, published, state_of, with_privacy

SHOWS = [
    ("decide", "To decide"),
    ("due", "To look at again"),
    ("withheld", "Withheld"),
    ("told", "Told"),
    ("all", "All"),
]


@require_safe
@roles_only(Role.INTEL)
def privacy_list(request: HttpRequest) -> HttpResponse:
    """Known people whose profile is published: were they told?"""
    user = user_of(request)
    show = shown(request, SHOWS)
    page = page_of(request, part(published(), show).order_by("ref"))
    refs = [row.ref for row in page.object_list]
    record(actions.PRIVACY_LISTED, by=user, subjects=refs, show=show, page=page.number)
    context = {
        "page": page,
        "rows": [(row, state_of(row)) for row in page.object_list],
        "show": show,
        "chips": chips(SHOWS, show),
        "page_title": "Privacy notices",
    }
    return render(request, "records/privacy_list.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def privacy_new(request: HttpRequest, ref: str) -> HttpResponse:
    """Record that somebody was given a privacy notice, or why not."""
    user = user_of(request)
    subject = get_subject(user, ref)
    form = PrivacyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            privacy_record(by=user, subject=subject, data=form.recorded())
            messages.success(request, "Noted.")
            return redirect("privacy_list")
        except ValidationError as error:
            add_problems(form, error)
    record(SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    state = state_of(with_privacy(Subject.objects.filter(pk=subject.pk)).get())
    context = {
        "form": form,
        "subject": subject,
        "intro": f"{state.words}. An exclusion notice or a warning letter tells them by itself.",
        "button": "Note it",
        "page_title": f"Privacy notice to {subject.ref}",
    }
    return render(request, "records/subject_form.html", context, status=form_status(form))
