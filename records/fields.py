"""Form fields that the registers share."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common.refs import parse_subject_ref
from offenders.models import Subject


def words_field(
    label: str, missing: str = "", *, most: int = 500, **kwargs: Any
) -> forms.CharField:
    """Return a field for a few sentences; without `missing` it may stay empty."""
    if not missing:
        kwargs["required"] = False
    return forms.CharField(
        label=label,
        max_length=most,
        widget=forms.Textarea(attrs={"rows": 3 if most <= 500 else 6}),
        error_messages={"required": missing},
        **kwargs,
    )


class SubjectRefsField(forms.CharField):
    """References of subjects, as people type them: D-0042, d17. Gives those that exist."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": 200, **kwargs})

    def clean(self, value: Any) -> list[str]:
        """Return the references. Raises ValidationError for one that doesn't exist."""
        text = super().clean(value)
        parts = [part for part in re.split(r"[,;\s]+", text) if part]
        refs = {part: parse_subject_ref(part) for part in parts}
        wanted = {ref for ref in refs.values() if ref}
        held = set(Subject.objects.filter(ref__in=wanted).values_list("ref", flat=True))
        wrong = [part for part, ref in refs.items() if ref not in held]
        if wrong:
            raise ValidationError(f"There is no record {', '.join(wrong[:5])}.", code="unknown")
        return sorted(held)
