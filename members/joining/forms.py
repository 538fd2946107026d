"""Input of joining: the public form, decisions, invitations, accounts."""

import uuid
from typing import Any, Final

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

from common.fields import PlainForm
from members.models import Area, Invitation, Member, Premises, User
from members.pipeline_forms import KINDS
from members.signin.password_form import NewPasswordForm
from members.sites import postcode_of

from .applications import ApplicationInput, Approval
from .invitations import InvitationInput, roles_at

SALT: Final = "members.joining.form"
NOT_AFTER: Final = 24 * 3600
"""A form that has been open for longer is sent again."""
EMAIL_WORDS: Final = {
    "required": "Enter the e-mail address.",
    "invalid": "Enter the whole address, such as sam@shop.example.",
}


def fresh_mark() -> str:
    """Return what marks one showing of the public form: a name, signed with the time."""
    return signing.dumps(str(uuid.uuid4()), salt=SALT)


class ApplyForm(PlainForm):
    """A business that asks to join. `website` is hidden from people: a machine fills it in."""

    mark = forms.CharField(widget=forms.HiddenInput, max_length=200)
    website = forms.CharField(label="Leave this empty", required=False, max_length=200)
    business = forms.CharField(
        label="Name of the business",
        max_length=120,
        help_text="As people know it.",
        error_messages={"required": "Enter the name people know it by."},
    )
    sector = forms.ChoiceField(
        label="What it is",
        choices=[("", "Choose"), *Member.Sector.choices],
        error_messages={"required": "Choose what it is."},
    )
    address = forms.CharField(
        label="Address", max_length=200, error_messages={"required": "Enter the street address."}
    )
    postcode = forms.CharField(
        label="Postcode", max_length=10, error_messages={"required": "Enter the postcode."}
    )
    area = forms.ModelChoiceField(
        label="Area",
        queryset=Area.objects.all(),
        empty_label="Choose",
        error_messages={"required": "Choose the area."},
    )
    opening_hours = forms.CharField(label="Open", required=False, max_length=200)
    name = forms.CharField(
        label="Your name", max_length=120, error_messages={"required": "Enter your name."}
    )
    position = forms.CharField(
        label="What you are there",
        max_length=80,
        help_text="Such as owner, store manager.",
        error_messages={"required": "Enter what you are there."},
    )
    email = forms.EmailField(
        label="Your work e-mail",
        max_length=254,
        help_text="Your way in is sent there.",
        error_messages=EMAIL_WORDS,
    )
    phone = forms.CharField(label="Telephone", required=False, max_length=30)
    words = forms.CharField(
        label="Anything else",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Please name nobody here.",
    )
    may_speak = forms.BooleanField(
        label="I may speak for this business",
        error_messages={"required": "Tick this, or ask somebody who may to fill it in."},
    )

    def clean_website(self) -> str:
        """Refuse what a person never sees."""
        if self.cleaned_data["website"]:
            raise ValidationError("Leave this empty, then send it again.")
        return ""

    def clean_mark(self) -> uuid.UUID:
        """Return the form's own name. Raises ValidationError: not ours, or a day old."""
        try:
            return uuid.UUID(signing.loads(self.cleaned_data["mark"], salt=SALT, max_age=NOT_AFTER))
        except (signing.BadSignature, TypeError, ValueError, AttributeError) as error:
            raise ValidationError("This form was open for too long. Send it again.") from error

    def clean_postcode(self) -> str:
        """Return it as it is written."""
        return postcode_of(self.cleaned_data["postcode"])

    def values(self) -> ApplicationInput:
        """Return what this valid form says."""
        left_out = ("mark", "website", "may_speak")
        data = {name: value for name, value in self.cleaned_data.items() if name not in left_out}
        return ApplicationInput(**data)


class ApproveForm(PlainForm):
    """As what an application is approved."""

    kind = forms.ChoiceField(
        label="Kind", choices=KINDS, error_messages={"required": "Choose the kind."}
    )
    prospect = forms.ModelChoiceField(
        label="The scheme knows it as",
        queryset=Member.objects.none(),
        required=False,
        empty_label="A new business",
        to_field_name="slug",
        help_text="Choose it if it is in the list of whom to win already.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Member.objects.visible_to(user).exclude(status__in=["active", "lapsed"])
        self.fields["prospect"].queryset = known  # type: ignore[attr-defined]

    def values(self) -> Approval:
        """Return what this valid form says."""
        return Approval(self.cleaned_data["kind"], self.cleaned_data["prospect"])


class DeclineForm(PlainForm):
    """Why an application is declined, and what the applicant is told."""

    reason = forms.CharField(
        label="Why",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For the scheme. It isn’t sent.",
        error_messages={"required": "Write why. It stays with the scheme."},
    )
    answer = forms.CharField(
        label="What they are told",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="E-mailed to them as it is. Empty: nothing is sent.",
    )


class PersonForm(PlainForm):
    """What a person at a member may do, and where they work."""

    name = forms.CharField(
        label="Name", max_length=120, error_messages={"required": "Enter their name."}
    )
    role = forms.ChoiceField(
        label="What they may do",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what they may do."},
    )
    premises = forms.ModelChoiceField(
        label="Where they usually work",
        queryset=Premises.objects.none(),
        required=False,
        empty_label="No fixed place",
        to_field_name="uuid",
    )

    def __init__(self, *args: Any, member: Member, person: User | None = None, **kwargs: Any):
        roles = roles_at(member)
        initial: dict[str, Any] = {"role": roles[0]}
        if person:
            initial = {"name": person.name, "role": person.role}
            initial["premises"] = person.premises.uuid if person.premises else None
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["role"].choices = [(r.value, r.label) for r in roles]  # type: ignore[attr-defined]
        sites = member.premises.filter(closed_on=None)
        self.fields["premises"].queryset = sites  # type: ignore[attr-defined]


class InviteForm(PersonForm):
    """Somebody to invite."""

    email = forms.EmailField(
        label="Work e-mail",
        max_length=254,
        help_text="One person’s own address: accounts are not shared.",
        error_messages=EMAIL_WORDS,
    )
    field_order = ("email", "name", "role", "premises")

    def values(self) -> InvitationInput:
        """Return what this valid form says."""
        return InvitationInput(**self.cleaned_data)


class ConfirmForm(PlainForm):
    """Whom a member confirms for another year."""

    who = forms.ModelMultipleChoiceField(
        label="They work here and need access",
        queryset=User.objects.none(),
        to_field_name="uuid",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose whom you confirm."},
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].queryset = people  # type: ignore[attr-defined]


class DetailsRightForm(PlainForm):
    """That what is held of a business is right."""

    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    right = forms.BooleanField(
        label="All of this is right",
        error_messages={"required": "Tick the box, or change what is wrong first."},
    )


class AcceptForm(NewPasswordForm):
    """Making an account by an invitation, or setting a new password."""

    name = forms.CharField(
        label="Your name", max_length=120, error_messages={"required": "Enter your name."}
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput, max_value=2**15 - 1)
    accept = forms.BooleanField(label="I have read this and accept it", required=False)
    field_order = ("name", "password", "again", "version", "accept")

    def __init__(self, *args: Any, invitation: Invitation, version: int | None, **kwargs: Any):
        super().__init__(*args, initial={"name": invitation.name, "version": version}, **kwargs)
        if invitation.is_password:
            for name in ("name", "version", "accept"):
                del self.fields[name]

    def accepted(self) -> int | None:
        """Return the version of the agreement that was accepted, None if it wasn't."""
        return self.cleaned_data.get("version") if self.cleaned_data.get("accept") else None
