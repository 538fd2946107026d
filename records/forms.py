"""Input of the records app."""

import datetime as dt
from typing import Any

from django import forms

from common import dates
from common.fields import DayField, PlainForm, revision_field
from members.models import User

from .models import ENTRIES, SEEN, HoldReason, RetentionRule
from .retention.holds import REVIEW_MONTHS, HoldInput
from .retention.policy import FIELDS, Change


def _in_half_a_year() -> dt.date:
    return dates.add_months(dates.today(), REVIEW_MONTHS)


def _words(label: str, missing: str, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": missing},
        **kwargs,
    )


class HoldForm(PlainForm):
    """A new hold."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(
        label="Why it is held",
        choices=HoldReason,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why it is held."},
    )
    words = _words(
        "In words",
        "Say why, so that who reviews it can judge.",
        help_text="Such as: claim at the county court, who told you, on which day.",
    )
    owner = forms.ModelChoiceField(
        label="Who answers for it",
        queryset=User.objects.none(),
        error_messages={"required": "Choose who answers for it."},
    )
    review_on = DayField(
        label="Look at it again on",
        initial=_in_half_a_year,
        help_text="Six months ahead at most. Not looked at, it ends by itself 30 days later.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.intel()  # type: ignore[attr-defined]

    def data_of(self) -> HoldInput:
        """Return what a valid form says."""
        data = self.cleaned_data
        return HoldInput(data["owner"], data["reason"], data["words"], data["review_on"])


class RenewForm(PlainForm):
    """A hold goes on."""

    revision = revision_field()
    words = _words(
        "Why it goes on", "Say why it goes on.", help_text="In words of today: each time anew."
    )
    review_on = DayField(label="Look at it again on", initial=_in_half_a_year)
    board_reason = _words(
        "What the Board decided",
        "",
        required=False,
        help_text="Only past its ceiling: the meeting’s day, what it decided, and why.",
    )


class EndForm(PlainForm):
    """A hold ends."""

    revision = revision_field()
    reason = forms.CharField(
        label="Why it ends", max_length=300, error_messages={"required": "Say why it ends."}
    )


class PutOffForm(PlainForm):
    """A deletion is put off, once."""

    until = DayField(label="Keep it until", initial=None)
    words = _words(
        "Why",
        "Say why it is kept a little longer.",
        help_text="What came in, and what you will find out by then.",
    )


GRACE_FIELDS = ("late_days", "grace_days", "extend_days")
"""What a rule for entries of a register doesn't have: nothing new comes to one."""


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """The next version of a rule."""

    number = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    starts_from = DayField(
        label="In force from", help_text="Today, or a later day that people can be told of."
    )

    class Meta:
        model = RetentionRule
        fields = FIELDS
        widgets = {"why": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, rule: RetentionRule, **kwargs: Any) -> None:
        self.rule = rule
        initial = {name: getattr(rule, name) for name in FIELDS} | {"number": rule.number}
        super().__init__(*args, **{"label_suffix": "", "initial": initial, **kwargs})
        if rule.kind not in SEEN:
            del self.fields["shown_months"]
        else:
            self.fields["shown_months"].required = True
        if rule.kind in ENTRIES:
            for name in GRACE_FIELDS:
                del self.fields[name]

    def _post_clean(self) -> None:
        """Judge nothing more: the service does, of the whole row."""

    def change(self) -> Change:
        """Return the change that a valid form asks for."""
        data = dict(self.cleaned_data)
        number, starts_from = data.pop("number"), data.pop("starts_from")
        data.setdefault("shown_months", None)
        for name in GRACE_FIELDS:
            data.setdefault(name, 0)
        return Change(self.rule.kind, number, data, starts_from)
