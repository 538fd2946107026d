"""Pages of meetings: the list, one meeting, its people, its minutes."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from common import dates
from common.http import add_problems, form_status, query_text
from common.lists import chips
from common.wording import counted
from members.access import roles_only, user_of
from members.models import Meeting, MeetingMinutes, Role, User

from .access import get_meeting
from .forms import (
    AnswerForm,
    ApproveForm,
    BlankForm,
    ListForm,
    MeetingForm,
    MinutesForm,
    PeopleForm,
)
from .services import (
    attendance_record,
    audience_of,
    meeting_answer,
    meeting_cancel,
    meeting_change,
    meeting_enter,
    meeting_tell,
    minutes_approve,
    minutes_blank,
    minutes_draft,
    minutes_publish,
    person_list,
)

SHOWS = (
    ("coming", "To come"),
    ("held", "Held"),
    ("minutes", "Without minutes"),
    ("off", "Called off"),
)
KEEPERS = (Role.INTEL, Role.BOARD)
EVERYBODY = (Role.REPORTER, Role.MANAGER, Role.AGENCY, *KEEPERS)


@require_safe
@roles_only(*EVERYBODY)
def meeting_list(request: HttpRequest) -> HttpResponse:
    """Meetings to come and held that this user may see."""
    user = user_of(request)
    shows = SHOWS if user.role in KEEPERS else SHOWS[:2]
    show = query_text(request, "show")
    show = show if show in dict(shows) else "coming"
    found = Meeting.objects.visible_to(user)
    page = Paginator(found.part(show).for_list(), 50).get_page(query_text(request, "page"))
    context = {
        "page": page,
        "chips": chips(shows, show, counts=found.counts()),
        "show": show,
        "keeper": user.role in KEEPERS,
        "page_title": "Meetings",
    }
    return render(request, "members/meetings/list.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(*EVERYBODY)
def meeting(request: HttpRequest, ref: str) -> HttpResponse:
    """One meeting: agenda, minutes, and whether the reader comes."""
    user = user_of(request)
    found = get_meeting(user, ref)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            meeting_answer(by=user, meeting=found, answer=form.cleaned_data["answer"])
            messages.success(request, "Noted. You can change it until the day.")
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
        return redirect("meeting", ref=ref)
    keeper = user.role in KEEPERS
    versions = list(found.minutes.all())
    context = {
        "meeting": found,
        "minutes": _asked(request, versions),
        "versions": versions,
        "form": form,
        "people": _people(found, user),
        "own": found.people.filter(user=user).first(),
        "is_over": found.on < dates.today(),
        "may_answer": found.cancelled_on is None and found.on >= dates.today(),
        "keeper": keeper,
        "audience": _audience(found) if user.is_intel else 0,
        "page_title": found.get_kind_display(),
    }
    return render(request, "members/meetings/meeting.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def meeting_new(request: HttpRequest) -> HttpResponse:
    """Enter a meeting."""
    form = MeetingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = meeting_enter(by=user_of(request), data=form.values())
            messages.success(request, "Entered. Nobody is told of it before you say so.")
            return redirect("meeting", ref=made.ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "page_title": "Enter a meeting"}
    return render(request, "members/meetings/form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def meeting_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a meeting, tell people of it, or call it off."""
    user = user_of(request)
    found = get_meeting(user, ref)
    if "tell" in request.POST or "cancel" in request.POST:
        _tell_or_cancel(request, user, found)
        return redirect("meeting", ref=ref)
    form = MeetingForm(request.POST or None, meeting=found)
    if request.method == "POST" and form.is_valid():
        try:
            revision = form.cleaned_data["revision"]
            meeting_change(by=user, meeting=found, revision=revision, data=form.values())
            messages.success(request, "Saved.")
            return redirect("meeting", ref=ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "meeting": found, "page_title": found.get_kind_display()}
    return render(request, "members/meetings/form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def meeting_people(request: HttpRequest, ref: str) -> HttpResponse:
    """Who said they come, and who came."""
    user = user_of(request)
    found = get_meeting(user, ref)
    began = found.on <= dates.today()
    people = list(found.people.select_related("member"))
    form = PeopleForm(request.POST or None, people=people, began=began)
    if request.method == "POST" and form.is_valid():
        try:
            seen = form.cleaned_data["seen"]
            attendance_record(by=user, meeting=found, seen=seen, answers=form.answers())
            messages.success(request, "Saved.")
            return redirect("meeting_people", ref=ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "meeting": found, "began": began, "page_title": "Who came"}
    return render(request, "members/meetings/people.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def meeting_add(request: HttpRequest, ref: str) -> HttpResponse:
    """Put somebody on the list of a meeting."""
    user = user_of(request)
    found = get_meeting(user, ref)
    form = ListForm(request.POST or None, began=found.on <= dates.today())
    if request.method == "POST" and form.is_valid():
        try:
            answer = form.cleaned_data["answer"]
            person = person_list(by=user, meeting=found, data=form.values(), answer=answer)
            messages.success(request, f"{person.name} is on the list.")
            return redirect(
                "meeting_add" if "another" in request.POST else "meeting_people", ref=ref
            )
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "meeting": found, "page_title": "Add somebody"}
    return render(request, "members/meetings/add.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def meeting_minutes(request: HttpRequest, ref: str) -> HttpResponse:
    """Write the minutes: keep them as a draft, publish them, correct them."""
    user = user_of(request)
    found = get_meeting(user, ref)
    form = MinutesForm(request.POST or None, meeting=found)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            if "publish" in request.POST:
                minutes_publish(by=user, meeting=found, **data)
                messages.success(request, "Published.")
                return redirect("meeting", ref=ref)
            minutes_draft(by=user, meeting=found, revision=data["revision"], body=data["body"])
            messages.success(request, "Kept as a draft. Nobody else sees it.")
            return redirect("meeting_minutes", ref=ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {
        "form": form,
        "meeting": found,
        "may_publish": found.on <= dates.today(),
        "page_title": "Minutes",
    }
    return render(request, "members/meetings/minutes.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def meeting_blank(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a name out of an agenda and minutes that should never have been in them."""
    user = user_of(request)
    found = get_meeting(user, ref)
    form = BlankForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            times = minutes_blank(by=user, meeting=found, **form.cleaned_data)
            messages.success(request, f"Covered in {counted(times, 'place')}.")
            return redirect("meeting", ref=ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "meeting": found, "page_title": "Take words out"}
    return render(request, "members/meetings/blank.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def meeting_approve(request: HttpRequest, ref: str) -> HttpResponse:
    """Record that a later meeting approved the minutes."""
    user = user_of(request)
    found = get_meeting(user, ref)
    if found.minuted is None:
        raise Http404
    form = ApproveForm(request.POST or None, initial={"number": found.minuted})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            minutes_approve(by=user, meeting=found, number=data["number"], on=data["approved_on"])
            messages.success(request, "Saved.")
            return redirect("meeting", ref=ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "meeting": found, "page_title": "Minutes approved"}
    return render(request, "members/meetings/approve.html", context, status=form_status(form))


def _tell_or_cancel(request: HttpRequest, user: User, found: Meeting) -> None:
    try:
        if "cancel" in request.POST:
            if meeting_cancel(by=user, meeting=found):
                messages.success(request, "Called off.")
        else:
            people = meeting_tell(by=user, meeting=found)
            told = f"On their way: {counted(people, 'e-mail')}."
            messages.success(request, told if people else "They were told already.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))


def _audience(found: Meeting) -> int:
    """Return how many people would be told; 0 where that is over or done."""
    if found.told_at or found.cancelled_on or found.on < dates.today():
        return 0
    return int(audience_of(found).count())


def _asked(request: HttpRequest, versions: list[MeetingMinutes]) -> MeetingMinutes | None:
    """Return the minutes that the address names, else the newest."""
    asked = query_text(request, "version")
    return next((row for row in versions if str(row.number) == asked), next(iter(versions), None))


def _people(found: Meeting, user: User) -> list[dict[str, Any]]:
    """Return the people of a meeting by what they said or did, for who may see their names.

    The manager and the Board see all; others the people of their own business.
    """
    people = found.people.select_related("member")
    if user.role not in KEEPERS:
        people = people.filter(member=user.member_id)
    rows = list(people)
    order = ("came", "coming", "apologies", "absent")
    groups = [(key, [row for row in rows if row.answer == key]) for key in order]
    return [{"label": group[0].get_answer_display(), "rows": group} for _, group in groups if group]
