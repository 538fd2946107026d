"""Input of complaints."""

from django import forms

from common.fields import DayField, PlainForm, revision_field
from records.fields import SubjectRefsField, words_field
from records.models import Complaint, How

from .services import ComplaintInput


class ComplaintForm(PlainForm):
    """A complaint as it came in."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    about = forms.ChoiceField(
        label="What it is about",
        choices=Complaint.About,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what it is about."},
    )
    complainant = forms.CharField(
        label="Who complains, and where to answer",
        max_length=300,
        error_messages={"required": "Enter who complains."},
    )
    subject_refs = SubjectRefsField(
        label="Whose record", help_text="References such as D-0042, where it concerns one."
    )
    received_on = DayField(label="Came in on")
    received_how = forms.ChoiceField(
        label="How",
        choices=How,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it came in."},
    )
    words = words_field("What they say", "Type in what they say.", most=6000)

    def recorded(self) -> ComplaintInput:
        """Return the complaint of this valid form."""
        data = dict(self.cleaned_data)
        data.pop("client_id")
        return ComplaintInput(**data)


class DayForm(PlainForm):
    """A day on which something was done."""

    revision = revision_field()
    on = DayField(label="On")


class LookedForm(DayForm):
    """Something that was done to look into it."""

    words = words_field("What was done, and found", "Say what was done.", most=1000)


class DecideForm(PlainForm):
    """The outcome, and why."""

    revision = revision_field()
    outcome = forms.ChoiceField(
        label="Outcome",
        choices=Complaint.Outcome,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the outcome."},
    )
    reasons = words_field("Reasons", "Write the reasons. They are told.", most=4000)
