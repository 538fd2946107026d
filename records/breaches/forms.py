"""Input of data breaches."""

from typing import Any

from django import forms

from common.fields import DayField, LondonMomentField, PlainForm, revision_field
from records.fields import words_field
from records.models import DataBreach

from .services import BreachInput


class _KnownForm(PlainForm):
    """What is known of a breach."""

    what = words_field("What happened, and how it was found", "Say what happened.", most=4000)
    happened_on = DayField(label="Happened on", required=False)
    kinds = forms.CharField(
        label="Which data",
        max_length=500,
        help_text="Such as: names and photos of subjects, members’ e-mail addresses.",
        error_messages={"required": "Say which data."},
    )
    people = forms.CharField(
        label="Whose",
        max_length=500,
        help_text="In words or references, no names: subjects D-0042 and D-0043; staff of a shop.",
        error_messages={"required": "Say whose data."},
    )
    people_count = forms.IntegerField(
        label="How many people", required=False, min_value=0, max_value=2**31 - 1
    )
    risk = forms.ChoiceField(
        label="Risk to them",
        choices=DataBreach.Risk,
        initial=DataBreach.Risk.UNKNOWN,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the risk."},
    )
    harm = words_field("What is likely to follow", most=2000)
    measures = words_field("What was done about it", most=4000)

    def known(self) -> BreachInput:
        """Return what a valid form says is known."""
        names = BreachInput.__dataclass_fields__
        return BreachInput(**{name: self.cleaned_data[name] for name in names})


class BreachForm(_KnownForm):
    """A new breach."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    aware_at = LondonMomentField(
        label="When the scheme came to know",
        help_text="The 72 hours begin here: when somebody of the scheme was reasonably sure.",
        error_messages={
            "required": "Enter when the scheme came to know.",
            "invalid": "Enter a day and a time.",
        },
    )
    field_order = ("aware_at",)


class AssessForm(_KnownForm):
    """What is known by now."""

    revision = revision_field()

    def clean(self) -> dict[str, Any]:
        """Hand over what is known as the service takes it."""
        data = super().clean() or {}
        if self.errors:
            return data
        self.cleaned_data = data
        return {"revision": data["revision"], "data": self.known()}


class RegulatorForm(PlainForm):
    """The regulator was told, or why not."""

    revision = revision_field()
    told_at = LondonMomentField(
        label="Told at", required=False, error_messages={"invalid": "Enter a day and a time."}
    )
    regulator_ref = forms.CharField(label="Their reference", required=False, max_length=60)
    late_because = forms.CharField(label="After the 72 hours: why", required=False, max_length=500)
    not_because = forms.CharField(
        label="Or why they are not told",
        required=False,
        max_length=500,
        help_text="Only where a risk to people is unlikely.",
    )


class PeopleForm(PlainForm):
    """The people were told, or why not."""

    revision = revision_field()
    told_on = DayField(label="Told on", required=False)
    how = forms.CharField(label="How, and what was said", required=False, max_length=500)
    not_because = forms.CharField(
        label="Or why they are not told",
        required=False,
        max_length=500,
        help_text="No high risk, it was made harmless, or it is out of all proportion.",
    )


class CloseForm(PlainForm):
    """It is closed."""

    revision = revision_field()
    lessons = words_field("What is done otherwise now", "Say what is done otherwise.", most=2000)
