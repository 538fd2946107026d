"""Signing in: who may, what is logged, and the demo's password refused anywhere else."""

import datetime as dt
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from audit.services import record
from common.dates import LONDON

from . import actions
from .models import User
from .signin import notices
from .signin.devices import device_words, is_known, make_known
from .signin.store import user_taken

TRIES_WAIT = dt.timedelta(minutes=5, seconds=59)  # of "login_failed" in ACCOUNT_RATE_LIMITS
DEMO_PASSWORD = "dartford-demo"  # noqa: S105  (public on purpose, refused outside the demo)


class NotTheDemoPasswordValidator:
    """Refuses the demo's public password for real accounts."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError if the password is the demo's."""
        if password == DEMO_PASSWORD:
            raise ValidationError("This password is public. Choose another.", code="demo")

    def get_help_text(self) -> str:
        return "Your password can't be the demo's."


class SignInBackend(AuthenticationBackend):  # type: ignore[misc]
    """E-mail and password, for active users of active members."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Return the user, or None. The demo's password never opens a real installation."""
        if credentials.get("password") == DEMO_PASSWORD and not settings.DTAC_DEMO:
            self._mitigate_timing_attack(DEMO_PASSWORD)
            return None
        user: User | None = super().authenticate(request, **credentials)
        return user

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        """Whether they may sign in today (DESIGN section 3)."""
        return isinstance(user, User) and user.has_access

    def get_user(self, user_id: int) -> User | None:
        """Return the session's user with all that each page needs of them, in one query."""
        user = user_taken(user_id) or User.objects.for_session().filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is closed (invitations only); sign-ins, refusals and sign-outs are logged."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The e-mail or the password is not right.",
    }

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Return a refusal in words; one for too many tries says when to try again."""
        if code not in ("too_many_login_attempts", "rate_limited"):
            refused: ValidationError = super().validation_error(code, *args)
            return refused
        again = timezone.localtime(timezone.now() + TRIES_WAIT, LONDON)
        return ValidationError(f"Too many tries. Try again at {again:%H:%M}.", code=code)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Stop a user who has no access today: allauth only looks whether they are active."""
        if not user.has_access:
            return HttpResponseRedirect(reverse("account_inactive"))
        stopped: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return stopped

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody registers themselves."""
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Sign in; whoever was here before and comes on a device that is new is told of it."""
        before = user.last_login is not None
        super().login(request, user)
        self.is_news = before and not is_known(request, user)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Log the sign-in, without allauth's "successfully signed in" message."""
        with transaction.atomic():
            record(actions.SIGNED_IN, by=user)
            if getattr(self, "is_news", False):
                device = device_words(request)
                notices.account_notice(user=user, what=notices.NEW_DEVICE, device=device)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        make_known(request, response, user)
        return response

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing of the library's own: members.signin.notices tells people."""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: the page that follows says it."""

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Log a refused sign-in. The address typed is not kept: it may be anybody's."""
        record(actions.SIGN_IN_REFUSED, by=None)

    def logout(self, request: HttpRequest) -> None:
        """Log the sign-out and end the session."""
        if isinstance(request.user, User):
            record(actions.SIGNED_OUT, by=request.user)
        super().logout(request)
