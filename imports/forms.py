"""Input about imports."""

import uuid
from typing import Any

from django import forms

from members.models import User
from offenders.models import Ground

from .kinds import KINDS
from .models import ImportKind, ImportRun
from .services import Upload

NOBODY = ""


class UploadForm(forms.Form):
    """A file, what it holds and where it was kept."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(
        label="What the file holds",
        choices=ImportKind.choices,
        error_messages={"required": "Choose what the file holds."},
    )
    file = forms.FileField(
        label="File",
        help_text="CSV or XLSX, 25 MB and 50,000 rows at most. For subjects also a ZIP with one"
        " table and the photos in it.",
        widget=forms.ClearableFileInput(
            attrs={"accept": ".csv,.xlsx,.txt,.tsv,.zip", "class": "form-control"}
        ),
        error_messages={"required": "Choose the file.", "empty": "This file is empty."},
    )
    photos = forms.FileField(
        label="Photos of subjects",
        required=False,
        help_text="A ZIP. A column of the table names the file of each photo.",
        widget=forms.ClearableFileInput(attrs={"accept": ".zip", "class": "form-control"}),
        error_messages={"empty": "This file is empty."},
    )
    source = forms.CharField(
        label="Where it was kept until now",
        max_length=60,
        help_text="The same words for all files of one system: by them rows find each other.",
        error_messages={"required": "Say where it was kept until now."},
    )
    holder = forms.CharField(
        label="Who was responsible for it",
        max_length=120,
        required=False,
        help_text="Needed for data about subjects.",
    )
    ground = forms.ChoiceField(
        label="Lawful ground",
        choices=[("", "No data about subjects"), *Ground.choices],
        required=False,
        help_text="Needed for data about subjects.",
    )

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["client_id"].initial = uuid.uuid4
        if kind in KINDS:
            self.fields["kind"].initial = kind

    def upload(self) -> Upload:
        """Return what was sent."""
        return Upload(**{name: self.cleaned_data[name] for name in self.fields})


class MappingForm(forms.Form):
    """For each field of ours, which of the file's columns holds it."""

    def __init__(self, *args: Any, run: ImportRun, mapping: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        columns = [("", "Not in the file")]
        columns += [(str(place), _shown(run, place)) for place in range(len(run.head))]
        self.wanted = KINDS[run.kind].fields
        for field in self.wanted:
            self.fields[field.name] = forms.ChoiceField(
                label=field.label,
                choices=columns,
                required=field.needed,
                help_text=field.says,
                initial=str(mapping.get(field.name, "")),
                error_messages={
                    "required": "Choose a column: without it nothing can be imported.",
                    "invalid_choice": "Choose one of the columns of the file.",
                },
            )

    def mapping(self) -> dict[str, int]:
        """Return the column (its place) of each field that has one."""
        data = self.cleaned_data
        return {name: int(data[name]) for name in self.fields if data.get(name)}


def _shown(run: ImportRun, place: int) -> str:
    """Return a column's name, with what it holds."""
    examples = " · ".join(run.examples[place]) if place < len(run.examples) else ""
    return f"{run.head[place]}: {examples[:60]}" if examples else str(run.head[place])


class StepForm(forms.Form):
    """What is to be done with an import, and why it is undone."""

    stale = False

    step = forms.ChoiceField(
        choices=[(name, name) for name in ("write", "again", "discard", "undo", "invite")]
    )
    reason = forms.CharField(
        label="Why it is undone",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


def default_user(email: str = "") -> User | None:
    """Return who imports by the command: with that address, else the only manager there is."""
    managers = User.objects.intel()
    found = list(managers.filter(email__iexact=email) if email else managers[:2])
    return found[0] if len(found) == 1 else None
