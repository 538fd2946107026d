"""Changing one's own password: with the present one, and every other session ends."""

from typing import Any

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from audit.services import record
from common.fields import PlainForm
from common.http import add_problems, form_status
from members import actions
from members.access import user_of
from members.models import User

from .devices import device_words
from .notices import PASSWORD_CHANGED, account_notice
from .proof import proved
from .sessions import sessions_end_others


def password_field(label: str, asks: str, *, new: bool, **kwargs: Any) -> forms.CharField:
    """Return a field for a password, taken exactly as it is typed or pasted."""
    attrs = {"autocomplete": "new-password" if new else "current-password"}
    return forms.CharField(
        label=label,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs=attrs),
        error_messages={"required": asks},
        **kwargs,
    )


class OwnPasswordForm(PlainForm):
    """The present password and the new one."""

    current = password_field("Your password now", "Enter your password now.", new=False)
    password = password_field(
        "New password",
        "Choose a password.",
        new=True,
        help_text="At least 12 characters. Three words that only you would put together are good.",
    )
    again = password_field("New password again", "Type it a second time.", new=True)

    def clean(self) -> dict[str, Any]:
        """Refuse a second password that differs."""
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", "This is not the same as above.")
        return data


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
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    user.set_password(new)
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
