"""Input about requirements."""

from typing import Any

from django import forms

from common.fields import PlainForm, revision_field
from records.models import Evidence, StandardRequirement

from .services import FIELDS


class RequirementForm(PlainForm):
    """A requirement of a standard, and what shows it."""

    edition = forms.CharField(
        label="Standard", max_length=80, error_messages={"required": "Say which standard."}
    )
    section = forms.CharField(
        label="Section", max_length=80, error_messages={"required": "Enter the section."}
    )
    number = forms.CharField(
        label="Number", max_length=10, error_messages={"required": "Enter its number, such as 1.3."}
    )
    words = forms.CharField(
        label="What it asks for",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what it asks for."},
    )
    evidence = forms.ChoiceField(
        label="What shows it",
        choices=[("", "Choose"), *Evidence.choices],
        error_messages={"required": "Choose what shows it."},
    )
    note = forms.CharField(
        label="In your words",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What shows it, or what is being done. Name no subject: an assessor reads this.",
    )
    revision = revision_field()

    def __init__(self, *args: Any, requirement: StandardRequirement | None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"revision": 1}
        if requirement is not None:
            initial = {name: getattr(requirement, name) for name in (*FIELDS, "revision")}
        super().__init__(*args, initial=initial, **kwargs)
