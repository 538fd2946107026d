"""Input of alerts: raised by themselves, withdrawn, and browsers that want to be told."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404

from incidents.push import check_keys, may_send_to
from incidents.services import AlertInput
from incidents.services.alerts import TEXT
from members.models import Premises, Role, User
from offenders.access import get_meant
from offenders.models import Subject

REASONS = ("It is over", "Raised by mistake", "It was somebody else")


class AlertForm(forms.Form):
    """What is happening, where, who it is where they are known, and for whom."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    premises = forms.ModelChoiceField(
        label="Where",
        queryset=Premises.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": "Choose where it is happening.",
            "invalid_choice": "Choose one of your premises.",
        },
    )
    who = forms.CharField(
        label="Who, if in the gallery",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Their reference. Only those who see the profile see the alert.",
    )
    text = forms.CharField(
        label="What is happening",
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A few words, no names: every member may read it.",
        error_messages={"required": "Say what is happening in a few words."},
    )
    audience = forms.ChoiceField(
        label="Who is told",
        choices=[("area", "Members nearby"), ("all", "All areas")],
        initial="area",
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose Members nearby or All areas."},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.user = user
        self.subject: Subject | None = None
        self.fields["client_id"].initial = uuid.uuid4()
        field: Any = self.fields["premises"]
        field.queryset = Premises.objects.reportable_by(user).select_related("member", "area")
        field.initial = user.premises_id
        if user.role in (Role.INTEL, Role.AGENCY):  # every member's premises: looked up by name
            field.widget = forms.HiddenInput()

    def clean_who(self) -> str:
        """Look the reference up. Raises ValidationError for one that this user doesn't see."""
        who = str(self.cleaned_data["who"]).strip()
        if not who:
            return ""
        try:
            self.subject = get_meant(self.user, who)
        except Http404 as error:
            raise ValidationError(
                f"{who.upper()} is not in the gallery. Check it, or leave it out.", code="unknown"
            ) from error
        return self.subject.ref

    def alert(self) -> AlertInput:
        """Return the alert that this valid form means."""
        data = self.cleaned_data
        return AlertInput(
            client_id=data["client_id"],
            premises=data["premises"],
            text=data["text"],
            subject=self.subject,
            everywhere=data["audience"] == "all",
        )


class WithdrawForm(forms.Form):
    """Why an alert is taken back."""

    reason = forms.ChoiceField(
        label="Why",
        choices=[(reason, reason) for reason in REASONS],
        error_messages={
            "required": "Choose why it is withdrawn.",
            "invalid_choice": "Choose why it is withdrawn.",
        },
    )


class PushForm(forms.Form):
    """What a browser says of itself: allow it, stop it, or is it still mine ("here")?"""

    do = forms.ChoiceField(choices=[(name, name) for name in ("allow", "here", "stop")])
    endpoint = forms.CharField(max_length=800)
    p256dh = forms.CharField(max_length=120, required=False)
    auth = forms.CharField(max_length=40, required=False)

    def clean_endpoint(self) -> str:
        """Return the address. Raises ValidationError for any but a known push service's."""
        endpoint = str(self.cleaned_data["endpoint"])
        if not may_send_to(endpoint):
            raise ValidationError("This browser’s push service is not known to D-TAC.")
        return endpoint

    def clean(self) -> dict[str, Any]:
        """Check the keys where they are needed."""
        data = super().clean() or {}
        if data.get("do") == "allow":
            try:
                check_keys(data.get("p256dh", ""), data.get("auth", ""))
            except ValueError as error:
                raise ValidationError("This browser’s keys can’t be used.") from error
        return data
