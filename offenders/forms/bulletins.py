"""Input of bulletins."""

import uuid
from typing import Any

from django import forms

from common.fields import LondonMomentField
from common.http import plain_text
from offenders.models import Bulletin, ProfileVersion

from .audience import AudienceFields


def is_key(value: Any) -> bool:
    """Whether what a form holds could be a row's key: digits, no more than one has."""
    return str(value).isdecimal() and len(str(value)) < 19


class BulletinForm(AudienceFields):
    """A bulletin: headline, opening words, profiles, audience."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    headline = forms.CharField(
        label="Headline",
        max_length=120,
        help_text="Goes by e-mail, so no names: use references.",
        error_messages={"required": "Write a headline."},
    )
    opening = forms.CharField(
        label="Opening words",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Shown on the site only, after signing in.",
    )
    profiles = forms.ModelMultipleChoiceField(
        label="Profiles",
        queryset=ProfileVersion.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one profile.",
            "invalid_choice": "One of these is no longer published. Choose again.",
        },
    )

    find = forms.CharField(
        label="Find a profile",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    OFFERED = 48
    MOST = 96
    """Profiles that may be ticked before the draft is made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["client_id"].initial = uuid.uuid4()
        live = ProfileVersion.objects.live().for_list()
        text = plain_text(self["find"].value())
        found = live.found(text) if text else live.values_list("pk", flat=True)
        # The newest or those found, and whatever is ticked already: not all there may be.
        ticked = [pk for pk in self["profiles"].value() or [] if is_key(pk)]
        offered = [*found[: self.OFFERED], *ticked[: self.MOST]]
        self.fields["profiles"].queryset = (  # type: ignore[attr-defined]
            live.filter(pk__in=offered)
        )

    def values(self) -> dict[str, Any]:
        """Return the fields of a bulletin."""
        data = self.cleaned_data
        return {
            "headline": data["headline"],
            "opening": data["opening"],
            **self.audience_values(),
        }

    def meant_for(self) -> Bulletin:
        """Return a bulletin with the audience chosen so far; everybody where none is yet."""
        if not self.is_bound:
            return Bulletin()
        self.full_clean()
        if not {"audience", "audience_areas", "audience_sectors"} <= set(self.cleaned_data):
            return Bulletin()
        return Bulletin(**self.audience_values())


class SeenForm(forms.Form):
    """Which state of a draft was on the page, so that nothing is sent that nobody looked at."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)


class ScheduleForm(SeenForm):
    """When a bulletin starts by itself."""

    send_at = LondonMomentField(
        label="Day and time",
        error_messages={
            "required": "Choose a day and a time.",
            "invalid": "Enter a day and a time, such as 14/03/2026 15:30.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class BouncedForm(forms.Form):
    """What a returned mail says."""

    reason = forms.CharField(
        label="What the returned mail says",
        max_length=200,
        error_messages={"required": "Write what the returned mail says."},
    )
