"""Pages that need no account: asking to join, and accepting an invitation."""

from typing import Any

from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from common.http import add_problems, form_status
from members.models import Invitation
from members.services import agreement_current

from .applications import application_receive
from .forms import AcceptForm, ApplyForm, fresh_mark
from .invitations import invitation_accept, invitation_find


@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Ask to join the scheme. Limited by address; a machine's send is refused."""
    form = ApplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="apply"):
            words = "Too many forms came from where you are. Wait an hour, or write to us."
            form.add_error(None, words)
            return render(request, "members/apply.html", _apply_context(form), status=429)
        try:
            application_receive(client_id=form.cleaned_data["mark"], data=form.values())
            return redirect("applied")
        except ValidationError as error:
            add_problems(form, error)
    return render(request, "members/apply.html", _apply_context(form), status=form_status(form))


def _apply_context(form: ApplyForm) -> dict[str, Any]:
    """Return what the page needs; a form whose mark is refused gets a fresh one."""
    keep = form.is_bound and "mark" not in form.errors
    mark = form["mark"].value() if keep else fresh_mark()
    return {"form": form, "mark": mark, "contact_email": settings.DTAC_CONTACT_EMAIL}


@require_safe
def applied(request: HttpRequest) -> HttpResponse:
    """What happens with the form that was sent."""
    context = {"contact_email": settings.DTAC_CONTACT_EMAIL}
    return render(request, "members/applied.html", context)


@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """Make an account by the link of an invitation. Opening it changes nothing: scanners do."""
    if request.method == "POST" and not ratelimit.consume(request, action="invited"):
        refused: HttpResponse = ratelimit.respond_429(request)
        return refused
    invitation = invitation_find(token)
    if invitation is None:
        return render(request, "members/invited_over.html", status=410)
    agreement = agreement_current()
    version = agreement.version if agreement else None
    form = AcceptForm(request.POST or None, invitation=invitation, version=version)
    if request.method == "POST" and form.is_valid():
        try:
            return _accepted(request, invitation, form)
        except ValidationError as error:
            add_problems(form, error)
    context = {"invitation": invitation, "agreement": agreement, "form": form}
    return render(request, "members/invited.html", context, status=form_status(form))


def _accepted(request: HttpRequest, invitation: Invitation, form: AcceptForm) -> HttpResponse:
    """Make the account and sign its person in. Raises ValidationError."""
    data = form.cleaned_data
    user = invitation_accept(
        invitation=invitation,
        name=data.get("name", ""),
        password=data["password"],
        agreement=form.accepted(),
    )
    if request.user.is_authenticated:
        messages.success(request, f"The account of {user.name} is ready. Sign out to use it.")
        return redirect("home")
    done: HttpResponse = perform_login(request, user, redirect_url="/")
    return done
