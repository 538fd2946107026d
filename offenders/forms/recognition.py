"""Input about who somebody sought is."""

import uuid
from typing import Any

from django import forms

from .record import RecordForm


class RecognitionForm(RecordForm):
    """A name, and how the member knows. For members: one field, one tap."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(
        label="Who is it?",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter a name or nickname."},
    )
    words = forms.CharField(label="How do you know?", required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client_id"].initial = uuid.uuid4()


class IdentifyForm(RecordForm):
    """The name under which somebody sought becomes known."""

    name = forms.CharField(
        label="Name",
        max_length=120,
        error_messages={"required": "Enter the name."},
    )
