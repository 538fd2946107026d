"""Entering by hand what was given to somebody outside the scheme’s own pages."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from common import dates
from common.fields import DayField
from common.refs import parse_report_ref
from members.models import SharingRecord
from members.sharing import Sharing
from members.sharing_forms import ShareForm
from records.fields import SubjectRefsField
from records.subjects import subjects_of

KINDS = (
    "name", "date of birth", "photo", "description", "address", "reports", "exclusion or warning",
    "police or court facts", "intelligence", "people they act with",
)  # fmt: skip
"""What may be given about somebody, as the register says it."""


class GivenForm(ShareForm):
    """What was told, shown, sent or handed over: to whom, about whom, when, under which law."""

    shared_on = DayField(label="Day")
    how = forms.ChoiceField(
        label="How",
        choices=[pair for pair in SharingRecord.How.choices if pair[0] != SharingRecord.How.FILE],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it was given."},
    )
    subject_refs = SubjectRefsField(
        label="Whose data", help_text="References such as D-0042.", required=False
    )
    report = forms.CharField(
        label="Of which report",
        required=False,
        max_length=20,
        help_text="Such as INC-2026-00017, where it was one.",
    )
    kinds = forms.MultipleChoiceField(
        label="Which data",
        choices=[(kind, kind[0].upper() + kind[1:]) for kind in KINDS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose what was given."},
    )
    field_order = ("client_id", "shared_on", "how", "subject_refs", "report", "kinds")

    def clean_report(self) -> str:
        """Return the reference as it is written. Raises ValidationError for what is none."""
        text = str(self.cleaned_data["report"]).strip()
        ref = parse_report_ref(text) if text else ""
        if ref is None:
            raise ValidationError("This is no reference of a report.", code="unknown")
        return ref

    def clean(self) -> dict[str, Any]:
        """Ask of whom or of what it was."""
        data = super().clean()
        if not (data.get("subject_refs") or data.get("report") or self.errors):
            self.add_error("subject_refs", "Enter whose data it was, or of which report.")
        return data

    def sharing(self) -> Sharing:
        """Return what a valid form says. Raises ValidationError: a record that there isn’t."""
        data = self.cleaned_data
        refs = [row.ref for row in subjects_of(data["subject_refs"])]
        return Sharing(
            **self.shared(),
            record=data["report"] or refs[0],
            subjects=refs,
            fields=data["kinds"],
        )

    def moment(self) -> dt.datetime:
        """Return when it was: today now, on an earlier day at noon."""
        day: dt.date = self.cleaned_data["shared_on"]
        now = timezone.now().replace(microsecond=0)
        if day == dates.today():
            return now
        return dates.london_midnight(day) + dt.timedelta(hours=12)
