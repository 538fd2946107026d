"""Input about the Top 10."""

from django import forms

from offenders.models import TopTenChoice

from .record import RecordForm


class TopTenForm(RecordForm):
    """Pinned or kept off, and why."""

    kind = forms.ChoiceField(
        label="On the Top 10",
        choices=[
            (TopTenChoice.Kind.PINNED, "Pin to the list"),
            (TopTenChoice.Kind.REMOVED, "Keep off the list"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )
    reason = forms.CharField(
        label="Why",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why."},
    )
