"""The Top 10: the list, how it came about, how it was, and the manager's word over it."""

from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.services import record
from common.http import add_problems, form_status
from dtac.presenters import photo_url
from exclusions.harm import NOTHING, harm_scores
from exclusions.top_ten import top_ten_changes, top_ten_choose, top_ten_lift
from members.access import roles_only, user_of
from members.models import Role
from offenders import actions
from offenders.access import get_subject
from offenders.forms.ranking import TopTenForm
from offenders.models import ProfileVersion, Subject, TopTenChoice, TopTenPlace

HISTORY = 15


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
    history = top_ten_changes(most=HISTORY)
    kept_off = TopTenChoice.objects.filter(ended_at=None, kind=TopTenChoice.Kind.REMOVED)
    off = list(kept_off.select_related("subject", "chosen_by"))
    told = [row for change in history for row in (*change.came, *change.went)]
    seen = {row.subject.ref for row in (*places, *told)} | {row.subject.ref for row in off}
    published = _published(place.subject_id for place in places)
    record(actions.SUBJECTS_LISTED, by=user, subjects=seen, part="top-ten")
    context = {
        "places": [
            (
                place,
                photo_url(faces.get(place.subject_id), "thumb"),
                scores.get(place.subject_id, NOTHING),
                place.subject_id in published,
            )
            for place in places
        ],
        "history": history,
        "kept_off": off,
    }
    return render(request, "offenders/top_ten.html", context)


def _published(keys: Iterable[int]) -> set[int]:
    """Return which of these subjects members see: the others hold a place that nobody sees."""
    live = ProfileVersion.objects.live().filter(subject__in=list(keys))
    return set(live.values_list("subject_id", flat=True))


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
    choices = list(subject.top_ten_choices.select_related("chosen_by", "ended_by"))
    context = {
        "form": form,
        "subject": subject,
        "choice": choices[0] if choices and choices[0].ended_at is None else None,
        "earlier": [choice for choice in choices if choice.ended_at],
        "published": bool(_published([subject.pk])),
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
    if top_ten_lift(by=user, subject=subject):
        messages.success(request, "Lifted. The score decides again.")
    else:
        messages.info(request, "There was nothing to lift: the score decides already.")
    return redirect("subject", ref=subject.ref)
