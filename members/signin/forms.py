"""Input of signing in: the second step, asking again, setting a second step up."""

from typing import Any

from allauth.core import context, ratelimit
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from audit.services import record
from common.fields import PlainForm
from members import actions
from members.auth import DEMO_PASSWORD
from members.models import User

from .factors import app_secret_new, code_use

SALT = "members.signin.app"
WRONG = "That is not right. Try the newest code."
SECRET_FOR = 3600
"""Seconds for which an app that is being set up keeps the secret it was shown."""


def code_field() -> forms.CharField:
    """Return the field for a code of an app, or a recovery code."""
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "none"}
    return forms.CharField(
        label="Code",
        max_length=20,
        help_text="Six digits from your app, or one of your recovery codes.",
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": "Enter the code."},
    )


class SecondStepForm(AuthenticateForm):  # type: ignore[misc]
    """The code after the password. Each is taken once (members.signin.factors)."""

    code = code_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_code(self) -> str:
        """Use the code. Raises ValidationError: too many tries, or not right."""
        clear = check_rate_limit(self.user)
        code: str = self.cleaned_data["code"]
        found = code_use(user=self.user, code=code)
        if found is None:
            record(actions.SECOND_STEP_REFUSED, by=None, user=self.user.pk)
            raise ValidationError(WRONG)
        clear()
        found.user = self.user
        self.authenticator = found
        return code

    def save(self) -> None:
        """Note in the session that the second step was given, and by whom."""
        super().save()
        _gave_second(self.user)


class SecondStepPasskeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey after the password."""

    def clean_credential(self) -> Authenticator:
        """Check what the browser signed. Raises ValidationError."""
        try:
            found: Authenticator = super().clean_credential()
        except (KeyError, AttributeError, TypeError, ValueError, ValidationError) as error:
            if getattr(error, "code", "") == "too_many_login_attempts":
                raise
            record(actions.SECOND_STEP_REFUSED, by=None, user=self.user.pk)
            raise ValidationError("That passkey was not taken. Try again.") from error
        return found

    def save(self) -> None:
        """Note in the session that the second step was given, and by whom."""
        super().save()
        _gave_second(self.user)


class ProveForm(PlainForm):
    """The password, a code or a passkey again, of somebody who is signed in."""

    password = forms.CharField(
        label="Password",
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = code_field()
    credential = forms.JSONField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user = request, user
        self.fields["code"].required = False

    def clean(self) -> dict[str, Any]:
        """Check what was given. Raises ValidationError: nothing, too many tries, or not right."""
        data = super().clean() or {}
        given = [name for name in ("password", "code", "credential") if data.get(name)]
        if self.errors:
            return data
        if not given:
            raise ValidationError("Enter your password or a code.")
        if not ratelimit.consume(self.request, action="reauthenticate", user=self.user):
            raise ValidationError("Too many tries. Wait a minute, then try again.")
        if not getattr(self, f"_is_right_{given[0]}")(data[given[0]]):
            record(actions.PROOF_REFUSED, by=self.user)
            self.add_error(given[0] if given[0] != "credential" else None, "That is not right.")
        return data

    def _is_right_password(self, password: str) -> bool:
        public = password == DEMO_PASSWORD and not settings.DTAC_DEMO
        return not public and self.user.check_password(password)

    def _is_right_code(self, code: str) -> bool:
        return code_use(user=self.user, code=code) is not None

    def _is_right_credential(self, credential: Any) -> bool:
        try:
            webauthn.parse_authentication_response(credential)
            found = webauthn.complete_authentication(self.user, credential)
        except (KeyError, AttributeError, TypeError, ValueError, ValidationError):
            return False
        found.record_usage()
        return True


class AppForm(PlainForm):
    """A code of the app that was just given the secret."""

    secret = forms.CharField(widget=forms.HiddenInput, max_length=400)
    code = code_field()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["code"].help_text = "The six digits that the app shows now."

    def shown_secret(self) -> str:
        """Return the secret to show: the one sent along while it holds, else a fresh one."""
        kept = self._read(self.data.get("secret", "")) if self.is_bound else None
        return kept or app_secret_new()

    def marked(self, secret: str) -> str:
        """Return the secret as the form carries it: signed, for this person, for an hour."""
        return signing.dumps([self.user.pk, secret], salt=SALT)

    def clean_secret(self) -> str:
        """Return the secret. Raises ValidationError: not ours, or too old."""
        secret = self._read(self.cleaned_data["secret"])
        if secret is None:
            raise ValidationError("This page was open for too long. Scan the new square below.")
        return secret

    def _read(self, mark: str) -> str | None:
        try:
            owner, secret = signing.loads(mark, salt=SALT, max_age=SECRET_FOR)
        except (signing.BadSignature, TypeError, ValueError):
            return None
        return str(secret) if owner == self.user.pk else None


class PasskeyForm(PlainForm):
    """A passkey that the browser has just made."""

    name = forms.CharField(
        label="Name",
        max_length=60,
        help_text="So that you know it again, such as “my phone”.",
        error_messages={"required": "Give it a name."},
    )
    credential = forms.JSONField(
        widget=forms.HiddenInput,
        error_messages={"required": "Press the button below. Your device asks for the rest."},
    )

    def clean_credential(self) -> dict[str, Any]:
        """Check that it was made for this page. Raises ValidationError."""
        credential = self.cleaned_data["credential"]
        try:
            webauthn.parse_registration_response(credential)
            webauthn.complete_registration(credential)
        except (KeyError, AttributeError, TypeError, ValueError, ValidationError) as error:
            raise ValidationError("Your device’s answer was not taken. Try again.") from error
        return dict(credential)


class ResetForm(PlainForm):
    """How it is known that it is them who asked."""

    reason = forms.CharField(
        label="How you know it is them",
        max_length=300,
        help_text="Such as: rang them back on the number we hold.",
        error_messages={"required": "Write how you know that it is them who asked."},
    )


def _gave_second(user: User) -> None:
    context.request.session["second_factor"] = user.pk
