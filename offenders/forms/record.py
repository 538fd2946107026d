"""Input of what is added to a working record."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common import dates
from common.refs import parse_report_ref, parse_subject_ref
from offenders.models import LegalFact, Subject, WarningMarker
from offenders.publication import OVERRIDE_MONTHS
from offenders.search import stays_of

from .inputs import date_input


class RecordForm(forms.Form):
    """What the forms of a record have in common: no colon after labels."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def values(self) -> dict[str, Any]:
        """Return the service's own arguments, from a valid form."""
        return dict(self.cleaned_data)


class WarningForm(RecordForm):
    """A warning marker, why, and until when it may stand."""

    marker = forms.ChoiceField(
        label="Warning",
        choices=WarningMarker,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the warning."},
    )
    reason = forms.CharField(
        label="What happened",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="With its date and the report, if there is one. For you only.",
        error_messages={"required": "Say what happened."},
    )
    review_on = forms.DateField(
        label="Look at it again on",
        widget=date_input(),
        initial=lambda: dates.add_months(dates.today(), 6),
        error_messages={"required": "Choose the day you will look at it again."},
    )


class VehicleForm(RecordForm):
    """A vehicle: its number plate, or what it looks like."""

    registration = forms.CharField(
        label="Number plate",
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )
    words = forms.CharField(
        label="What it looks like",
        required=False,
        max_length=120,
        help_text="Make, colour, marks.",
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        data = super().clean() or {}
        if not data.get("registration") and not data.get("words") and not self.errors:
            self.add_error("registration", "Enter a number plate, or describe the vehicle.")
        return data


class LegalFactForm(RecordForm):
    """What police or a court did, and when."""

    kind = forms.ChoiceField(
        label="How far it got",
        choices=LegalFact.Kind,
        widget=forms.RadioSelect,
        help_text="A charge is not a conviction.",
        error_messages={"required": "Choose how far it got."},
    )
    happened_on = forms.DateField(
        label="On",
        widget=date_input(),
        error_messages={"required": "Enter the day."},
    )
    offence = forms.CharField(
        label="Of what",
        max_length=200,
        error_messages={"required": "Say of what, such as theft from a shop."},
    )
    source = forms.CharField(
        label="Who told us",
        max_length=200,
        help_text="Such as a crime number or the officer.",
        error_messages={"required": "Say who told us."},
    )


class AssociationForm(RecordForm):
    """Somebody this subject acts with."""

    other = forms.CharField(
        label="With whom",
        max_length=12,
        help_text="The reference, such as D-0042.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the other reference."},
    )
    words = forms.CharField(
        label="How they belong together",
        max_length=200,
        error_messages={"required": "Say how they belong together."},
    )
    source = forms.CharField(
        label="How we know",
        max_length=200,
        help_text="Reports that name both are shown by themselves.",
        error_messages={"required": "Say how we know."},
    )
    report = forms.CharField(
        label="Report that says so",
        required=False,
        max_length=20,
        help_text="Its reference, if there is one, such as INC-2026-00017.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_report(self) -> str:
        """Return the reference as reports have it. Raises ValidationError for another text."""
        typed = str(self.cleaned_data["report"])
        ref = parse_report_ref(typed) if typed else ""
        if ref is None:
            raise ValidationError("Enter the reference of a report, such as INC-2026-00017.")
        return ref

    def clean_other(self) -> Subject:
        """Return the other record. Raises ValidationError for none."""
        ref = parse_subject_ref(self.cleaned_data["other"])
        found: Subject | None = Subject.objects.filter(pk=stays_of(ref or "")).first()
        if found is None:
            raise ValidationError("No record has this reference. Check it.", code="unknown")
        return found


class AgeOverrideForm(RecordForm):
    """Why somebody who is or may be under 18 may be published."""

    reason = forms.CharField(
        label="Why it is necessary all the same",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why it is necessary all the same."},
    )
    safeguarding = forms.CharField(
        label="Safeguarding",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Whom you asked (police, council), when, and what they said.",
        error_messages={"required": "Say whom you asked about safeguarding, and their answer."},
    )
    review_on = forms.DateField(
        label="It holds until",
        widget=date_input(),
        initial=lambda: dates.add_months(dates.today(), OVERRIDE_MONTHS),
        help_text="At most three months.",
        error_messages={"required": "Choose the last day it holds."},
    )
