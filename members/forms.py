"""Input of the members app."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from .letters import WANTS
from .models import MailKind, SchemeSetting, User
from .signin.sessions import session_expiry


class SignInForm(LoginForm):  # type: ignore[misc]
    """E-mail and password, with labels and words of our own."""

    shared = forms.BooleanField(
        label="This device is shared",
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["login"].label = "E-mail"
        self.fields["login"].widget.attrs.pop("placeholder", None)
        self.fields["login"].error_messages["required"] = "Enter your e-mail address."
        self.fields["login"].error_messages["invalid"] = "Enter an e-mail address."
        self.fields["password"].widget.attrs.pop("placeholder", None)
        self.fields["password"].help_text = ""
        self.fields["password"].error_messages["required"] = "Enter your password."
        minutes = settings.DTAC_IDLE_MINUTES["shared"]
        words = f"Such as a till. You are signed out after {minutes} minutes without use."
        self.fields["shared"].help_text = words

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in, or go on to the second step; the session knows whether the device is shared."""
        request.session["shared"] = self.cleaned_data["shared"]
        response: HttpResponse = super().login(request, redirect_url=redirect_url)
        if isinstance(request.user, User):
            session_expiry(request.session, request.user)
        return response


class AgreementForm(forms.Form):
    """Accepting one version. It is sent along, so that a newer one is not accepted unseen."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    accept = forms.BooleanField(
        label="I have read this and accept it",
        error_messages={"required": "Tick the box to accept. Without it nothing can be shown."},
    )


class MailChoiceForm(forms.Form):
    """One kind of mail, on or off. Nothing sent is nothing chosen."""

    kind = forms.ChoiceField(choices=[(kind, kind.label) for kind in WANTS])
    wanted = forms.ChoiceField(choices=[("yes", "On"), ("no", "Off")])

    def choice(self) -> tuple[MailKind, bool]:
        """Return the kind and whether it is wanted."""
        return MailKind(self.cleaned_data["kind"]), self.cleaned_data["wanted"] == "yes"


class SchemeSettingForm(forms.Form):
    """What the scheme allows, and why it is changed."""

    revision = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    email_shows_people = forms.BooleanField(
        label="Names and photos in bulletin e-mails",
        required=False,
        help_text="Off: an e-mail carries references and a link.",
    )
    printed_packs = forms.BooleanField(
        label="Printable packs",
        required=False,
        help_text="Off: nobody prints a bulletin as a pack.",
    )
    reason = forms.CharField(
        label="Why it is changed",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write why. It is kept with the change."},
    )

    def __init__(self, *args: Any, setting: SchemeSetting, **kwargs: Any) -> None:
        initial = {
            name: getattr(setting, name)
            for name in ("revision", "email_shows_people", "printed_packs")
        }
        super().__init__(*args, **{"label_suffix": "", "initial": initial, **kwargs})


class BounceForm(forms.Form):
    """An address that mail came back from, and what the returned mail says."""

    address = forms.EmailField(
        label="Address",
        max_length=254,
        error_messages={
            "required": "Write the address.",
            "invalid": "Write the whole address, such as sam@shop.example.",
        },
    )
    reason = forms.CharField(
        label="What the returned mail says",
        max_length=200,
        error_messages={"required": "Write what the returned mail says."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.user: User | None = None

    def clean_address(self) -> str:
        """Find whose address it is."""
        address: str = self.cleaned_data["address"]
        self.user = User.objects.filter(email__iexact=address).first()
        if self.user is None:
            raise forms.ValidationError("No user has this address.")
        return address


class AuthorityForm(forms.Form):
    """A member's signed authorisation to exclude on its behalf."""

    signed_on = forms.DateField(
        label="Signed on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Enter the day on the paper.",
            "invalid": "Enter a day, such as 14/03/2026.",
        },
    )
    signed_by = forms.CharField(
        label="Signed by",
        max_length=120,
        help_text="Name and position of who signed for the business.",
        error_messages={"required": "Enter who signed it for the business."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class AuthorityEndForm(forms.Form):
    """Why an authorisation ends."""

    reason = forms.CharField(
        label="Why it ends",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why it ends."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
