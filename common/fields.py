"""Form fields that several apps use."""

import datetime as dt
import uuid
from copy import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone

from common.dates import LONDON
from common.files import check_file

PHOTO_ACCEPT = "image/jpeg,image/png,image/webp,image/heic,image/heif"
PAPER_ACCEPT = f"{PHOTO_ACCEPT},application/pdf"
FILE_ACCEPT = f"{PAPER_ACCEPT},video/mp4,video/quicktime"
NO_VIDEO = "This is a video. Send a photo or a PDF."
NOT_PAPER = "This file can’t be taken. Send a photo or a PDF."


class MultipleFileInput(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class DayField(forms.DateField):
    """A day, typed as 14/03/2026 or chosen; today at first, where it is required."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%d/%m/%Y"])
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs.setdefault(
            "error_messages",
            {"required": "Enter the day.", "invalid": "Enter a day, such as 14/03/2026."},
        )
        if kwargs.get("required", True):
            kwargs.setdefault("initial", timezone.localdate)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> dt.date | None:
        """Return the day. Raises ValidationError for none, or one that nobody lives to see."""
        day = super().to_python(value)
        if day is not None and not 1900 <= day.year <= 2100:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class PlainForm(forms.Form):
    """A form whose labels end without a colon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


def revision_field() -> forms.IntegerField:
    """Return the hidden field of the revision that a form was shown for (common.db)."""
    return forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class LondonMomentField(forms.DateTimeField):
    """A day and time as London's clocks show it.

    On the night summer time ends one hour comes twice: the first is meant. On the night it begins
    one hour doesn't come at all: it is taken as the hour after.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> dt.datetime | None:
        """Return the moment, None for nothing. Raises ValidationError."""
        with timezone.override(dt.UTC):  # so that no hour is refused as such
            moment = super().to_python(value)
        if moment is None:
            return None
        shown = moment.replace(tzinfo=LONDON, fold=0)
        return shown.astimezone(dt.UTC)


class FilesField(forms.FileField):
    """Several photos, PDFs or videos, each checked by its bytes. Gives a list, empty when none.

    `videos=False` is for paper that was photographed or scanned.
    """

    def __init__(self, *, max_files: int, videos: bool = True, **kwargs: Any) -> None:
        self.max_files = max_files
        self.videos = videos
        accept = FILE_ACCEPT if videos else PAPER_ACCEPT
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", MultipleFileInput(attrs={"accept": accept, "data-photos": ""}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        """Return the accepted files. Raises ValidationError that names the file at fault."""
        files = [item for item in (data if isinstance(data, list | tuple) else [data]) if item]
        if not files:
            if self.required:
                raise ValidationError("Choose a file.", code="required")
            return []
        if len(files) > self.max_files:
            raise ValidationError(f"Send {self.max_files} files at most.", code="many")
        errors = [problem for file in files for problem in self._problems(file)]
        if errors:
            raise ValidationError(errors)
        return files

    def _problems(self, file: "UploadedFile[Any]") -> list[ValidationError]:
        try:
            super().clean(file)
            if check_file(file).kind == "video" and not self.videos:
                raise ValidationError(NO_VIDEO, code="video")
        except ValidationError as error:
            if error.code == "kind" and not self.videos:
                error = ValidationError(NOT_PAPER, code="kind")
            return [
                ValidationError(f"{(file.name or 'file')[:60]}: {message}", code="file")
                for message in error.messages
            ]
        return []


class Renewed(forms.Form):
    """A form whose `client_id` makes a second send the same; `renew` makes it another."""

    def renew(self) -> None:
        """Give the form a fresh id, so that what it says now is something new."""
        data = copy(self.data)
        assert isinstance(data, QueryDict)
        data["client_id"] = str(uuid.uuid4())
        self.data = data
