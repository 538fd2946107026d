"""Pages of training: sessions, courses, who is in a session and came, certificates."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from common import dates
from common.http import add_problems, download, form_status, query_text
from common.lists import chips
from members.access import roles_only, user_of
from members.models import Course, Role, TrainingPlace, TrainingSession
from members.somebody import PersonForm

from .access import get_certificate, get_course, get_session
from .certificates import certificate_pdf
from .figures import trained
from .forms import AttendanceForm, CourseForm, SessionForm
from .querysets import SOON
from .services import (
    attendance_mark,
    course_end,
    course_save,
    person_book,
    session_cancel,
    session_change,
    session_enter,
)

SHOWS = (("coming", "To come"), ("mark", "To mark"), ("held", "Held"), ("off", "Called off"))
PEOPLE = (
    ("holds", "Certificate holds"),
    ("soon", "Ends soon"),
    ("over", "Has ended"),
    ("booked", "Booked"),
    ("all", "All"),
)
KEEPERS = (Role.INTEL, Role.BOARD)
BUSINESS = (Role.MANAGER, Role.AGENCY)


@require_safe
@roles_only(*KEEPERS, *BUSINESS)
def session_list(request: HttpRequest) -> HttpResponse:
    """Sessions to come and held; for the manager and the Board what they reached in a year."""
    user = user_of(request)
    shows = SHOWS if user.role in KEEPERS else SHOWS[:1]
    show, text = query_text(request, "show"), query_text(request, "q")
    show = show if show in dict(shows) else "coming"
    found = TrainingSession.objects.search(text)
    page = Paginator(found.part(show).for_list(), 50).get_page(query_text(request, "page"))
    context: dict[str, Any] = {
        "page": page,
        "chips": chips(shows, show, counts=found.counts(), q=text),
        "q": text,
        "show": show,
        "keeper": user.role in KEEPERS,
        "page_title": "Training",
    }
    if user.role in KEEPERS:
        today = dates.today()
        context["figures"] = trained(dates.add_months(today, -12) + dt.timedelta(days=1), today)
    return render(request, "members/training/sessions.html", context)


@require_safe
@roles_only(Role.INTEL, *BUSINESS)
def trained_people(request: HttpRequest) -> HttpResponse:
    """Who holds a certificate, whose ends soon or has ended, who is booked in."""
    user = user_of(request)
    show, text = query_text(request, "show"), query_text(request, "q")
    show = show if show in dict(PEOPLE) else "holds"
    found = TrainingPlace.objects.visible_to(user).search(text)
    page = Paginator(found.part(show).for_list(), 50).get_page(query_text(request, "page"))
    context = {
        "page": page,
        "chips": chips(PEOPLE, show, counts=found.counts(), q=text),
        "q": text,
        "show": show,
        "today": dates.today(),
        "soon": dates.today() + SOON,
        "page_title": "Who is trained",
    }
    return render(request, "members/training/people.html", context)


@require_safe
@roles_only(*KEEPERS)
def course_list(request: HttpRequest) -> HttpResponse:
    """The courses that are given, and those that were."""
    courses = Course.objects.for_list()
    context = {"courses": courses, "page_title": "Courses"}
    return render(request, "members/training/courses.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def course_new(request: HttpRequest) -> HttpResponse:
    """Enter a course."""
    return _course_page(request, None)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def course_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a course, or cease to give it."""
    course = get_course(slug)
    if "end" not in request.POST:
        return _course_page(request, course)
    if course_end(by=user_of(request), course=course):
        messages.success(request, f"{course.name} is not given any more.")
    return redirect("course_list")


def _course_page(request: HttpRequest, course: Course | None) -> HttpResponse:
    form = CourseForm(request.POST or None, course=course)
    if request.method == "POST" and form.is_valid():
        try:
            revision = form.cleaned_data["revision"]
            course_save(by=user_of(request), data=form.values(), course=course, revision=revision)
            messages.success(request, "Saved.")
            return redirect("course_list")
        except ValidationError as error:
            add_problems(form, error)
    title = course.name if course else "Enter a course"
    context = {"form": form, "course": course, "page_title": title}
    return render(request, "members/training/course.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def session_new(request: HttpRequest) -> HttpResponse:
    """Enter a session of a course."""
    form = SessionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = session_enter(by=user_of(request), data=form.values())
            messages.success(request, "Entered. Book people in.")
            return redirect("session", ref=made.ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "page_title": "Enter a session"}
    return render(request, "members/training/session_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def session_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a session, or call it off."""
    session, user = get_session(ref), user_of(request)
    form = SessionForm(None if "cancel" in request.POST else request.POST or None, session=session)
    if request.method == "POST" and ("cancel" in request.POST or form.is_valid()):
        try:
            if "cancel" in request.POST:
                session_cancel(by=user, session=session)
            else:
                revision = form.cleaned_data["revision"]
                session_change(by=user, session=session, revision=revision, data=form.values())
            messages.success(request, "Saved.")
            return redirect("session", ref=ref)
        except ValidationError as error:
            if not form.is_bound:
                messages.warning(request, " ".join(error.messages))
                return redirect("session", ref=ref)
            add_problems(form, error)
    context = {"form": form, "session": session, "page_title": session.course.name}
    return render(request, "members/training/session_form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def session_page(request: HttpRequest, ref: str) -> HttpResponse:
    """One session: who is in it, and who came."""
    session = get_session(ref)
    people = list(session.people.select_related("member", "user"))
    began = session.on <= dates.today()
    form = AttendanceForm(request.POST or None, session=session, people=people, began=began)
    if request.method == "POST" and form.is_valid():
        try:
            revision = form.cleaned_data["revision"]
            attendance_mark(
                by=user_of(request), session=session, revision=revision, outcomes=form.outcomes()
            )
            messages.success(request, "Saved.")
            return redirect("session", ref=ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {
        "form": form,
        "session": session,
        "free": session.places - session.taken,
        "began": began,
        "page_title": session.course.name,
    }
    return render(request, "members/training/session.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def session_book(request: HttpRequest, ref: str) -> HttpResponse:
    """Book somebody into a session."""
    session = get_session(ref)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            place = person_book(by=user_of(request), session=session, data=form.values())
            messages.success(request, f"{place.name} is booked in.")
            return redirect("session", ref=ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "session": session, "page_title": "Book somebody in"}
    return render(request, "members/training/book.html", context, status=form_status(form))


@require_safe
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """Somebody's certificate as a PDF: their own, their people's, or for the manager anybody's."""
    user = user_of(request)
    place = get_certificate(user, number)
    content = certificate_pdf(place, by=user, at=timezone.now())
    return download(content, f"{place.certificate}.pdf", "application/pdf")
