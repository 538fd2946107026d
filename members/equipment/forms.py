"""Input of equipment: an item, a loan, where it is, a fault, a check."""

from typing import Any

from django import forms

from common.fields import DayField, PlainForm, revision_field
from members.models import EquipmentFault, EquipmentItem, EquipmentKind, ItemState, Member

from .services import LEADS_TO, EquipmentInput, LoanInput, Move
from .upkeep import CheckInput

MOVES = {
    ItemState.STORE: "In store",
    ItemState.REPAIR: "Gone to be mended",
    ItemState.LOST: "Lost or stolen",
    ItemState.DISPOSED: "Disposed of",
}


def _words(label: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=300,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ItemForm(PlainForm):
    """What is held of an item."""

    kind = forms.ChoiceField(
        label="Kind",
        choices=[("", "Choose"), *EquipmentKind.choices],
        error_messages={"required": "Choose what it is."},
    )
    maker = forms.CharField(
        label="Maker", max_length=60, error_messages={"required": "Enter who made it."}
    )
    model = forms.CharField(
        label="Model", max_length=60, error_messages={"required": "Enter the model."}
    )
    serial = forms.CharField(
        label="Serial number",
        max_length=60,
        error_messages={"required": "Enter the serial number on it."},
    )
    in_use_from = DayField(label="The scheme has had it from")
    channel_plan = forms.CharField(
        label="Channel plan",
        required=False,
        max_length=120,
        help_text="Of a radio. Such as: Shop Safe 1 to 4, police link.",
    )
    licence = forms.CharField(
        label="Licence number", required=False, max_length=60, help_text="Of a radio."
    )
    licence_until = DayField(label="Licence until", required=False)

    def values(self) -> EquipmentInput:
        """Return what this valid form says."""
        return EquipmentInput(**{name: self.cleaned_data[name] for name in ItemForm.base_fields})


class ChangeForm(ItemForm):
    """An item as it is held, and the version that was changed. Its kind is on its label."""

    revision = revision_field()

    def __init__(self, *args: Any, item: EquipmentItem, **kwargs: Any) -> None:
        initial = {name: getattr(item, name) for name in self.base_fields}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["kind"].disabled = True
        if not item.is_radio:
            for name in ("channel_plan", "licence", "licence_until"):
                self.fields[name].disabled = True


class CarrierForm(PlainForm):
    """Who carries what is lent, and when it is due back."""

    person = forms.CharField(
        label="Who carries it",
        required=False,
        max_length=120,
        help_text="Leave empty if it stays on the premises.",
    )
    is_lone_worker = forms.BooleanField(label="Somebody who works alone", required=False)
    due_on = DayField(
        label="Due back", required=False, help_text="Empty: for as long as they are a member."
    )
    revision = revision_field()

    def clean(self) -> dict[str, Any]:
        """Ask for the name of a lone worker."""
        data = super().clean() or {}
        if data.get("is_lone_worker") and not data.get("person", "").strip():
            self.add_error("person", "Enter who works alone.")
        return data


class LoanForm(CarrierForm):
    """Whom an item is lent to."""

    member = forms.ModelChoiceField(
        label="Member",
        queryset=Member.objects.none(),
        to_field_name="slug",
        empty_label="Choose",
        error_messages={
            "required": "Choose the member.",
            "invalid_choice": "Choose an active member.",
        },
    )
    since = DayField(label="From")
    words = _words("Note", "Such as: with charger and ear piece.")
    field_order = ("member", "since", "person", "is_lone_worker", "due_on", "words", "revision")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Member.objects.active().order_by("name")
        self.fields["member"].queryset = members  # type: ignore[attr-defined]

    def values(self) -> LoanInput:
        """Return what this valid form says."""
        data = self.cleaned_data
        return LoanInput(**{name: data[name] for name in data if name != "revision"})


class MoveForm(PlainForm):
    """Where an item is now."""

    to = forms.ChoiceField(
        label="Where it is now",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose where it is now."},
    )
    on = DayField(label="Since")
    condition = forms.ChoiceField(
        label="If it came back: how",
        required=False,
        choices=[("", "Choose"), ("good", "Good"), ("worn", "Worn, works"), ("faulty", "Faulty")],
    )
    mended = forms.BooleanField(label="Its faults are mended", required=False, initial=True)
    words = _words("Note", "What is wrong, how it was lost, who mends it.")
    revision = revision_field()

    def __init__(self, *args: Any, state: str, has_faults: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leads = [ItemState(value) for value in LEADS_TO[state]]
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            (step.value, _step_words(ItemState(state), step)) for step in leads
        ]
        if state != ItemState.LOAN:
            del self.fields["condition"]
        if state != ItemState.REPAIR or not has_faults:
            del self.fields["mended"]

    def move(self) -> Move:
        """Return the move this valid form says."""
        data = self.cleaned_data
        return Move(**{name: data[name] for name in data if name != "revision"})


def _step_words(state: ItemState, step: ItemState) -> str:
    if step != ItemState.STORE:
        return MOVES[step]
    back = {ItemState.LOST: "Found: in store", ItemState.DISPOSED: "Still here: in store"}
    return back.get(state, "Back in store")


class FaultForm(PlainForm):
    """What is wrong with an item."""

    words = forms.CharField(
        label="What is wrong",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write what is wrong."},
    )


class SettleForm(PlainForm):
    """How a fault was settled."""

    outcome = forms.ChoiceField(
        label="What came of it",
        choices=EquipmentFault.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what came of it."},
    )
    on = DayField(label="On")
    words = _words("Note")


class CheckForm(PlainForm):
    """An annual check."""

    on = DayField(label="Checked on")
    result = forms.ChoiceField(
        label="Result",
        choices=[("passed", "Passed"), ("failed", "Not passed")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the result."},
    )
    words = _words("What was found", "Needed if it was not passed.")

    def values(self) -> CheckInput:
        """Return what this valid form says."""
        data = self.cleaned_data
        return CheckInput(data["on"], data["result"] == "passed", data["words"])
