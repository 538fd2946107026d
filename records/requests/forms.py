"""Input of requests."""

from typing import Any

from django import forms

from common.fields import DayField, PlainForm, revision_field
from records.fields import words_field
from records.models import How, RightsRequest

from .services import RequestInput


class RecordForm(PlainForm):
    """A request as it came in."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label="What is asked for",
        choices=RightsRequest.Kind,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is asked for."},
    )
    asker = forms.CharField(
        label="Who asks, and where to answer",
        max_length=300,
        help_text="Name and address; for somebody else: on whose behalf, and by which authority.",
        error_messages={"required": "Enter who asks."},
    )
    identified = forms.CharField(
        label="How you know that it is them",
        max_length=300,
        required=False,
        help_text="Such as: driving licence seen on 3 March. It can be noted later.",
    )
    received_on = DayField(label="Came in on")
    received_how = forms.ChoiceField(
        label="How",
        choices=How,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it came in."},
    )
    words = words_field("What they say", "Type in what they say.", most=6000)
    wrong_words = forms.CharField(
        label="What the record says",
        max_length=300,
        required=False,
        help_text="For a rectification: the words as they stand, such as a name or a day.",
    )
    right_words = forms.CharField(label="What it should say", max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the words where something is to be put right."""
        data = super().clean() or {}
        if data.get("kind") == RightsRequest.Kind.RECTIFICATION:
            for name in ("wrong_words", "right_words"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "Say it, so that it can be found and put right.")
        return data

    def recorded(self) -> RequestInput:
        """Return the request of this valid form."""
        data = dict(self.cleaned_data)
        data.pop("client_id")
        return RequestInput(**data)


class StepForm(PlainForm):
    """A form on the page of a request."""

    revision = revision_field()


class IdentifyForm(StepForm):
    """How the person was identified."""

    how = forms.CharField(
        label="How you know that it is them",
        max_length=300,
        error_messages={"required": "Say how you know who it is."},
    )


class ExtendForm(StepForm):
    """It takes longer."""

    due_on = DayField(label="Answer by", initial=None)
    told_on = DayField(label="They were told on")
    why = forms.CharField(
        label="Why it takes longer",
        max_length=300,
        help_text="It is complex, or they made several requests. They are told this.",
        error_messages={"required": "Say why it takes longer."},
    )


class ShowForm(StepForm):
    """Members go on seeing the person meanwhile."""

    why = words_field(
        "Why members must recognise them now",
        "Say why members must recognise them now.",
        help_text="Why the protection of others outweighs it while this is decided.",
    )


class DecideForm(StepForm):
    """What is decided, and why."""

    decision = forms.ChoiceField(
        label="Decision",
        choices=RightsRequest.Decision,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what is decided."},
    )
    reasons = words_field("Reasons", "Write the reasons. They are told.", most=4000)


class TellForm(StepForm):
    """They were told."""

    on = DayField(label="Told on")
    how = forms.ChoiceField(
        label="How",
        choices=How,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how they were told."},
    )
    left_because = forms.CharField(
        label="Why other places stay as they are",
        max_length=500,
        required=False,
        help_text="Only where something still says it, such as a notice as it was served.",
    )


class LiftForm(StepForm):
    """What stands is lifted."""

    told_on = DayField(label="They were told on")
    why = words_field("Why it is lifted", "Say why it is lifted.")


class RecipientForm(PlainForm):
    """A recipient was told, or not."""

    share = forms.CharField(widget=forms.HiddenInput, max_length=20)
    told_on = DayField(label="Told on", required=False)
    words = forms.CharField(
        label="How, or why not",
        max_length=300,
        required=False,
        help_text="They need not be told where that is impossible or out of all proportion.",
    )
