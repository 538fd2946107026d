"""Input of the police pack."""

import uuid
from copy import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from members.models import Member, User
from members.services import agreement_current

from .case import Case
from .share import PARTS, STATEMENT, Order, Witness
from .statement import RECOGNISED, statement_words

PURPOSE = "Prevention and detection of crime"
LAWFUL_BASIS = "Data Protection Act 2018, Schedule 2, paragraph 2: crime and taxation"


class PackForm(forms.Form):
    """Who receives the pack, why, what is in it, and the statement's words."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    recipient = forms.CharField(
        label="Who receives it",
        max_length=100,
        help_text="Rank, number and name, such as PC 1234 Smith.",
        error_messages={"required": "Enter who receives it."},
    )
    agency = forms.ModelChoiceField(
        label="Partner agency",
        queryset=Member.objects.none(),
        required=False,
        empty_label="Another body, named below",
    )
    body = forms.CharField(label="Force or body", required=False, max_length=120)
    recipient_ref = forms.CharField(
        label="Their reference",
        required=False,
        max_length=60,
        help_text="Crime or incident number, if they gave one.",
    )
    purpose = forms.CharField(
        label="Purpose",
        max_length=300,
        initial=PURPOSE,
        error_messages={"required": "Say what it is shared for."},
    )
    lawful_basis = forms.CharField(
        label="Lawful basis",
        max_length=300,
        initial=LAWFUL_BASIS,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say which law allows it."},
    )
    agreement = forms.CharField(
        label="Sharing agreement",
        required=False,
        max_length=200,
        help_text="Leave it empty if there is none with them.",
    )
    parts = forms.MultipleChoiceField(
        label="What is in it",
        choices=PARTS,
        initial=[part for part, _ in PARTS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one part."},
    )
    witness_name = forms.CharField(label="Who makes the statement", required=False, max_length=120)
    witness_age = forms.IntegerField(
        label="Age, if under 18",
        required=False,
        min_value=1,
        max_value=17,
        help_text="Empty means over 18.",
        error_messages={
            "min_value": "Enter the age in years.",
            "max_value": "Leave it empty for 18 or over.",
        },
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    occupation = forms.CharField(
        label="Occupation",
        required=False,
        max_length=80,
        help_text="Left empty, there is a line to write it on.",
    )
    statement = forms.CharField(
        label="The statement",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=(
            "Made from what was typed in the report. Whoever signs it must know each sentence to "
            "be true: correct it before you print."
        ),
    )

    def __init__(self, *args: Any, user: User, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.reporter = case.report.reporter.name
        if user.is_intel:
            agencies = Member.objects.active().filter(kind=Member.Kind.AGENCY)
            self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]
        else:
            del self.fields["agency"]
        self.initial = {
            "client_id": uuid.uuid4(),
            "recipient_ref": case.report.police_ref,
            "witness_name": case.report.reporter.name,
            **self.initial,
        }
        if not self.is_bound:
            current = agreement_current()
            self.initial["agreement"] = str(current) if current else ""
            self.initial["statement"] = statement_words(case)

    def clean(self) -> dict[str, Any]:
        """Ask for the body, and for witness and words where a statement is wanted."""
        data = super().clean() or {}
        if not data.get("agency") and not data.get("body") and "body" not in self.errors:
            self.add_error("body", "Enter the force or body they are of.")
        if STATEMENT in data.get("parts", []):
            self._ask("witness_name", "Enter who makes the statement.")
            self._ask("statement", "Write the statement, or leave that part out.")
            self._check_who_recognised(data)
        return data

    def _check_who_recognised(self, data: dict[str, Any]) -> None:
        """Refuse that somebody else signs what the reporter recognised."""
        witness = str(data.get("witness_name", "")).strip()
        same = witness.casefold() == self.reporter.strip().casefold()
        if witness and not same and RECOGNISED in data.get("statement", ""):
            message = (
                f"It was {self.reporter} who recognised them in D-TAC. Take that sentence out, or"
                f" make {self.reporter} the witness."
            )
            self.add_error("statement", ValidationError(message, code="witness"))

    def _ask(self, name: str, message: str) -> None:
        if name not in self.errors and not self.cleaned_data.get(name):
            self.add_error(name, ValidationError(message, code="required"))

    def order(self) -> Order:
        """Return the pack this valid form means."""
        data = self.cleaned_data
        agency: Member | None = data.get("agency")
        of = ", ".join(filter(None, [agency.name if agency else "", data["body"]]))
        witness = Witness(
            name=data["witness_name"],
            words=data["statement"],
            age=data["witness_age"],
            occupation=data["occupation"],
        )
        return Order(
            client_id=data["client_id"],
            parts=data["parts"],
            recipient=f"{data['recipient']}, {of}",
            recipient_ref=data["recipient_ref"],
            recipient_member=agency,
            purpose=data["purpose"],
            lawful_basis=data["lawful_basis"],
            agreement=data["agreement"],
            witness=witness if STATEMENT in data["parts"] else None,
        )

    def renew(self) -> None:
        """Give the form a fresh id, so that what it says now is another pack."""
        data = copy(self.data)
        assert isinstance(data, QueryDict)
        data["client_id"] = str(uuid.uuid4())
        self.data = data
