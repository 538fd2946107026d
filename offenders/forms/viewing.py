"""Input about unusual viewing."""

from typing import Any

from django import forms


class ViewingForm(forms.Form):
    """What somebody's unusual viewing was."""

    answer = forms.CharField(
        label="What it was",
        max_length=300,
        help_text="Such as: training; asked them, they looked for a face after a theft.",
        error_messages={"required": "Say what it was."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
