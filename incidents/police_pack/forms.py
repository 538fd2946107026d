"""Input of the police pack."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from members.models import User
from members.sharing_forms import ShareForm

from .case import Case
from .share import PARTS, STATEMENT, Order, Witness
from .statement import recognised_by, statement_words


class PackForm(ShareForm):
    """Who receives the pack, why, what is in it, and the statement's words."""

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
        super().__init__(*args, user=user, **kwargs)
        self.reporter = case.report.reporter.name
        self.initial = {
            "recipient_ref": case.report.police_ref,
            "witness_name": case.report.reporter.name,
            **self.initial,
        }
        if not self.is_bound:
            self.initial["statement"] = statement_words(case)

    def clean(self) -> dict[str, Any]:
        """Ask for witness and words too, where a statement is wanted."""
        data = super().clean()
        if STATEMENT in data.get("parts", []):
            self._ask("witness_name", "Enter who makes the statement.")
            self._ask("statement", "Write the statement, or leave that part out.")
            self._check_who_recognised(data)
        return data

    def _check_who_recognised(self, data: dict[str, Any]) -> None:
        """Refuse that somebody else signs what the reporter recognised."""
        witness, words = data.get("witness_name"), data.get("statement")
        if message := recognised_by(self.reporter, witness, words):
            self.add_error("statement", ValidationError(message, code="witness"))

    def _ask(self, name: str, message: str) -> None:
        if name not in self.errors and not self.cleaned_data.get(name):
            self.add_error(name, ValidationError(message, code="required"))

    def order(self) -> Order:
        """Return the pack this valid form means."""
        data = self.cleaned_data
        witness = Witness(
            name=data["witness_name"],
            words=data["statement"],
            age=data["witness_age"],
            occupation=data["occupation"],
        )
        return Order(
            parts=data["parts"],
            witness=witness if STATEMENT in data["parts"] else None,
            **self.shared(),
        )
