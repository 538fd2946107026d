"""Input of controllers and processors."""

import datetime as dt
from typing import Any

from django import forms

from common import dates
from common.fields import DayField, PlainForm, revision_field
from members.models import Document
from records.fields import words_field
from records.models import DataBody


def _in_a_year() -> dt.date:
    return dates.add_months(dates.today(), 12)


class BodyForm(PlainForm):
    """A controller, joint controller or processor."""

    revision = revision_field()
    kind = forms.ChoiceField(
        label="What it is",
        choices=DataBody.Kind,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what it is."},
    )
    name = forms.CharField(
        label="Name", max_length=160, error_messages={"required": "Enter its name."}
    )
    contact = forms.CharField(
        label="Whom to reach about data protection",
        max_length=300,
        error_messages={"required": "Enter whom to reach."},
    )
    does = words_field("What it does with the data", "Say what it does with the data.")
    kinds = forms.CharField(
        label="Which data", max_length=500, error_messages={"required": "Say which data."}
    )
    place = forms.CharField(
        label="Where the data is held",
        max_length=200,
        error_messages={"required": "Say where the data is held."},
    )
    abroad = forms.CharField(
        label="Outside the UK: what safeguards it",
        max_length=300,
        required=False,
        help_text="Such as: adequacy regulations, the UK’s addendum of 2022. Empty: inside.",
    )
    contract = forms.CharField(
        label="Contract or arrangement",
        max_length=300,
        required=False,
        help_text="Which, and of when. A processor needs one (article 28).",
    )
    document = forms.ModelChoiceField(
        label="The paper itself",
        queryset=Document.objects.none(),
        required=False,
        empty_label="Not among the documents",
    )
    registration = forms.CharField(
        label="Registration with the Information Commissioner",
        max_length=40,
        required=False,
        help_text="Such as ZA123456. A controller has one, and pays for it each year.",
    )
    registered_until = DayField(label="Registered until", required=False)
    starts_on = DayField(label="Since")
    ends_on = DayField(label="Last day", required=False)
    review_on = DayField(label="Look at it again on", initial=_in_a_year)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        papers = Document.objects.order_by("title")
        self.fields["document"].queryset = papers  # type: ignore[attr-defined]

    def known(self) -> dict[str, Any]:
        """Return what a valid form says, but for the revision."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}
