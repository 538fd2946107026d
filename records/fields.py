"""Form fields that the registers share."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common.refs import parse_subject_ref


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
    """References of subjects, as people type them: D-0042, d17. That each exists is asked later."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": 200, **kwargs})

    def clean(self, value: Any) -> list[str]:
        """Return the references, each once. Raises ValidationError for what is none."""
        parts = [part for part in re.split(r"[,;\s]+", super().clean(value)) if part]
        refs = {part: parse_subject_ref(part) for part in parts}
        if wrong := [part for part, ref in refs.items() if ref is None]:
            raise ValidationError(f"No reference: {', '.join(wrong[:5])}.", code="unknown")
        return sorted({ref for ref in refs.values() if ref})
