"""Input of printable packs."""

import uuid
from copy import copy
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from members.models import Member

from .bulletins import is_key


class BulletinPackForm(forms.Form):
    """For which business a bulletin is printed: one of those found, or any that may be."""

    OFFERED = 50
    """Businesses in the list; a search narrows them."""

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

    def __init__(
        self, *args: Any, members: QuerySet[Member], found: QuerySet[Member], **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        keys = list(found.values_list("pk", flat=True)[: self.OFFERED])
        chosen = self["member"].value() if self.is_bound else ""
        if is_key(chosen):  # of a page that was narrowed otherwise
            keys.append(int(chosen))
        self.fields["member"].queryset = members.filter(pk__in=keys)  # type: ignore[attr-defined]
        self.fields["client_id"].initial = uuid.uuid4()

    def renew(self) -> None:
        """Give the form a fresh id, so that it makes another copy."""
        data = copy(self.data)
        assert isinstance(data, QueryDict)
        data["client_id"] = str(uuid.uuid4())
        self.data = data
