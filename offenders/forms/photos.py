"""Input about photos of subjects."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common import dates
from common.fields import PHOTO_ACCEPT
from common.images import check_photo
from offenders.services import PhotoFacts

from .inputs import date_input


class PhotoFactsForm(forms.Form):
    """What must be known of a photo."""

    source = forms.CharField(
        label="Where it comes from",
        max_length=200,
        error_messages={"required": "Say where it comes from, such as CCTV at Primark."},
    )
    taken_on = forms.DateField(label="Taken on", required=False, widget=date_input())
    may_publish = forms.BooleanField(label="Its owner allows us to publish it", required=False)
    bystanders_clear = forms.BooleanField(
        label="Nobody else can be recognised in it", required=False
    )
    is_primary = forms.BooleanField(label="Show this face first", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_taken_on(self) -> dt.date | None:
        """Return the day. Raises ValidationError for the future."""
        day: dt.date | None = self.cleaned_data["taken_on"]
        if day and day > dates.today():
            raise ValidationError("This is in the future.", code="future")
        return day

    def facts(self) -> PhotoFacts:
        """Return what this valid form says of the photo."""
        data = self.cleaned_data
        return PhotoFacts(
            source=data["source"],
            taken_on=data["taken_on"],
            may_publish=data["may_publish"],
            bystanders_clear=data["bystanders_clear"],
        )


class PhotoForm(PhotoFactsForm):
    """A new photo of a subject."""

    photo = forms.FileField(
        label="Photo",
        widget=forms.FileInput(attrs={"accept": PHOTO_ACCEPT, "data-photos": ""}),
        error_messages={"required": "Choose a photo.", "empty": "This file is empty."},
    )
    field_order = ("photo",)

    def clean_photo(self) -> Any:
        """Return the upload once it was decoded. Raises ValidationError."""
        upload = self.cleaned_data["photo"]
        check_photo(upload)
        return upload
