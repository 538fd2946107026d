"""Input of privacy notices."""

from typing import Any

from django import forms

from common.fields import DayField, PlainForm
from records.fields import words_field
from records.models import PrivacyNotice

from .services import PrivacyInput


class PrivacyForm(PlainForm):
    """A privacy notice was given, or is withheld."""

    what = forms.ChoiceField(
        label="What happened",
        choices=[("given", "It was given"), ("withheld", "It is withheld for now")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happened."},
    )
    given_on = DayField(label="Given on", required=False)
    given_how = forms.ChoiceField(
        label="How",
        choices=PrivacyNotice.How,
        required=False,
        widget=forms.RadioSelect,
    )
    withheld = forms.ChoiceField(
        label="Withheld because",
        choices=PrivacyNotice.Withheld,
        required=False,
        widget=forms.RadioSelect,
    )
    words = words_field("Why, in words", help_text="What would happen if they were told now.")
    review_on = DayField(
        label="Look at it again on", required=False, help_text="Six months ahead at most."
    )

    def clean(self) -> dict[str, Any]:
        """Ask for what belongs to the choice."""
        data = super().clean() or {}
        wanted = {
            "given": {"given_on": "Enter the day.", "given_how": "Choose how."},
            "withheld": {
                "withheld": "Choose why.",
                "words": "Say why.",
                "review_on": "Enter the day.",
            },
        }
        for name, missing in wanted.get(data.get("what", ""), {}).items():
            if not data.get(name) and name not in self.errors:
                self.add_error(name, missing)
        return data

    def recorded(self) -> PrivacyInput:
        """Return what a valid form says."""
        data = self.cleaned_data
        if data["what"] == "given":
            return PrivacyInput(given_on=data["given_on"], given_how=data["given_how"])
        names = ("withheld", "words", "review_on")
        return PrivacyInput(**{name: data[name] for name in names})
