"""Somebody of a member at a session or a meeting: who signs in, or a name without an account."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common.fields import PlainForm

from .models import Member, User


@dataclass(frozen=True)
class PersonInput:
    """A user, or the name of somebody of a member without an account."""

    user: User | None = None
    member: Member | None = None
    name: str = ""


@dataclass(frozen=True)
class Somebody:
    """Who was meant, by the names of the columns that hold them."""

    user: User | None
    member: Member
    name: str


def somebody(data: PersonInput) -> Somebody:
    """Return who is meant.

    Raises ValidationError: an account that can't sign in, neither a user nor the name of somebody
    of an active member, or a name that has an account there.
    """
    if data.user is not None:
        if not data.user.is_active or not data.user.member.has_access:
            raise ValidationError({"user": "This account can’t sign in."})
        return Somebody(data.user, data.user.member, data.user.name)
    name = data.name.strip()
    if not name or data.member is None:
        raise ValidationError({"name": "Choose a user, or enter a name and their business."})
    if not data.member.has_access:
        raise ValidationError({"member": "Only people of active members can be entered."})
    if data.member.users.filter(is_active=True, name__iexact=name).exists():
        raise ValidationError({"name": f"{name} has an account. Enter its e-mail instead."})
    return Somebody(None, data.member, name)


class PersonForm(PlainForm):
    """Somebody: by their account's e-mail, or by name and business."""

    email = forms.CharField(
        label="E-mail they sign in with",
        required=False,
        max_length=254,
        help_text="Empty for somebody without an account.",
        widget=forms.EmailInput,
    )
    name = forms.CharField(
        label="Name, of somebody without an account", required=False, max_length=120
    )
    member = forms.ModelChoiceField(
        label="Their business",
        queryset=Member.objects.none(),
        required=False,
        to_field_name="slug",
        empty_label="Choose",
        error_messages={"invalid_choice": "Choose an active member."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Member.objects.active().order_by("name")
        self.fields["member"].queryset = members  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Find the account, or ask for a name and a business."""
        data = super().clean() or {}
        email, name = (data.get(key, "").strip() for key in ("email", "name"))
        data["user"] = User.objects.with_access().filter(email__iexact=email).first()
        if email and name:
            self.add_error("name", "Enter an e-mail, or a name and a business.")
        elif email and data["user"] is None:
            self.add_error("email", "Nobody signs in with this e-mail.")
        elif not email and not name:
            self.add_error("email", "Enter an e-mail, or a name and a business below.")
        elif name and not data.get("member") and "member" not in self.errors:
            self.add_error("member", "Choose their business.")
        return data

    def values(self) -> PersonInput:
        """Return what this valid form says."""
        data = self.cleaned_data
        if data["user"]:
            return PersonInput(user=data["user"])
        return PersonInput(member=data["member"], name=data["name"])
