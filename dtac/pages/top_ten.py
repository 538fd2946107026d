"""The Top 10: the list, how it came about, how it was, and the manager's word over it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.services import record
from common.http import add_problems, form_status
from dtac.presenters import photo_url
from exclusions.harm import NOTHING, harm_scores
from exclusions.top_ten import top_ten_choose, top_ten_lift
from members.access import roles_only, user_of
from members.models import Role
from offenders import actions
from offenders.access import get_subject
from offenders.forms.ranking import TopTenForm
from offenders.models import Subject, TopTenChoice, TopTenPlace

HISTORY = 30


@require_safe
@roles_only(Role.INTEL)
def top_ten(request: HttpRequest) -> HttpResponse:
    """The list with its points as they are now, who was kept off, and the latest changes.

    Places are set each hour; those that are over keep the points with which they were taken.
    """
    user = user_of(request)
    places = list(TopTenPlace.objects.filter(until=None).select_related("subject"))
    faces = Subject.objects.faces(place.subject_id for place in places)
    scores = harm_scores(subjects=[place.subject_id for place in places])
    past = TopTenPlace.objects.filter(until__isnull=False).select_related("subject")
    history = list(past.order_by("-until", "rank")[:HISTORY])
    kept_off = TopTenChoice.objects.filter(ended_at=None, kind=TopTenChoice.Kind.REMOVED)
    off = list(kept_off.select_related("subject", "chosen_by"))
    seen = {row.subject.ref for row in (*places, *history)} | {row.subject.ref for row in off}
    record(actions.SUBJECTS_LISTED, by=user, subjects=seen, part="top-ten")
    context = {
        "places": [
            (
                place,
                photo_url(faces.get(place.subject_id), "thumb"),
                scores.get(place.subject_id, NOTHING),
            )
            for place in places
        ],
        "history": history,
        "kept_off": off,
    }
    return render(request, "offenders/top_ten.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def choose(request: HttpRequest, ref: str) -> HttpResponse:
    """Pin a subject to the list or keep it off, with a reason."""
    user = user_of(request)
    subject = get_subject(user, ref)
    form = TopTenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            top_ten_choose(by=user, subject=subject, **form.values())
            messages.success(request, "The Top 10 follows your choice.")
            return redirect("subject", ref=subject.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(actions.SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    context = {
        "form": form,
        "subject": subject,
        "choice": subject.top_ten_choices.filter(ended_at=None).first(),
        "page_title": f"Top 10: {subject.ref}",
        "button": "Save the choice",
    }
    return render(request, "offenders/top_ten_form.html", context, status=form_status(form))


@require_POST
@roles_only(Role.INTEL)
def lift(request: HttpRequest, ref: str) -> HttpResponse:
    """Lift the choice, so that the score decides again."""
    user = user_of(request)
    subject = get_subject(user, ref)
    top_ten_lift(by=user, subject=subject)
    messages.success(request, "Lifted. The score decides again.")
    return redirect("subject", ref=subject.ref)
