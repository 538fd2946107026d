"""Pages of the pipeline: whom to win and keep, each business's steps, its contacts."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from common import dates
from common.http import add_problems, form_status, query_text
from common.lists import chips

from .access import get_contact, get_member, get_premises, roles_only, user_of
from .models import Member, MemberContact, Premises, Role
from .pipeline import contact_end, contact_save, member_change, member_enter, member_step
from .pipeline_forms import ChangeForm, ContactForm, EnterForm, PremisesForm, StepForm
from .sites import premises_close, premises_save

SHOWS = (("due", "Due"), ("planned", "Planned"), ("no_step", "No next step"))


@require_safe
@roles_only(Role.INTEL, Role.BOARD)
def pipeline(request: HttpRequest) -> HttpResponse:
    """Businesses to win or keep: what is due, what is planned, and who has no next step."""
    user = user_of(request)
    show, text = query_text(request, "show"), query_text(request, "q")
    show = show if show in dict(SHOWS) else "due"
    found = Member.objects.visible_to(user).search(text)
    page = Paginator(found.to_follow(show), 50).get_page(query_text(request, "page"))
    context = {
        "page": page,
        "chips": chips(SHOWS, show, counts=found.counts_to_follow(), q=text),
        "q": text,
        "show": show,
        "today": dates.today(),
        "page_title": "Whom to win and keep",
    }
    return render(request, "members/pipeline.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def member_new(request: HttpRequest) -> HttpResponse:
    """Enter a business to win."""
    user = user_of(request)
    form = EnterForm(request.POST or None, initial={"next_by": user.pk})
    if request.method == "POST" and form.is_valid():
        try:
            made = member_enter(by=user, data=form.values(), plan=form.plan())
            messages.success(request, f"{made.name} is a prospect now.")
            return redirect("member_detail", slug=made.slug)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "page_title": "Enter a business"}
    return render(request, "members/member_new.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def member_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what is held of a business."""
    user = user_of(request)
    member = get_member(user, slug)
    form = ChangeForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        try:
            revision = form.cleaned_data["revision"]
            member_change(by=user, member=member, revision=revision, data=form.values())
            messages.success(request, "Saved.")
            return redirect("member_detail", slug=slug)
        except ValidationError as error:
            add_problems(form, error)
    context = {"member": member, "form": form, "page_title": f"Change {member.name}"}
    return render(request, "members/member_edit.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def member_step_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Record a step that a business takes, what was said, and what comes next."""
    user = user_of(request)
    member = get_member(user, slug)
    form = StepForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        try:
            revision = form.cleaned_data["revision"]
            member_step(
                by=user, member=member, revision=revision, step=form.step(), plan=form.plan()
            )
            messages.success(request, "Recorded.")
            return redirect("member_detail", slug=slug)
        except ValidationError as error:
            add_problems(form, error)
    context = {"member": member, "form": form, "page_title": f"A step with {member.name}"}
    return render(request, "members/member_step.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL, Role.MANAGER, Role.AGENCY)
def contact_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter a contact at a member."""
    return _contact_page(request, get_member(user_of(request), slug), None)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL, Role.MANAGER, Role.AGENCY)
def contact_edit(request: HttpRequest, slug: str, contact: uuid.UUID) -> HttpResponse:
    """Change a contact at a member, or take them out from today."""
    user = user_of(request)
    member = get_member(user, slug)
    found = get_contact(member, contact)
    if "end" not in request.POST:
        return _contact_page(request, member, found)
    if contact_end(by=user, contact=found):
        messages.success(request, "Taken out.")
    return redirect("member_detail", slug=slug)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL, Role.MANAGER, Role.AGENCY)
def premises_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter premises of a member."""
    return _premises_page(request, get_member(user_of(request), slug), None)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL, Role.MANAGER, Role.AGENCY)
def premises_edit(request: HttpRequest, slug: str, site: uuid.UUID) -> HttpResponse:
    """Change premises of a member, or close them from today."""
    user = user_of(request)
    member = get_member(user, slug)
    found = get_premises(member, site)
    if "close" not in request.POST:
        return _premises_page(request, member, found)
    try:
        if premises_close(by=user, site=found):
            messages.success(request, f"{found.name} is closed.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("member_detail", slug=slug)


def _premises_page(request: HttpRequest, member: Member, site: Premises | None) -> HttpResponse:
    form = PremisesForm(request.POST or None, member=member, site=site)
    if request.method == "POST" and form.is_valid():
        try:
            premises_save(by=user_of(request), member=member, data=form.values(), site=site)
            messages.success(request, "Saved.")
            return redirect("member_detail", slug=member.slug)
        except ValidationError as error:
            add_problems(form, error)
    title = site.name if site else "Enter premises"
    context = {"member": member, "site": site, "form": form, "page_title": title}
    return render(request, "members/premises.html", context, status=form_status(form))


def _contact_page(
    request: HttpRequest, member: Member, contact: MemberContact | None
) -> HttpResponse:
    form = ContactForm(request.POST or None, contact=contact)
    if request.method == "POST" and form.is_valid():
        try:
            contact_save(by=user_of(request), member=member, data=form.values(), contact=contact)
            messages.success(request, "Saved.")
            return redirect("member_detail", slug=member.slug)
        except ValidationError as error:
            add_problems(form, error)
    title = f"Contact: {contact.name}" if contact else "Enter a contact"
    context = {"member": member, "contact": contact, "form": form, "page_title": title}
    return render(request, "members/contact.html", context, status=form_status(form))
