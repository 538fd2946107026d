"""Input about types of incident."""

import datetime as dt
from typing import Any

from django import forms

from common import dates
from incidents.models import IncidentType, Question
from incidents.services.types import HARMS, TypeInput


class TypeForm(forms.Form):
    """A type's words, weight, place and questions; for a new one its family and first day too."""

    label = forms.CharField(
        label="What it is called",
        max_length=60,
        error_messages={"required": "Enter the words that staff see."},
    )
    family = forms.ChoiceField(
        label="Counts as",
        choices=IncidentType.Family,
        widget=forms.RadioSelect,
        help_text="This can't be changed later.",
        error_messages={"required": "Choose what it counts as."},
    )
    harm = forms.IntegerField(
        label="Harm",
        min_value=HARMS[0],
        max_value=HARMS[1],
        help_text="1 (low) to 100. The queue shows the most harm first; violence counts as 100.",
        error_messages={
            "required": "Enter a number from 1 to 100.",
            "invalid": "Enter a number from 1 to 100.",
            "min_value": "Enter a number from 1 to 100.",
            "max_value": "Enter a number from 1 to 100.",
        },
    )
    place = forms.IntegerField(
        label="Place in the list",
        required=False,
        min_value=1,
        help_text="1 is first. Left empty, it comes last.",
        error_messages={
            "invalid": "Enter a number, 1 for the first.",
            "min_value": "Enter a number, 1 for the first.",
        },
    )
    is_common = forms.BooleanField(
        label="Common", required=False, help_text="Shown first on the log form."
    )
    is_serious = forms.BooleanField(
        label="Serious",
        required=False,
        help_text="One accepted incident of this type may ground an exclusion.",
    )
    asks = forms.MultipleChoiceField(
        label="What the log form asks for",
        required=False,
        choices=Question,
        widget=forms.CheckboxSelectMultiple,
    )
    starts_on = forms.DateField(
        label="First day it can be chosen",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a day, such as 14/03/2026."},
    )

    def __init__(self, *args: Any, kind: IncidentType | None = None, **kwargs: Any) -> None:
        initial = {"harm": 20, "starts_on": dates.today()}
        if kind:
            names = ("label", "harm", "is_common", "is_serious", "asks")
            initial = {name: getattr(kind, name) for name in names} | {"place": kind.position + 1}
        super().__init__(*args, **{"label_suffix": "", "initial": initial, **kwargs})
        if kind:
            del self.fields["family"], self.fields["starts_on"]
            self.fields["place"].required = True
            self.fields["place"].help_text = "1 is first."

    def input(self) -> TypeInput:
        """Return what this valid form means."""
        data = self.cleaned_data
        return TypeInput(
            label=data["label"],
            harm=data["harm"],
            asks=data["asks"],
            is_common=data["is_common"],
            is_serious=data["is_serious"],
            place=data["place"],
        )


class TypeEndForm(forms.Form):
    """The last day that a type can be chosen."""

    last_day = forms.DateField(
        label="Last day it can be chosen",
        initial=dates.today,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Enter the last day it can be chosen.",
            "invalid": "Enter a day, such as 14/03/2026.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def day(self) -> dt.date:
        """Return the day of this valid form."""
        day: dt.date = self.cleaned_data["last_day"]
        return day
