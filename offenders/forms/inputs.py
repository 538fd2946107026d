"""Fields that forms of the offenders app share."""

from django import forms

FACTS_ONLY = "What a witness sees. Leave out religion, politics and sexuality."


def date_input() -> forms.DateInput:
    """Return a date field's own widget in the format it needs."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
