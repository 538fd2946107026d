"""Input of the incidents app: the log form and the review."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone

from common.fields import LondonMomentField, PhotosField
from common.money import PoundsField
from common.refs import parse_subject_ref
from members.models import Premises, Role, User
from offenders.access import get_profile, get_subject
from offenders.models import Subject

from .models import IncidentType, ItemCategory, Report
from .services import EARLIEST, ItemInput, PersonInput, ReportInput
from .services.review import AGE_BANDS

UNKNOWN = "unknown"
SEEN_ONLY = "seen"


def words(*options: str) -> list[tuple[str, str]]:
    """Return choices whose value is what is shown."""
    return [(option, option.capitalize()) for option in options]


class ReportForm(forms.Form):
    """The log form: who, where and when, what happened, and what is known of it."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    who = forms.CharField(required=False, max_length=20)
    who_text = forms.CharField(
        label="Name or reference",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search"}),
    )
    sex = forms.ChoiceField(
        label="Sex", required=False, choices=words("female", "male"), widget=forms.RadioSelect
    )
    age_band = forms.ChoiceField(
        label="Age, about", required=False, choices=words(*AGE_BANDS), widget=forms.RadioSelect
    )
    height = forms.ChoiceField(
        label="Height",
        required=False,
        choices=words("short", "average", "tall"),
        widget=forms.RadioSelect,
    )
    build = forms.ChoiceField(
        label="Build",
        required=False,
        choices=words("slim", "medium", "heavy"),
        widget=forms.RadioSelect,
    )
    hair = forms.CharField(label="Hair", required=False, max_length=40)
    description = forms.CharField(
        label="Clothing, marks, carrying",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    premises = forms.ModelChoiceField(
        label="Where",
        queryset=Premises.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": "Choose where it happened.",
            "invalid_choice": "Choose one of your premises.",
        },
    )
    when = forms.ChoiceField(
        label="When",
        choices=[("now", "Just now"), ("earlier", "Earlier")],
        initial="now",
        widget=forms.RadioSelect,
    )
    occurred_at = LondonMomentField(
        label="Day and time",
        required=False,
        error_messages={"invalid": "Enter a day and a time, such as 14/03/2026 15:30."},
    )
    what = forms.ChoiceField(
        label="What happened?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happened, or Seen only."},
    )
    outcome = forms.ChoiceField(
        label="How it ended",
        required=False,
        choices=Report.Outcome,
        initial=Report.Outcome.UNKNOWN,
        widget=forms.RadioSelect,
    )
    violence = forms.BooleanField(label="Somebody was hurt or attacked", required=False)
    police_ref = forms.CharField(label="Police reference", required=False, max_length=40)
    words = forms.CharField(
        label="What staff should know",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Facts only. Leave out religion, politics and sexuality.",
    )
    photos = PhotosField(label="Photos", max_photos=settings.DTAC_PHOTOS_PER_REPORT)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.user = user
        self.subject: Subject | None = None
        self.types = list(IncidentType.objects.on())
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            (SEEN_ONLY, "Seen only"),
            *[(kind.code, kind.label) for kind in self.types],
        ]
        sites = Premises.objects.reportable_by(user).select_related("member", "area")
        if user.role in (Role.INTEL, Role.AGENCY):  # every member's premises: too many for chips
            self.fields["premises"].widget = forms.Select()
            self.fields["premises"].empty_label = "Choose"  # type: ignore[attr-defined]
        self.fields["premises"].queryset = sites  # type: ignore[attr-defined]
        if user.premises_id:
            self.fields["premises"].initial = user.premises_id
        self.fields["client_id"].initial = uuid.uuid4()

    def clean_occurred_at(self) -> dt.datetime | None:
        """Return the moment typed. Raises ValidationError for the future and the distant past."""
        moment: dt.datetime | None = self.cleaned_data["occurred_at"]
        if moment is None:
            return None
        if moment > timezone.now():
            raise ValidationError("This is in the future.", code="future")
        if moment < timezone.now() - EARLIEST:
            raise ValidationError("This is more than a year ago.", code="past")
        return moment

    def clean(self) -> dict[str, Any]:
        """Settle who and when; ask for a description of somebody unknown in an incident."""
        data = super().clean() or {}
        if data.get("when") == "now":
            data["occurred_at"] = timezone.now()
            self.errors.pop("occurred_at", None)
        elif not data.get("occurred_at") and "occurred_at" not in self.errors:
            self.add_error("occurred_at", "Enter the day and time.")
        self._clean_who(data)
        return data

    def _clean_who(self, data: dict[str, Any]) -> None:
        who = (data.get("who") or data.get("who_text") or "").strip()
        if not who:
            self.add_error("who", "Choose who it was, or Someone unknown.")
            return
        if who == UNKNOWN:
            seen = ("sex", "age_band", "height", "build", "hair", "description")
            told = any(data.get(name) or name in self.errors for name in (*seen, "photos"))
            if not told:
                self.add_error("description", "Say what they looked like, or add a photo.")
            return
        try:
            get = get_subject if self.user.is_intel else None
            self.subject = get(self.user, who) if get else get_profile(self.user, who).subject
        except Http404:
            if parse_subject_ref(who):
                message = (
                    f"{who.upper()} is not in the gallery. Check it, or choose Someone unknown."
                )
            else:
                message = "Choose one of the people found, or Someone unknown."
            self.add_error("who", message)

    def report(self, items: list[ItemInput]) -> ReportInput:
        """Return the report this valid form means."""
        data = self.cleaned_data
        kind = next((kind for kind in self.types if kind.code == data["what"]), None)
        keep = bool(kind and kind.involves_property)
        described = {
            name: data[name]
            for name in ("sex", "age_band", "height", "build", "hair", "description")
        }
        return ReportInput(
            client_id=data["client_id"],
            type=kind,
            premises=data["premises"],
            occurred_at=data["occurred_at"],
            words=data["words"],
            outcome=(kind and data["outcome"]) or Report.Outcome.UNKNOWN,
            violence=bool(kind) and data["violence"],
            police_ref=data["police_ref"] if kind else "",
            people=[PersonInput(subject=self.subject, **({} if self.subject else described))],
            items=items if keep else [],
            photos=data["photos"],
        )


class ItemForm(forms.Form):
    """One line of goods; a line left empty is none."""

    category = forms.ChoiceField(
        label="Goods", required=False, choices=[("", "Choose"), *ItemCategory.choices]
    )
    description = forms.CharField(label="Which", required=False, max_length=120)
    quantity = forms.IntegerField(
        label="How many",
        required=False,
        min_value=1,
        max_value=100_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    value_stolen = PoundsField(label="Stolen", required=False)
    value_recovered = PoundsField(label="Recovered", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed into the line."""
        return not any(self.cleaned_data.get(name) for name in self.fields)

    def clean(self) -> dict[str, Any]:
        """Refuse a half-filled line, and more recovered than stolen."""
        data = super().clean() or {}
        typed = any(data.get(name) for name in self.fields)
        if typed and not data.get("category") and "category" not in self.errors:
            self.add_error("category", "Choose the kind of goods.")
        stolen, recovered = data.get("value_stolen"), data.get("value_recovered")
        if recovered and recovered > (stolen or 0):
            self.add_error("value_recovered", "More was recovered than stolen.")
        return data

    def item(self) -> ItemInput:
        """Return the goods this valid, non-empty line means."""
        data = self.cleaned_data
        return ItemInput(
            category=data["category"],
            description=data["description"],
            quantity=data["quantity"] or 1,
            value_stolen=data["value_stolen"] or Decimal(0),
            value_recovered=data["value_recovered"] or Decimal(0),
        )


ItemFormSet = forms.formset_factory(ItemForm, extra=3, max_num=20, absolute_max=20)


def items_of(formset: Any) -> list[ItemInput]:
    """Return the goods of a valid formset, empty lines left out."""
    return [form.item() for form in formset if form.has_changed() and not form.is_empty]


class ReviewForm(forms.Form):
    """The manager's decision, on the version of the report that was shown."""

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
