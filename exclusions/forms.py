"""Input of the exclusions app."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from common.fields import DayField, FilesField, LondonMomentField, PlainForm
from incidents.models import Report
from members.models import Premises, User
from offenders.models import Subject

from .asked_forms import AskedForm
from .models import MOST_COPIES, ExclusionPolicy, Notice
from .services import Attempt, Mistake, Service, Variation, citable_reports


def grounds_field() -> forms.ModelMultipleChoiceField:  # type: ignore[type-arg]
    """Return the field of incidents that a paper rests on; let_cite() says which there are."""
    return forms.ModelMultipleChoiceField(
        label="Incidents it rests on",
        queryset=Report.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one incident.",
            "invalid_choice": "Cite accepted incidents of this person only.",
        },
    )


def let_cite(
    form: forms.Form, subject: Subject, *, name: str = "grounds", also: Iterable[int] = ()
) -> None:
    """Let a form's field offer the accepted incidents of a subject, newest first.

    `also` are keys of others, which are held already and may be let go.
    """
    pks = [*(report.pk for report in citable_reports(subject)), *also]
    form.fields[name].queryset = (  # type: ignore[attr-defined]
        Report.objects.filter(pk__in=pks)
        .select_related("type", "premises")
        .order_by("-occurred_at")
    )


class RaiseForm(AskedForm):
    """A new notice: its grounds and its reason."""

    grounds = grounds_field()
    reason = forms.CharField(
        label="Reason",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The notice carries these words.",
        error_messages={"required": "Write the reason the notice will carry."},
    )
    below_threshold_reason = forms.CharField(
        label="If below the threshold: why a notice is right all the same",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, subject=subject, **kwargs)
        let_cite(self, subject)


def signed_field(**kwargs: Any) -> FilesField:
    """Return the field for pages of the signed copy: photos and PDFs, as with reports."""
    return FilesField(
        label="Photo of the signed copy",
        max_files=MOST_COPIES,
        videos=False,
        help_text=(
            "Each page, photo or PDF. Seen by the scheme, the managers of a business it cites, and"
            " who decides an appeal."
        ),
        **kwargs,
    )


class SignedForm(forms.Form):
    """Pages of the signed copy, sent after service was recorded."""

    uploads = signed_field(required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class RemoveForm(PlainForm):
    """Why a page of the signed copy is taken out."""

    why = forms.ChoiceField(
        label="Why",
        choices=Mistake,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose why it is taken out.",
            "invalid_choice": "Choose why it is taken out.",
        },
    )


class ServiceForm(forms.Form):
    """How, when and by whom a notice was served, with the copy that was signed."""

    served_at = LondonMomentField(
        label="When",
        error_messages={
            "required": "Enter the day and time it was served.",
            "invalid": "Enter a day and a time, such as 14/03/2026 15:30.",
        },
    )
    method = forms.ChoiceField(
        label="How",
        choices=Notice.Method,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it was served."},
    )
    served_by = forms.CharField(
        label="Served by",
        max_length=120,
        error_messages={"required": "Enter the name of the person who served it."},
    )
    premises = forms.ModelChoiceField(
        label="Where",
        queryset=Premises.objects.none(),
        required=False,
        empty_label="Not at a member's premises",
    )
    uploads = signed_field()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["premises"].queryset = (  # type: ignore[attr-defined]
            Premises.objects.reportable_by(user)
        )
        self.fields["served_at"].initial = timezone.now
        self.fields["served_by"].initial = user.name
        self.fields["premises"].initial = user.premises_id

    def clean_served_at(self) -> dt.datetime:
        """Return the moment. Raises ValidationError for the future."""
        moment: dt.datetime = self.cleaned_data["served_at"]
        if moment > timezone.now():
            raise ValidationError("This is in the future.", code="future")
        return moment

    def service(self) -> Service:
        """Return the service this valid form means."""
        data = self.cleaned_data
        return Service(
            served_at=data["served_at"],
            method=data["method"],
            served_by=data["served_by"],
            premises=data["premises"],
        )


class AttemptForm(forms.Form):
    """An attempt to serve that failed."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    attempted_at = LondonMomentField(
        label="When",
        error_messages={
            "required": "Enter the day and time it was tried.",
            "invalid": "Enter a day and a time, such as 14/03/2026 15:30.",
        },
    )
    place = forms.CharField(
        label="Where",
        max_length=200,
        error_messages={"required": "Enter where it was tried."},
    )
    attempted_by = forms.CharField(
        label="Tried by",
        max_length=120,
        error_messages={"required": "Enter the name of the person who tried."},
    )
    outcome = forms.CharField(
        label="Why it failed",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why it could not be served."},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.fields["client_id"].initial = uuid.uuid4
        self.fields["attempted_at"].initial = timezone.now
        self.fields["attempted_by"].initial = user.name

    def attempt(self) -> Attempt:
        """Return the attempt this valid form means."""
        names = ("attempted_at", "place", "attempted_by", "outcome")
        return Attempt(**{name: self.cleaned_data[name] for name in names})


class RevokeForm(forms.Form):
    """Why a notice is revoked."""

    reason = forms.CharField(
        label="Why",
        max_length=500,
        error_messages={"required": "Say why it is revoked."},
    )


class VaryForm(forms.Form):
    """How a notice is eased, why, and on whose authority."""

    allowed = forms.CharField(
        label="What is allowed all the same",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Such as the pharmacy at one of them, weekdays before noon. Members read this.",
    )
    ends_on = DayField(label="New last day, if it ends sooner", required=False)
    authority = forms.CharField(
        label="On whose authority",
        max_length=200,
        error_messages={"required": "Say who decided it, such as the Board on a day."},
    )
    reason = forms.CharField(
        label="Why",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why it is varied."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def variation(self) -> Variation:
        """Return the variation this valid form means."""
        return Variation(**self.cleaned_data)


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The exclusion protocol as it is to be from now on, and why."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Why it is changed",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write why. It is kept with the change."},
    )

    class Meta:
        model = ExclusionPolicy
        fields = (
            "arrests",
            "serious",
            "incidents",
            "within_months",
            "appeal_days",
            "acknowledge_days",
            "decide_days",
            "confirm_hours",
            "warn_first",
            "staff_words",
            "rule_words",
            "breach_words",
            "appeal_words",
            "privacy_words",
            "warning_words",
        )
        widgets = {
            "staff_words": forms.Textarea(attrs={"rows": 4}),
            "rule_words": forms.Textarea(attrs={"rows": 8}),
            "breach_words": forms.Textarea(attrs={"rows": 8}),
            "appeal_words": forms.Textarea(attrs={"rows": 8}),
            "privacy_words": forms.Textarea(attrs={"rows": 12}),
            "warning_words": forms.Textarea(attrs={"rows": 12}),
        }
        help_texts = {
            "arrests": "So many are enough. 0: arrests don’t count by themselves.",
            "serious": "So many are enough. 0: they don’t count by themselves.",
            "incidents": "So many are enough, if they lie within the months beside.",
            "appeal_days": "Counted from the day of service.",
            "confirm_hours": "After so many, an unconfirmed notice lapses. 0: none on the spot.",
            "warn_first": "A serious incident may still lead straight to a notice.",
            "staff_words": "A line each. Staff read it on the page of somebody excluded.",
        }

    def __init__(self, *args: Any, policy: ExclusionPolicy, **kwargs: Any) -> None:
        held = ExclusionPolicy(**{name: getattr(policy, name) for name in self.Meta.fields})
        initial = {"number": policy.number}
        super().__init__(
            *args, **{"label_suffix": "", "initial": initial, "instance": held, **kwargs}
        )

    def change(self) -> dict[str, Any]:
        """Return the version it was made from, the new fields, and the reason. Saves nothing."""
        data = self.cleaned_data
        fields = {name: data[name] for name in self.Meta.fields}
        return {"number": data["number"], "fields": fields, "reason": data["reason"]}
