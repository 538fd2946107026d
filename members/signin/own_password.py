"""Changing one's own password: with the present one, and every other session ends."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from audit.services import record
from common.http import add_problems, form_status
from members import actions
from members.access import user_of
from members.models import User

from .devices import device_words
from .notices import PASSWORD_CHANGED, account_notice
from .password_form import NewPasswordForm, password_field
from .passwords import password_set
from .proof import proved
from .sessions import sessions_end_others


class OwnPasswordForm(NewPasswordForm):
    """The present password and the new one."""

    current = password_field("Your password now", "Enter your password now.", new=False)
    field_order = ("current", "password", "again")


@transaction.atomic
def password_change(*, by: User, current: str, new: str, session: str | None, device: str) -> None:
    """Set a user's own password; end all their sessions but this one (its key); tell them.

    Raises ValidationError beside its field: the present one is wrong, the new one is refused.
    """
    user: User = User.objects.select_for_update().get(pk=by.pk)
    if not user.check_password(current):
        raise ValidationError({"current": "That is not right."}, code="wrong")
    if current == new:
        raise ValidationError({"password": "This is the one you have."}, code="same")
    password_set(user, new)
    user.save(update_fields=["password"])
    by.password = user.password
    sessions_end_others(by=user, but=session)
    record(actions.PASSWORD_SET, by=user)
    account_notice(user=user, what=PASSWORD_CHANGED, device=device)


@sensitive_post_parameters("current", "password", "again")
@require_http_methods(["GET", "POST"])
def own_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    user = user_of(request)
    form = OwnPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _change(request, user, form):
        messages.success(request, "Changed. You are signed out on every other device.")
        return redirect("me")
    context = {"form": form, "page_title": "Change your password"}
    return render(request, "account/own_password.html", context, status=form_status(form))


def _change(request: HttpRequest, user: User, form: OwnPasswordForm) -> bool:
    """Change it as the form says; return whether it was, else the form says why not."""
    if not ratelimit.consume(request, action="reauthenticate", user=user):
        form.add_error(None, "Too many tries. Wait a minute, then try again.")
        return False
    try:
        password_change(
            by=user,
            current=form.cleaned_data["current"],
            new=form.cleaned_data["password"],
            session=request.session.session_key,
            device=device_words(request),
        )
    except ValidationError as error:
        if getattr(error, "code", "") == "wrong" or "current" in getattr(error, "error_dict", {}):
            record(actions.PROOF_REFUSED, by=user)
        add_problems(form, error)
        return False
    update_session_auth_hash(request, user)  # this session goes on, under another key
    proved(request)
    return True
