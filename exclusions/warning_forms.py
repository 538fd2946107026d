"""Input of warning letters."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from common.fields import LondonMomentField, PlainForm
from incidents.models import Report
from members.models import User
from offenders.models import Subject

from .asked_forms import YoungForm
from .forms import grounds_field, let_cite
from .models import WarningLetter
from .services import Asked, Giving


class WarnForm(YoungForm):
    """A new warning letter: its grounds, its reason, and of a young person three things more."""

    grounds = grounds_field()
    reason = forms.CharField(
        label="Reason",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The letter carries these words.",
        error_messages={"required": "Write the reason the letter will carry."},
    )

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, subject=subject, **kwargs)
        let_cite(self, subject)

    def asked(self) -> Asked:
        """Return the answers of this valid form."""
        return Asked(**self.young())


class GiveForm(PlainForm):
    """How, when and by whom a letter was given."""

    how = forms.ChoiceField(
        label="How",
        choices=WarningLetter.How,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it was given."},
    )
    given_at = LondonMomentField(
        label="When",
        error_messages={
            "required": "Enter the day and time it was given.",
            "invalid": "Enter a day and a time, such as 14/03/2026 15:30.",
        },
    )
    given_by = forms.CharField(
        label="Given by",
        max_length=120,
        error_messages={"required": "Enter the name of the person who gave it."},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["given_at"].initial = timezone.now
        self.fields["given_by"].initial = user.name

    def clean_given_at(self) -> dt.datetime:
        """Return the moment. Raises ValidationError for the future."""
        moment: dt.datetime = self.cleaned_data["given_at"]
        if moment > timezone.now():
            raise ValidationError("This is in the future.", code="future")
        return moment

    def giving(self) -> Giving:
        """Return what this valid form says."""
        return Giving(**self.cleaned_data)


class WithdrawForm(PlainForm):
    """Why a warning is withdrawn."""

    reason = forms.CharField(
        label="Why",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why it is withdrawn."},
    )


class LetGoForm(PlainForm):
    """Why matters after a warning lead to no notice this time, and which were on the page."""

    reason = forms.CharField(
        label="Why no notice this time",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why there is no notice this time."},
    )
    matters = forms.ModelMultipleChoiceField(
        queryset=Report.objects.none(),
        widget=forms.MultipleHiddenInput,
        error_messages={
            "required": "There is nothing to decide any more.",
            "invalid_choice": "One of these was decided meanwhile. Open the page again.",
        },
    )

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        let = Report.objects.accepted_incidents().filter(people__subject=subject).distinct()
        self.fields["matters"].queryset = let  # type: ignore[attr-defined]
