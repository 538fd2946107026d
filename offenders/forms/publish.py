"""Input of publishing and withdrawing."""

import datetime as dt
from typing import Any

from django import forms

from common import dates
from offenders.models import Ground, Photo, Subject, WarningMarker
from offenders.publication import ProfileDraft

from .audience import AudienceFields
from .inputs import FACTS_ONLY, date_input


class PublishForm(AudienceFields):
    """A target profile: what members will see, why it is lawful and necessary, until when."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.ChoiceField(
        label="Name that members see",
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "This name is no longer on the record. Choose again."},
    )
    aliases = forms.MultipleChoiceField(
        label="Also known as",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "A name is no longer on the record. Choose again."},
    )
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
        help_text="Those on the record.",
        error_messages={"invalid_choice": "Put this warning on the record first, with its reason."},
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

    longer_because = forms.CharField(
        label="Why longer",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, *args: Any, subject: Subject, until_by_rule: dt.date | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.until_by_rule = until_by_rule
        if until_by_rule:
            last = dates.short_date(max(until_by_rule, dates.today()))
            self.fields["longer_because"].help_text = f"Only if it is after {last}."
        self.fields["photos"].queryset = subject.photos.select_related("bystanders_by")  # type: ignore[attr-defined]
        self.fields["revision"].initial = subject.revision
        self._offer_names(subject)
        held = subject.warnings.filter(ended_at=None)
        self.fields["warnings"].choices = [  # type: ignore[attr-defined]
            (row.marker, row.get_marker_display()) for row in held
        ]

    def _offer_names(self, subject: Subject) -> None:
        known = subject.status == Subject.Status.KNOWN
        aliases = list(subject.aliases.values_list("name", flat=True)) if known else []
        if not known or not aliases:  # nothing to choose
            del self.fields["name"]
        else:
            names = [subject.name, *aliases]
            self.fields["name"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]
            self.fields["name"].initial = subject.name
        if not aliases:
            del self.fields["aliases"]
        else:
            self.fields["aliases"].choices = [  # type: ignore[attr-defined]
                (name, name) for name in aliases
            ]
            self.fields["aliases"].initial = aliases

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
            name=data.get("name") or None,
            aliases=data.get("aliases"),
            until_by_rule=self.until_by_rule,
            longer_because=data["longer_because"],
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
