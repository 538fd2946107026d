"""Input of merging: field by field, which of two records' words stay."""

from typing import Any

from django import forms

from common import dates
from offenders.models import Method, Subject

from .record import RecordForm

LABELS = {
    "status": "Known or ID sought", "name": "Name", "date_of_birth": "Date of birth",
    "estimate": "Age they looked", "sex": "Sex", "height": "Height", "build": "Build",
    "hair": "Hair", "marks": "Marks", "description": "Description", "mo": "MO in words",
    "methods": "MO", "haunts": "Often seen at", "times": "Often seen when", "notes": "Notes",
}  # fmt: skip


def in_words(subject: Subject, name: str) -> str:
    """Return a field of a record (or its estimate) as people read it; empty for nothing."""
    if name == "estimate":
        return _estimate(subject)
    value = getattr(subject, name)
    if not value:
        return ""
    if name == "date_of_birth":
        return dates.short_date(value)
    if name == "methods":
        return ", ".join(str(Method(code).label) for code in value)
    return str(subject.get_status_display()) if name == "status" else str(value)


def _estimate(subject: Subject) -> str:
    """Return the age somebody was taken for and when, as one: it is chosen as one too."""
    low, high, seen_on = subject.estimate
    if low is not None and high is not None:
        words = f"{low} to {high}"
    elif low is not None:
        words = f"{low} or more"
    elif high is not None:
        words = f"{high} or less"
    else:
        return ""
    return f"{words}, on {dates.short_date(seen_on)}" if seen_on else words


class MergeForm(RecordForm):
    """Which record's words stay where the two differ, and why they are one person."""

    revision_kept = forms.IntegerField(widget=forms.HiddenInput)
    revision_gone = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Why they are one person",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why they are one person."},
    )

    def __init__(self, *args: Any, kept: Subject, gone: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept, self.gone = kept, gone
        self.fields["revision_kept"].initial = kept.revision
        self.fields["revision_gone"].initial = gone.revision
        for name, label in LABELS.items():
            first, second = in_words(kept, name), in_words(gone, name)
            if first == second:
                continue
            self.fields[name] = forms.ChoiceField(
                label=label,
                choices=[("kept", first or "Nothing"), ("gone", second or "Nothing")],
                initial="gone" if self._says_more(name, first, second) else "kept",
                widget=forms.RadioSelect,
            )

    def _says_more(self, name: str, first: str, second: str) -> bool:
        """Whether the record that goes is the one to believe, unless the manager says otherwise."""
        if name == "status":
            return self.gone.status == Subject.Status.KNOWN
        return not first and bool(second)

    def choices(self) -> list[forms.BoundField]:
        """Return the fields in which the two differ."""
        return [self[name] for name in LABELS if name in self.fields]

    def chosen(self) -> dict[str, Any]:
        """Return the fields of the record that stays, from a valid form."""
        chosen = [name for name in LABELS if self.cleaned_data.get(name) == "gone"]
        return {
            field: getattr(self.gone, field)
            for name in chosen
            for field in (Subject.ESTIMATE if name == "estimate" else (name,))
        }
