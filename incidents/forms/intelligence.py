"""Input of intelligence: giving it, grading it, sharing it."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404

from common import dates
from incidents.models import IntelligenceReport
from incidents.services.intelligence import Grade, IntelligenceInput
from members.models import Area, User
from offenders.access import get_meant
from offenders.forms import AudienceFields
from offenders.models import Subject

MOST_SUBJECTS = 10


class SubjectsField(forms.CharField):
    """References of subjects, separated by commas or spaces."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"max_length": 200, "help_text": "Such as D-0042, D-0019.", **kwargs}
        super().__init__(required=False, **kwargs)


def find_subjects(user: User, text: str) -> list[Subject]:
    """Return the subjects of references that this user may see. Raises ValidationError."""
    refs = [ref for ref in text.replace(",", " ").upper().split() if ref]
    if len(refs) > MOST_SUBJECTS:
        raise ValidationError(f"Name {MOST_SUBJECTS} people at most.", code="many")
    found = {}
    for ref in refs:
        try:
            subject = get_meant(user, ref)
        except Http404:
            where = "on record" if user.is_intel else "in the gallery"
            raise ValidationError(f"{ref} is not {where}. Check it.", code="unknown") from None
        found[subject.pk] = subject
    return list(found.values())


class GiveForm(forms.Form):
    """What somebody knows."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label="What do you know?",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Who, what, where, when. Facts and what you were told, kept apart.",
        error_messages={"required": "Write what you know."},
    )
    source_words = forms.CharField(
        label="Where do you have it from?",
        required=False,
        max_length=200,
        help_text="Only the Intelligence Manager reads this, and that it was you.",
    )
    subjects = SubjectsField(label="Whom is it about?")
    area = forms.ModelChoiceField(
        label="Area", queryset=Area.objects.all(), required=False, empty_label="No area"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.user = user
        self.fields["client_id"].initial = uuid.uuid4()

    def clean_subjects(self) -> list[Subject]:
        """Return the subjects named. Raises ValidationError."""
        return find_subjects(self.user, self.cleaned_data["subjects"])

    def given(self) -> IntelligenceInput:
        """Return what this valid form means."""
        return IntelligenceInput(**self.cleaned_data)


class GradeForm(forms.Form):
    """3x5x2."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    source_evaluation = forms.ChoiceField(
        label="Source", choices=IntelligenceReport.Source, widget=forms.RadioSelect
    )
    assessment = forms.ChoiceField(
        label="Information", choices=IntelligenceReport.Assessment, widget=forms.RadioSelect
    )
    handling = forms.ChoiceField(
        label="Handling", choices=IntelligenceReport.Handling, widget=forms.RadioSelect
    )
    conditions = forms.CharField(
        label="Conditions of sharing",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Needed for code C: who may see it, and what they may do with it.",
    )
    subjects = SubjectsField(label="About")
    review_on = forms.DateField(
        label="Look at it again on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Choose the day to look at it again."},
    )
    note = forms.CharField(label="Answer to the giver", required=False, max_length=500)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.user = user

    def clean_subjects(self) -> list[Subject]:
        """Return the subjects named. Raises ValidationError."""
        return find_subjects(self.user, self.cleaned_data["subjects"])

    def clean_review_on(self) -> dt.date:
        """Return the day. Raises ValidationError for one that is past."""
        day: dt.date = self.cleaned_data["review_on"]
        if day < dates.today():
            raise ValidationError("This day is past.", code="past")
        return day

    def grade(self) -> Grade:
        """Return the grade this valid form means."""
        names = ("source_evaluation", "assessment", "handling", "conditions", "review_on", "note")
        return Grade(**{name: self.cleaned_data[name] for name in names})


class RejectForm(forms.Form):
    """Why intelligence is not taken up."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Why not",
        max_length=500,
        error_messages={"required": "Say why it is not taken up."},
    )


class ShareForm(AudienceFields):
    """The words that are shared, with whom and until when."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label="Words to share",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Write it anew: nothing that points to who gave it.",
        error_messages={"required": "Write the words to share."},
    )
    until = forms.DateField(
        label="Readers see it until",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Choose the last day readers see it."},
    )
    field_order = ("revision", "text", "audience", "audience_areas", "audience_sectors", "until")


class WithdrawForm(forms.Form):
    """Ends the sharing."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
