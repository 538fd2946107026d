"""Input of printable packs."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms

from members.models import Member


class BulletinPackForm(forms.Form):
    """For which business a bulletin is printed."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    member = forms.ModelChoiceField(
        label="For which business",
        queryset=Member.objects.none(),
        empty_label=None,
        error_messages={
            "required": "Choose a business.",
            "invalid_choice": "Choose one of these businesses.",
        },
    )

    def __init__(self, *args: Any, members: Sequence[Member], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["member"].queryset = (  # type: ignore[attr-defined]
            Member.objects.filter(pk__in=[member.pk for member in members]).order_by("name")
        )
        self.fields["client_id"].initial = uuid.uuid4()
