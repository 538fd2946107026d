"""Input of reports."""

from typing import Any

from django import forms

from board.models import ReportVersion
from common.fields import PAPER_ACCEPT, FilesField, PlainForm

from .kinds import WRITTEN, Kind, Wanted, wanted_from
from .services import LONGEST

REVISION = 2**31 - 1


class StartForm(PlainForm):
    """Which report is started."""

    ref = forms.CharField(
        max_length=20,
        widget=forms.HiddenInput,
        error_messages={"required": "Choose which report."},
    )

    def clean_ref(self) -> Wanted:
        """Return what the reference speaks of. Raises ValidationError where it speaks of none."""
        found = wanted_from(str(self.cleaned_data["ref"]))
        if found is None:
            raise forms.ValidationError("There is no report of that period yet.")
        return found


class RevisionForm(PlainForm):
    """Which state of a version somebody looked at."""

    revision = forms.IntegerField(min_value=1, max_value=REVISION, widget=forms.HiddenInput)


class CommentaryForm(RevisionForm):
    """What the manager writes, part by part."""

    def __init__(self, *args: Any, version: ReportVersion, **kwargs: Any) -> None:
        initial = {"revision": version.revision, **version.commentary}
        super().__init__(*args, initial=initial, **kwargs)
        for part in WRITTEN[Kind(version.report.kind)]:
            self.fields[part.key] = forms.CharField(
                label=part.heading,
                required=False,
                max_length=LONGEST,
                help_text=f"{part.hint}{'' if not part.required else ' Needed for the Board.'}",
                widget=forms.Textarea(attrs={"rows": 3 if "objective" in part.key else 6}),
            )

    def words(self) -> dict[str, str]:
        """Return what was written, by part."""
        return {name: text for name, text in self.cleaned_data.items() if name != "revision"}


class FileForm(RevisionForm):
    """A file for a report, and what it is called there."""

    name = forms.CharField(
        label="What it is called in the report",
        max_length=120,
        error_messages={"required": "Write what it is called."},
    )
    file = FilesField(
        label="Photo or PDF",
        max_files=1,
        videos=False,
        required=True,
        widget=forms.ClearableFileInput(attrs={"accept": PAPER_ACCEPT}),
    )


class DecideForm(RevisionForm):
    """The Board's words when it sends a version back."""

    words = forms.CharField(
        label="What has to change",
        required=False,
        max_length=1000,
        help_text="Only to send it back. The words are kept.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CorrectForm(PlainForm):
    """Why a report is corrected."""

    number = forms.IntegerField(min_value=1, max_value=32_767, widget=forms.HiddenInput)
    why = forms.CharField(
        label="What it puts right",
        max_length=500,
        help_text="Printed on the first page of the new version, and in the list of versions.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write what the correction puts right."},
    )
