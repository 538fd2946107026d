"""Input of documents."""

from typing import Any

from django import forms

from common.fields import DayField, PlainForm
from members.models import Document, DocumentVersion, User

from .services import DocumentInput


class DocumentForm(PlainForm):
    """What is held of a document, and its words."""

    title = forms.CharField(
        label="Title", max_length=120, error_messages={"required": "Enter its title."}
    )
    kind = forms.ChoiceField(
        label="Kind",
        choices=[("", "Choose"), *Document.Kind.choices],
        error_messages={"required": "Choose what it is."},
    )
    readers = forms.ChoiceField(
        label="Who reads it",
        choices=[("", "Choose"), *Document.Readers.choices],
        error_messages={"required": "Choose who reads it."},
    )
    owner = forms.ModelChoiceField(
        label="Owner",
        queryset=User.objects.none(),
        empty_label="Choose",
        error_messages={"required": "Choose who keeps it up to date."},
    )
    review_on = DayField(label="Look at it again by")
    body = forms.CharField(
        label="Its words",
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Plain paragraphs. Other words make a new version, which everybody reads anew.",
        error_messages={"required": "Enter its words."},
    )
    change = forms.CharField(
        label="What is new, if the words are",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    revision = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, document: Document | None, version: DocumentVersion | None, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {"revision": 1, "readers": "all"}
        if document is not None and version is not None:
            names = ("title", "kind", "readers", "owner", "review_on", "revision")
            initial = {name: getattr(document, name) for name in names} | {"body": version.body}
        super().__init__(*args, initial=initial, **kwargs)
        owners = User.objects.of_the_scheme()
        if document is None:
            del self.fields["change"]
        else:
            owners |= User.objects.filter(pk=document.owner_id)
        self.fields["owner"].queryset = owners.distinct()  # type: ignore[attr-defined]

    def values(self) -> DocumentInput:
        """Return what this valid form says."""
        data = self.cleaned_data
        return DocumentInput(**{name: data[name] for name in data if name != "revision"})


class ReadForm(PlainForm):
    """Which version somebody has read."""

    version = forms.IntegerField(min_value=1, max_value=32_767, widget=forms.HiddenInput)
