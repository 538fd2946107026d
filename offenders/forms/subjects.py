"""Input about a working record."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common import dates
from offenders.models import Method, Subject

from .inputs import FACTS_ONLY, date_input


class SubjectForm(forms.ModelForm):  # type: ignore[type-arg]
    """The working record."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    aliases = forms.CharField(
        label="Also known as", required=False, max_length=600, help_text="Separate with commas."
    )
    sex = forms.ChoiceField(
        label="Sex",
        required=False,
        choices=[("", "Not known"), ("female", "Female"), ("male", "Male")],
    )

    methods = forms.MultipleChoiceField(
        label="How they work (MO)",
        required=False,
        choices=Method,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Subject
        fields = [
            "status",
            "name",
            "date_of_birth",
            "age_low",
            "age_high",
            "sex",
            "height",
            "build",
            "hair",
            "marks",
            "description",
            "mo",
            "haunts",
            "times",
            "notes",
        ]
        labels = {
            "status": "Known or ID sought",
            "date_of_birth": "Date of birth",
            "age_low": "Looks at least (years)",
            "age_high": "Looks at most (years)",
            "mo": "In words",
            "haunts": "Often seen at",
            "times": "Often seen when",
            "notes": "Notes",
        }
        help_texts = {
            "description": FACTS_ONLY,
            "marks": "Tattoos, scars, the way they walk.",
            "notes": "For you only. Never published.",
            "name": "Leave empty if ID sought.",
        }
        widgets = {
            "date_of_birth": date_input(),
            "description": forms.Textarea(attrs={"rows": 3}),
            "mo": forms.Textarea(attrs={"rows": 3}),
            "notes": forms.Textarea(attrs={"rows": 3}),
            "status": forms.RadioSelect,
        }
        error_messages = {"status": {"required": "Choose known or ID sought."}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["status"].choices = Subject.Status.choices  # type: ignore[attr-defined]
        for name in ("age_low", "age_high"):
            self.fields[name].max_value = 110  # type: ignore[attr-defined]
            self.fields[name].validators.append(_at_most_110)
        if self.instance.pk:
            names = self.instance.aliases.values_list("name", flat=True)
            self.fields["aliases"].initial = ", ".join(names)
            self.fields["revision"].initial = self.instance.revision
            self.fields["methods"].initial = self.instance.methods
        else:
            self.fields["client_id"].initial = uuid.uuid4()

    def clean_date_of_birth(self) -> dt.date | None:
        """Return the date. Raises ValidationError for the future and before 1900."""
        born: dt.date | None = self.cleaned_data["date_of_birth"]
        if born and born > dates.today():
            raise ValidationError("This is in the future.", code="future")
        if born and born.year < 1900:
            raise ValidationError("Enter a year from 1900.", code="past")
        return born

    def clean_aliases(self) -> list[str]:
        """Return the names as a list. Raises ValidationError for one that is too long."""
        names = [name.strip() for name in self.cleaned_data["aliases"].split(",")]
        if any(len(name) > 120 for name in names):
            raise ValidationError("Keep each name under 120 characters.", code="long")
        return [name for name in names if name]

    def clean(self) -> dict[str, Any]:
        """Ask for a name of somebody known."""
        data = super().clean() or {}
        unnamed = not data.get("name") and "name" not in self.errors
        if data.get("status") == Subject.Status.KNOWN and unnamed:
            self.add_error("name", "Enter a name, or choose ID sought.")
        return data


def _at_most_110(value: int) -> None:
    if value > 110:
        raise ValidationError("Enter an age of 110 or less.", code="max_value")
