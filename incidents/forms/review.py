"""Input of the review: the manager's decisions, each on the version of the report shown."""

from django import forms

from incidents.models import Involvement

SURE = [
    (Involvement.Confidence.CONFIRMED, "It is them"),
    (Involvement.Confidence.PROBABLE, "Probably"),
    (Involvement.Confidence.POSSIBLE, "Possibly"),
]


class ReviewForm(forms.Form):
    """Accept a report, or don't take it up."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    decision = forms.ChoiceField(
        choices=[("accept", "Accept"), ("reject", "Don't take up")],
        error_messages={"required": "Choose a decision."},
    )
    note = forms.CharField(
        label="Answer to the reporter",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class LinkForm(forms.Form):
    """Who somebody in a report is: a subject's reference, a new ID-sought subject, or nobody."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    person = forms.IntegerField(widget=forms.HiddenInput)
    to = forms.CharField(
        max_length=20, error_messages={"required": "Choose a person, or make a new subject."}
    )
    confidence = forms.ChoiceField(choices=SURE, required=False)


class RuleOutForm(forms.Form):
    """Whom somebody in a report is not."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    person = forms.IntegerField(widget=forms.HiddenInput)
    subject = forms.CharField(max_length=20)


class MergeForm(forms.Form):
    """Which report of the same event counts instead."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    into = forms.CharField(
        label="The report that counts",
        max_length=20,
        error_messages={"required": "Enter the other report’s reference."},
    )


class AskForm(forms.Form):
    """A question to the reporter."""

    text = forms.CharField(
        label="Ask the reporter",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write the question."},
    )


class AnswerForm(forms.Form):
    """The reporter's answer."""

    question = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.CharField(
        label="Your answer",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write an answer."},
    )


class UndoForm(forms.Form):
    """Which decision is taken back."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    step = forms.IntegerField(widget=forms.HiddenInput)
