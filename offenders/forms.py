"""Input of the offenders app."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common import dates
from common.fields import PHOTO_ACCEPT
from common.http import plain_text
from common.images import check_photo
from members.audience import AudienceKind
from members.models import Area, Member

from .models import Ground, Photo, ProfileVersion, Subject, WarningMarker
from .services import PhotoFacts, ProfileDraft

FACTS_ONLY = "What a witness sees. Leave out religion, politics and sexuality."


def date_input() -> forms.DateInput:
    """Return a date field's own widget in the format it needs."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SubjectForm(forms.ModelForm):  # type: ignore[type-arg]
    """The working record."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    aliases = forms.CharField(
        label="Also known as", required=False, max_length=600, help_text="Separate with commas."
    )
    sex = forms.ChoiceField(
        label="Sex",
        required=False,
        choices=[("", "Not known"), ("female", "Female"), ("male", "Male")],
    )

    class Meta:
        model = Subject
        fields = [
            "status",
            "name",
            "date_of_birth",
            "age_low",
            "age_high",
            "sex",
            "height",
            "build",
            "hair",
            "marks",
            "description",
            "mo",
            "notes",
        ]
        labels = {
            "status": "Known or ID sought",
            "date_of_birth": "Date of birth",
            "age_low": "Looks at least (years)",
            "age_high": "Looks at most (years)",
            "mo": "How they work (MO)",
            "notes": "Notes",
        }
        help_texts = {
            "description": FACTS_ONLY,
            "marks": "Tattoos, scars, the way they walk.",
            "notes": "For you only. Never published.",
            "name": "Leave empty if ID sought.",
        }
        widgets = {
            "date_of_birth": date_input(),
            "description": forms.Textarea(attrs={"rows": 3}),
            "mo": forms.Textarea(attrs={"rows": 3}),
            "notes": forms.Textarea(attrs={"rows": 3}),
            "status": forms.RadioSelect,
        }
        error_messages = {"status": {"required": "Choose known or ID sought."}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["status"].choices = Subject.Status.choices  # type: ignore[attr-defined]
        for name in ("age_low", "age_high"):
            self.fields[name].max_value = 110  # type: ignore[attr-defined]
            self.fields[name].validators.append(_at_most_110)
        if self.instance.pk:
            names = self.instance.aliases.values_list("name", flat=True)
            self.fields["aliases"].initial = ", ".join(names)
            self.fields["revision"].initial = self.instance.revision
        else:
            self.fields["client_id"].initial = uuid.uuid4()

    def clean_date_of_birth(self) -> dt.date | None:
        """Return the date. Raises ValidationError for the future and before 1900."""
        born: dt.date | None = self.cleaned_data["date_of_birth"]
        if born and born > dates.today():
            raise ValidationError("This is in the future.", code="future")
        if born and born.year < 1900:
            raise ValidationError("Enter a year from 1900.", code="past")
        return born

    def clean_aliases(self) -> list[str]:
        """Return the names as a list. Raises ValidationError for one that is too long."""
        names = [name.strip() for name in self.cleaned_data["aliases"].split(",")]
        if any(len(name) > 120 for name in names):
            raise ValidationError("Keep each name under 120 characters.", code="long")
        return [name for name in names if name]

    def clean(self) -> dict[str, Any]:
        """Ask for a name of somebody known."""
        data = super().clean() or {}
        unnamed = not data.get("name") and "name" not in self.errors
        if data.get("status") == Subject.Status.KNOWN and unnamed:
            self.add_error("name", "Enter a name, or choose ID sought.")
        return data


def _at_most_110(value: int) -> None:
    if value > 110:
        raise ValidationError("Enter an age of 110 or less.", code="max_value")


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


class AudienceFields(forms.Form):
    """Mixin: for whom something is published."""

    audience = forms.ChoiceField(
        label="For whom",
        choices=AudienceKind,
        initial=AudienceKind.ALL,
        widget=forms.RadioSelect,
    )
    audience_areas = forms.ModelMultipleChoiceField(
        label="Areas",
        required=False,
        queryset=Area.objects.all(),
        widget=forms.CheckboxSelectMultiple,
    )
    audience_sectors = forms.MultipleChoiceField(
        label="Sectors",
        required=False,
        choices=Member.Sector,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the areas or sectors where they are what limits the audience."""
        data = super().clean() or {}
        if data.get("audience") == AudienceKind.AREAS and not data.get("audience_areas"):
            self.add_error("audience_areas", "Choose at least one area.")
        if data.get("audience") == AudienceKind.SECTORS and not data.get("audience_sectors"):
            self.add_error("audience_sectors", "Choose at least one sector.")
        return data

    def audience_values(self) -> dict[str, Any]:
        """Return the fields of WithAudience."""
        data = self.cleaned_data
        kind = data["audience"]
        areas = [area.pk for area in data["audience_areas"]] if kind == AudienceKind.AREAS else []
        sectors = list(data["audience_sectors"]) if kind == AudienceKind.SECTORS else []
        return {"audience": kind, "audience_areas": areas, "audience_sectors": sectors}


class PublishForm(AudienceFields):
    """A target profile: what members will see, why it is lawful and necessary, until when."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    line = forms.CharField(
        label="One line on the card",
        max_length=120,
        error_messages={"required": "Write the one line that staff read first."},
    )
    description = forms.CharField(
        label="Description",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=FACTS_ONLY,
        error_messages={"required": "Describe the person as a witness sees them."},
    )
    mo = forms.CharField(
        label="How they work (MO)",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    warnings = forms.MultipleChoiceField(
        label="Warnings",
        required=False,
        choices=WarningMarker,
        widget=forms.CheckboxSelectMultiple,
    )
    photos = forms.ModelMultipleChoiceField(
        label="Photos",
        required=False,
        queryset=Photo.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    ground = forms.ChoiceField(
        label="Lawful ground",
        choices=[("", "Choose"), *Ground.choices],
        help_text="A condition of Schedule 1, Data Protection Act 2018.",
        error_messages={"required": "Choose the lawful ground."},
    )
    necessity = forms.CharField(
        label="Why it is necessary",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why members need to see this person."},
    )
    review_on = forms.DateField(
        label="Review on",
        widget=date_input(),
        error_messages={"required": "Choose the day you will look at it again."},
    )
    expires_on = forms.DateField(
        label="Members see it until",
        widget=date_input(),
        error_messages={"required": "Choose the last day members see it."},
    )

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["photos"].queryset = subject.photos.all()  # type: ignore[attr-defined]
        self.fields["revision"].initial = subject.revision

    def draft(self) -> ProfileDraft:
        """Return the draft this valid form means; the primary photo leads."""
        data = self.cleaned_data
        return ProfileDraft(
            line=data["line"],
            description=data["description"],
            mo=data["mo"],
            ground=data["ground"],
            necessity=data["necessity"],
            review_on=data["review_on"],
            expires_on=data["expires_on"],
            warnings=data["warnings"],
            photos=sorted(data["photos"], key=lambda photo: not photo.is_primary),
            **self.audience_values(),
        )


class WithdrawForm(forms.Form):
    """Why a profile is withdrawn."""

    reason = forms.CharField(
        label="Why",
        max_length=300,
        error_messages={"required": "Say why it is withdrawn."},
    )


class BulletinForm(AudienceFields):
    """A bulletin: headline, opening words, profiles, audience."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    headline = forms.CharField(
        label="Headline",
        max_length=120,
        help_text="Goes by e-mail, so no names: use references.",
        error_messages={"required": "Write a headline."},
    )
    opening = forms.CharField(
        label="Opening words",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Shown on the site only, after signing in.",
    )
    profiles = forms.ModelMultipleChoiceField(
        label="Profiles",
        queryset=ProfileVersion.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one profile.",
            "invalid_choice": "One of these is no longer published. Choose again.",
        },
    )

    find = forms.CharField(
        label="Find a profile",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    OFFERED = 48

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        live = ProfileVersion.objects.live().for_list()
        found = live.search(plain_text(self["find"].value())).values_list("pk", flat=True)
        # The newest or those found, and whatever is ticked already: not all there may be.
        ticked = [pk for pk in self["profiles"].value() or [] if str(pk).isdecimal()]
        offered = [*found[: self.OFFERED], *ticked[: self.OFFERED]]
        self.fields["profiles"].queryset = (  # type: ignore[attr-defined]
            live.filter(pk__in=offered)
        )
        self.fields["client_id"].initial = uuid.uuid4()

    def values(self) -> dict[str, Any]:
        """Return the fields of a bulletin."""
        data = self.cleaned_data
        return {
            "headline": data["headline"],
            "opening": data["opening"],
            **self.audience_values(),
        }
