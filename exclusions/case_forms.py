"""Input of case files and evidence packs."""

import uuid
from typing import Any

from django import forms
from django.db.models import Q

from common.fields import PlainForm
from incidents.models import Report
from members.models import Member

from .forms import let_cite
from .models import CaseFile, CaseIncident, CaseStatement
from .services import StatementInput


class CaseForm(PlainForm):
    """What is asked for, and why."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    revision = forms.IntegerField(widget=forms.HiddenInput, initial=1)
    kind = forms.ChoiceField(
        label="What it is for",
        choices=CaseFile.Kind,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what it is for."},
    )
    words = forms.CharField(
        label="What is asked for, and why",
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="The pack’s first page says this. Facts only.",
        error_messages={"required": "Write what is asked for, and why."},
    )


class PickForm(PlainForm):
    """Which incidents a case file holds."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    incidents = forms.ModelMultipleChoiceField(
        label="Incidents",
        queryset=Report.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose accepted incidents of this person only."},
    )

    def __init__(self, *args: Any, case: CaseFile, **kwargs: Any) -> None:
        held = list(case.incidents.values_list("report_id", flat=True))
        initial = {"revision": case.revision, "incidents": held}
        super().__init__(*args, **{"initial": initial, **kwargs})
        let_cite(self, case.subject, name="incidents", also=held)


class IncidentForm(PlainForm):
    """What the pack tells of one incident."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    account = forms.CharField(
        label="What happened",
        required=False,
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="First what the reporter wrote. Take out who is not to be named.",
    )
    with_files = forms.BooleanField(label="Its photos and files are exhibits", required=False)


class StatementForm(PlainForm):
    """A statement, and whether the pack names who made it."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    revision = forms.IntegerField(widget=forms.HiddenInput)
    member = forms.ModelChoiceField(
        label="Business",
        queryset=Member.objects.none(),
        error_messages={"required": "Choose the business."},
    )
    witness_name = forms.CharField(
        label="Who makes it",
        max_length=120,
        error_messages={"required": "Enter who makes the statement."},
    )
    name_shown = forms.TypedChoiceField(
        label="In the pack",
        choices=[("no", "Withhold the name"), ("yes", "Show the name")],
        initial="no",
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
    )
    witness_age = forms.IntegerField(
        label="Age, if under 18",
        required=False,
        min_value=1,
        max_value=17,
        error_messages={
            "min_value": "Enter the age in years.",
            "max_value": "Leave it empty for 18 or over.",
        },
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    occupation = forms.CharField(label="Occupation", required=False, max_length=80)
    words = forms.CharField(
        label="The statement",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14}),
        error_messages={"required": "Write the statement."},
    )

    def __init__(
        self,
        *args: Any,
        incident: CaseIncident | None = None,
        statement: CaseStatement | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.incident = incident
        held = [statement.member_id] if statement else []  # it may have left the scheme since
        members = Member.objects.filter(Q(pk__in=Member.objects.active()) | Q(pk__in=held))
        if incident is not None:
            members = Member.objects.filter(pk=incident.report.member_id)
            self.initial.setdefault("member", incident.report.member_id)
        self.fields["member"].queryset = members  # type: ignore[attr-defined]
        if statement is not None:
            names = ("member", "witness_name", "witness_age", "occupation", "words")
            self.initial.update({name: getattr(statement, name) for name in names})
            self.initial["name_shown"] = "yes" if statement.name_shown else "no"

    def statement(self) -> StatementInput:
        """Return the statement this valid form means."""
        names = ("member", "witness_name", "name_shown", "witness_age", "occupation", "words")
        return StatementInput(
            incident=self.incident, **{name: self.cleaned_data[name] for name in names}
        )


class OrderForm(PlainForm):
    """That a pack is made of the case file as it is now."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    revision = forms.IntegerField(widget=forms.HiddenInput)
    names_checked = forms.BooleanField(
        label="I looked at each of them: nobody whose name is withheld is named", required=False
    )


class CloseForm(PlainForm):
    """What came of a case file."""

    reason = forms.CharField(
        label="What came of it",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what came of it."},
    )
