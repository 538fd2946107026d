"""Input of appeals."""

from typing import Any

from django import forms

from common.fields import DayField, PlainForm
from members.models import Role, User

from .models import Appeal
from .services import AppealInput


class ReceiveForm(PlainForm):
    """An appeal as it came in."""

    kind = forms.ChoiceField(
        label="What is asked for",
        choices=Appeal.Kind,
        initial=Appeal.Kind.APPEAL,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is asked for."},
    )
    received_on = DayField(label="Came in on")
    received_how = forms.ChoiceField(
        label="How",
        choices=Appeal.How,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it came in."},
    )
    words = forms.CharField(
        label="What the person says",
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="In their own words. Who decides reads this.",
        error_messages={"required": "Type in what the person says."},
    )

    def received(self) -> AppealInput:
        """Return the appeal of this valid form."""
        data = self.cleaned_data
        names = ("kind", "received_on", "received_how", "words")
        return AppealInput(**{name: data[name] for name in names})


class DayForm(PlainForm):
    """A day on which something was done."""

    on = DayField(label="On")


class PanelForm(PlainForm):
    """A member of the Board to decide an appeal."""

    user = forms.ModelChoiceField(
        label="Member of the Board",
        queryset=User.objects.none(),
        empty_label="Choose",
        error_messages={"required": "Choose a member of the Board."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        board = User.objects.filter(role=Role.BOARD, is_active=True)
        self.fields["user"].queryset = board.order_by("name")  # type: ignore[attr-defined]


class DeclineForm(PlainForm):
    """Why a member of the Board stands back."""

    reason = forms.CharField(
        label="Why you stand back",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why you stand back."},
    )


class DecideForm(PlainForm):
    """What is decided, and why."""

    decision = forms.ChoiceField(
        label="Decision",
        choices=Appeal.Decision,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is decided."},
    )
    reasons = forms.CharField(
        label="Reasons",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="In words that the person understands: the letter gives them.",
        error_messages={"required": "Write the reasons. The letter gives them."},
    )
