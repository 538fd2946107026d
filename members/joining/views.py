"""Pages of applications, and of the people at a member."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from common import dates
from common.http import add_problems, form_status, plain_text, query_text
from common.lists import chips
from members.access import get_member, roles_only, user_of
from members.models import Application, Invitation, Member, Role, User
from members.signin.factors import factors_reset
from members.signin.proof import proof_needed

from .access import get_application, get_invitation, get_people_member, get_person
from .applications import application_approve, application_decline
from .forms import ApproveForm, ConfirmForm, DeclineForm, DetailsRightForm, InviteForm, PersonForm
from .invitations import invitation_again, invitation_end, invitation_make, password_link_send
from .people import (
    member_certify,
    to_certify,
    user_change,
    user_end,
    user_restore,
    users_certify,
)

KEEPERS = (Role.INTEL, Role.MANAGER, Role.AGENCY)
SHOWS = (("open", "To decide"), ("decided", "Decided"))


@require_safe
@roles_only(Role.INTEL)
def application_list(request: HttpRequest) -> HttpResponse:
    """Businesses that ask to join."""
    show = query_text(request, "show")
    show = show if show in dict(SHOWS) else "open"
    rows = Application.objects.part(show).select_related("area", "member", "decided_by")
    page = Paginator(rows, 50).get_page(query_text(request, "page"))
    context = {"page": page, "chips": chips(SHOWS, show), "page_title": "Applications"}
    return render(request, "members/application_list.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def application(request: HttpRequest, name: uuid.UUID) -> HttpResponse:
    """One application: read it, approve it or decline it."""
    user = user_of(request)
    row = get_application(name)
    declining = "decline" in request.POST
    approve = ApproveForm(
        request.POST if request.method == "POST" and not declining else None,
        user=user,
        initial={"kind": Member.Kind.FULL, "prospect": _known_as(row, user)},
    )
    decline = DeclineForm(request.POST if declining else None)
    form = decline if declining else approve
    if request.method == "POST" and form.is_valid():
        try:
            return _decided(request, row, approve, decline if declining else None)
        except ValidationError as error:
            add_problems(form, error)
    context = {
        "application": row,
        "approve": approve,
        "decline": decline,
        "form": form,
        "page_title": row.business,
    }
    return render(request, "members/application.html", context, status=form_status(form))


def _known_as(row: Application, user: User) -> str:
    """Return the address name of a business of that name, to be chosen already."""
    same = Member.objects.visible_to(user).filter(name__iexact=row.business).first()
    return same.slug if same else ""


def _decided(
    request: HttpRequest, row: Application, approve: ApproveForm, decline: DeclineForm | None
) -> HttpResponse:
    user = user_of(request)
    if decline:
        answer = decline.cleaned_data["answer"]
        reason = decline.cleaned_data["reason"]
        application_decline(by=user, application=row, reason=reason, answer=answer)
        told = f" {row.name} is told by e-mail." if answer else " Nothing was sent."
        messages.success(request, f"Declined.{told}")
        return redirect("application_list")
    made = application_approve(by=user, application=row, approval=approve.values())
    messages.success(request, f"Approved. {row.name} is sent the link to join.")
    return redirect("member_detail", slug=made.member.slug)


@require_http_methods(["GET", "POST"])
@roles_only(*KEEPERS)
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """The people of a member: who has access, who is invited, who is to be confirmed."""
    return _people_page(request, get_member(user_of(request), slug))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL, Role.BOARD)
def scheme_people(request: HttpRequest) -> HttpResponse:
    """The scheme's own people: the Intelligence Manager and the Board."""
    return _people_page(request, get_people_member(user_of(request), None))


def _people_page(request: HttpRequest, member: Member) -> HttpResponse:
    user = user_of(request)
    ending = to_certify(member).exclude(pk=user.pk)
    if user.role == Role.BOARD:
        ending = ending.filter(role=Role.INTEL)
    form = ConfirmForm(request.POST or None, people=ending)
    if request.method == "POST" and form.is_valid():
        try:
            count = users_certify(by=user, member=member, users=list(form.cleaned_data["who"]))
            messages.success(request, f"Confirmed for a year: {count}.")
            return redirect(request.path)
        except ValidationError as error:
            add_problems(form, error)
    rows = member.users.exclude(role=Role.ADMIN).select_related("premises", "certified_by")
    context = {
        "member": member,
        "people": rows.order_by("-is_active", "name"),
        "ending": list(ending),
        "invitations": member.invitations.open().select_related("made_by", "user"),
        "form": form,
        "may_invite": user.role != Role.BOARD and (member.has_access or _is_to_join(user, member)),
        "today": dates.today(),
        "page_title": "People",
    }
    return render(request, "members/people.html", context, status=form_status(form))


def _is_to_join(user: User, member: Member) -> bool:
    """Whether the first person of a business can be invited: it has applied."""
    return user.is_intel and member.status == Member.Status.APPLIED


@require_http_methods(["GET", "POST"])
@roles_only(*KEEPERS)
@proof_needed(posts_only=True)
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite somebody to an account at a member."""
    user = user_of(request)
    member = get_people_member(user, slug)
    form = InviteForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        try:
            made = invitation_make(by=user, member=member, data=form.values())
            messages.success(request, f"The link is sent to {made.email}. It ends in seven days.")
            return redirect(people_url(member))
        except ValidationError as error:
            add_problems(form, error)
    context = {"member": member, "form": form, "back": people_url(member)}
    context["page_title"] = "Invite somebody"
    return render(request, "members/invite.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(*KEEPERS)
def invitation(request: HttpRequest, slug: str, name: uuid.UUID) -> HttpResponse:
    """An open invitation: send a fresh link, or take it back."""
    user = user_of(request)
    member = get_people_member(user, slug)
    row = get_invitation(member, name)
    if request.method != "POST":
        context = {"member": member, "invitation": row, "back": people_url(member)}
        context["page_title"] = row.name
        return render(request, "members/invitation.html", context)
    try:
        _invitation_step(request, user, row)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect(people_url(member))


def _invitation_step(request: HttpRequest, user: User, row: Invitation) -> None:
    if "again" in request.POST:
        invitation_again(by=user, invitation=row)
        messages.success(request, f"A fresh link is sent to {row.email}.")
    elif "end" in request.POST and invitation_end(by=user, invitation=row):
        messages.success(request, "Taken back. The link is dead.")


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL, Role.BOARD, Role.MANAGER, Role.AGENCY)
@proof_needed(posts_only=True)
def person(request: HttpRequest, slug: str, name: uuid.UUID) -> HttpResponse:
    """A person's account: change it, end it, give it back, send a link for a new password."""
    user = user_of(request)
    member = get_people_member(user, slug)
    row = get_person(user, member, name)
    steps = {"password", "reset", *BUTTONS}
    changing = request.method == "POST" and not steps & set(request.POST)
    form = PersonForm(request.POST if changing else None, member=member, person=row)
    try:
        if request.method == "POST" and not changing:
            return _account_step(request, user, member, row)
        if changing and form.is_valid():
            user_change(by=user, user=row, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect(people_url(member))
    except ValidationError as error:
        if not changing:
            messages.warning(request, " ".join(error.messages))
            return redirect(request.path)
        add_problems(form, error)
    context = {"member": member, "person": row, "form": form, "back": people_url(member)}
    context |= {"page_title": row.name, "today": dates.today()}
    return render(request, "members/person.html", context, status=form_status(form))


BUTTONS = {"end": user_end, "restore": user_restore}
SAID = {"end": "{} has no access any more.", "restore": "{} has access again."}


def _account_step(request: HttpRequest, user: User, member: Member, row: User) -> HttpResponse:
    if "password" in request.POST:
        password_link_send(by=user, user=row)
        messages.success(request, f"A link for a new password is sent to {row.email}.")
    if "reset" in request.POST:
        reason = plain_text(request.POST.get("reason", ""), limit=300)
        if factors_reset(by=user, user=row, reason=reason):
            messages.success(request, f"{row.name} sets up a new second step at the next sign-in.")
    for button, change in BUTTONS.items():
        if button in request.POST and change(by=user, user=row):
            messages.success(request, SAID[button].format(row.name))
    return redirect(people_url(member))


@require_http_methods(["GET", "POST"])
@roles_only(*KEEPERS)
def details_right(request: HttpRequest, slug: str) -> HttpResponse:
    """Confirm for a year that what is held of a business is right."""
    user = user_of(request)
    member = get_member(user, slug)
    form = DetailsRightForm(request.POST or None, initial={"revision": member.revision})
    if request.method == "POST" and form.is_valid():
        try:
            member_certify(by=user, member=member, revision=form.cleaned_data["revision"])
            messages.success(request, "Thank you. Confirmed for a year.")
            return redirect("member_detail", slug=slug)
        except ValidationError as error:
            add_problems(form, error)
    context = {
        "member": member,
        "premises": member.premises.filter(closed_on=None),
        "contacts": member.contacts.filter(ended_on=None),
        "people": member.users.filter(is_active=True).exclude(role=Role.ADMIN),
        "form": form,
        "page_title": "Is this right?",
    }
    return render(request, "members/details_right.html", context, status=form_status(form))


def people_url(member: Member) -> str:
    """Return where the people of a member are listed."""
    if member.kind == Member.Kind.SCHEME:
        return reverse("scheme_people")
    return reverse("people", args=[member.slug])
