"""Input of what is handed to somebody outside: who receives it, why, under which law."""

import uuid
from typing import Any

from django import forms

from common.fields import Renewed

from .models import Member, User
from .services import agreement_current

PURPOSE = "Prevention and detection of crime"
LAWFUL_BASIS = "Data Protection Act 2018, Schedule 2, paragraph 2: crime and taxation"


class ShareForm(Renewed):
    """Who receives personal data, for what, on which lawful basis."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    recipient = forms.CharField(
        label="Who receives it",
        max_length=100,
        help_text="Rank, number and name, such as PC 1234 Smith.",
        error_messages={"required": "Enter who receives it."},
    )
    agency = forms.ModelChoiceField(
        label="Partner agency",
        queryset=Member.objects.none(),
        required=False,
        empty_label="Another body, named below",
    )
    body = forms.CharField(label="Force or body", required=False, max_length=120)
    recipient_ref = forms.CharField(
        label="Their reference",
        required=False,
        max_length=60,
        help_text="Crime or incident number, if they gave one.",
    )
    purpose = forms.CharField(
        label="Purpose",
        max_length=300,
        initial=PURPOSE,
        error_messages={"required": "Say what it is shared for."},
    )
    lawful_basis = forms.CharField(
        label="Lawful basis",
        max_length=300,
        initial=LAWFUL_BASIS,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say which law allows it."},
    )
    agreement = forms.CharField(
        label="Sharing agreement",
        required=False,
        max_length=200,
        help_text="Empty: the current agreement of members for a partner agency, none for others.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        if user.is_intel:
            agencies = Member.objects.active().filter(kind=Member.Kind.AGENCY)
            self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]
        else:
            del self.fields["agency"]
            self.fields["agreement"].help_text = "Empty: none."
        self.initial = {"client_id": uuid.uuid4(), **self.initial}

    def clean(self) -> dict[str, Any]:
        """Ask for the body, where no partner agency is chosen."""
        data = super().clean() or {}
        if not data.get("agency") and not data.get("body") and "body" not in self.errors:
            self.add_error("body", "Enter the force or body they are of.")
        # What every active agency has accepted; nothing is known of another body.
        if data.get("agency") and not data.get("agreement"):
            data["agreement"] = str(agreement_current() or "")
        return data

    def recipient_words(self) -> str:
        """Return who receives it in words, from a valid form: "PC 1 Smith, Kent Police"."""
        data = self.cleaned_data
        agency: Member | None = data.get("agency")
        return ", ".join(
            filter(None, [data["recipient"], agency.name if agency else "", data["body"]])
        )

    def shared(self) -> dict[str, Any]:
        """Return what a valid form says of the sharing itself, as a Sharing has it."""
        data = self.cleaned_data
        names = ("client_id", "recipient_ref", "purpose", "lawful_basis", "agreement")
        return {name: data[name] for name in names} | {
            "recipient": self.recipient_words(),
            "recipient_member": data.get("agency"),
        }
