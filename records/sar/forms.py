"""Input of subject access."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common.edits import MOST_BOXES, Edits, edits_from, edits_of
from common.fields import DayField, PlainForm, Renewed, revision_field
from offenders.forms.crop import SIDES
from records.fields import SubjectRefsField, words_field
from records.models import AccessItem, AccessRequest, How

from .redaction import words_of
from .services import AccessInput

NAMES = 12


class NamesField(forms.CharField):
    """Names, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 3})
        super().__init__(**{"max_length": 1500, "widget": widget, **kwargs})

    def clean(self, value: Any) -> list[str]:
        """Return the names. Raises ValidationError: too many, or one that is too long."""
        text = super().clean(value)
        names = [" ".join(line.split()) for line in text.splitlines()]
        names = [name for name in names if name]
        if len(names) > NAMES or any(len(name) > 120 for name in names):
            raise ValidationError(f"Enter {NAMES} names at most, one a line.", code="many")
        return names


class AccessForm(PlainForm):
    """A request for access as it came in."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    asker = forms.CharField(
        label="Who asks, and where to answer",
        max_length=300,
        help_text="Name and address; for somebody else: on whose behalf, and by which authority.",
        error_messages={"required": "Enter who asks."},
    )
    names = NamesField(
        label="Names to search for",
        help_text="One a line: also nicknames and earlier names.",
        error_messages={"required": "Enter the names to search for."},
    )
    born = DayField(label="Date of birth", required=False)
    identified = forms.CharField(
        label="How you know that it is them",
        max_length=300,
        required=False,
        help_text="Such as: driving licence seen on 3 March. It can be noted later.",
    )
    received_on = DayField(label="Came in on")
    received_how = forms.ChoiceField(
        label="How",
        choices=How,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how it came in."},
    )
    words = words_field("What they ask for", most=6000)

    def recorded(self) -> AccessInput:
        """Return the request of this valid form."""
        data = dict(self.cleaned_data)
        data.pop("client_id")
        return AccessInput(**data)


class _StepForm(PlainForm):
    revision = revision_field()


class IdentifyForm(_StepForm):
    """How the person was identified."""

    how = forms.CharField(
        label="How you know that it is them",
        max_length=300,
        error_messages={"required": "Say how you know who it is."},
    )


class SearchForm(_StepForm):
    """What is searched for, and which records are theirs."""

    names = NamesField(label="Names", error_messages={"required": "Enter the names to search for."})
    born = DayField(label="Date of birth", required=False)
    subject_refs = SubjectRefsField(
        label="Records that are theirs",
        help_text="References such as D-0042. Search by name first: records like it are listed.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, between in (("names", "\n"), ("subject_refs", ", ")):
            held = self.initial.get(name)
            if isinstance(held, list):
                self.initial[name] = between.join(held)


class ExtendForm(_StepForm):
    """It takes longer."""

    due_on = DayField(label="Answer by", initial=None)
    told_on = DayField(label="They were told on")
    why = forms.CharField(
        label="Why it takes longer",
        max_length=300,
        help_text="It is complex, or they made several requests. They are told this.",
        error_messages={"required": "Say why it takes longer."},
    )


class OrderForm(_StepForm):
    """A pack is made of what is given."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"client_id": uuid.uuid4(), **self.initial}


class AnswerForm(_StepForm):
    """It is answered."""

    outcome = forms.ChoiceField(
        label="Answer",
        choices=AccessRequest.Outcome,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the answer."},
    )
    on = DayField(label="Answered on")
    reasons = words_field(
        "Reasons", most=4000, help_text="For a refusal: it is told, with the right to complain."
    )


class HandOutForm(PlainForm, Renewed):
    """To whom the pack is handed."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    recipient = forms.CharField(
        label="Handed to",
        max_length=300,
        help_text="The person, or who may receive it for them; how and where it is sent.",
        error_messages={"required": "Enter who receives it."},
    )


class ReadForm(_StepForm):
    """Items that were read together, and are given as they are marked."""

    items = forms.TypedMultipleChoiceField(
        label="What was read",
        coerce=int,
        widget=forms.MultipleHiddenInput,
        error_messages={
            "required": "There is nothing to give.",
            "invalid_choice": "Some were decided since: read those that are left.",
        },
    )

    def __init__(self, *args: Any, items: Sequence[AccessItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [item.pk for item in items]
        self.fields["items"].choices = [(key, key) for key in keys]  # type: ignore[attr-defined]
        self.initial = {"items": keys, **self.initial}


def marked(item: AccessItem) -> list[list[tuple[str, bool]]]:
    """Return the lines of a text, each as its words, with whether each is removed."""
    gone, lines, number = set(item.removed), [], 0
    for line in item.text.split("\n"):
        said = words_of(line)
        lines.append([(word, number + n in gone) for n, word in enumerate(said)])
        number += len(said)
    return lines


class ItemForm(forms.Form):
    """What becomes of an item: given or left out; words or parts that are removed."""

    given = forms.ChoiceField(
        label="What becomes of it",
        choices=[("yes", "Give it"), ("no", "Leave it out")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what becomes of it."},
    )
    left_because = forms.ChoiceField(
        label="Left out because",
        choices=AccessItem.Left,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, item: AccessItem, **kwargs: Any) -> None:
        self.item = item
        held = edits_from(item.boxes)
        initial: dict[str, Any] = {"removed": list(map(str, item.removed))}
        if item.given is not None:
            initial |= {"given": "yes" if item.given else "no", "left_because": item.left_because}
        for number, box in enumerate(held.blurs):
            for side, value in zip(SIDES, box.as_list(), strict=True):
                initial[f"blur_{number}_{side}"] = f"{value * 100:.1f}".removesuffix(".0")
        super().__init__(*args, **{"label_suffix": "", "initial": initial, **kwargs})
        numbers = [(str(n), word) for n, word in enumerate(words_of(item.text))]
        self.fields["removed"] = forms.MultipleChoiceField(
            label="Words that are removed",
            choices=numbers,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        if item.image:
            for number in range(MOST_BOXES):
                for side in SIDES:
                    self.fields[f"blur_{number}_{side}"] = forms.DecimalField(
                        label=side.capitalize(), required=False, min_value=0, max_value=100,
                        max_digits=4, decimal_places=1,
                    )  # fmt: skip

    def boxes(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """Return each box's name, what it is called, and its four fields; none for a text."""
        if not self.item.image:
            return []
        return [
            (f"blur_{n}", f"Box {n + 1}", [self[f"blur_{n}_{side}"] for side in SIDES])
            for n in range(MOST_BOXES)
        ]

    def words(self) -> list[list[tuple[str, str, bool]]]:
        """Return the lines of the text, each as its words: number, word, whether it is removed."""
        chosen = self["removed"].value() or []
        gone = set(map(str, chosen))
        lines, number = [], 0
        for line in self.item.text.split("\n"):
            said = words_of(line)
            lines.append(
                [(str(number + n), w, str(number + n) in gone) for n, w in enumerate(said)]
            )
            number += len(said)
        return lines

    def clean(self) -> dict[str, Any]:
        """Judge the boxes, and ask for a reason where it is left out."""
        data = super().clean() or {}
        if data.get("given") == "no" and not data.get("left_because"):
            self.add_error("left_because", "Say why it is left out.")
        self._edits = Edits()
        if self.item.image and not self.errors:
            found = [[data.get(f"blur_{n}_{side}") for side in SIDES] for n in range(MOST_BOXES)]
            begun = [box for box in found if any(value is not None for value in box)]
            try:
                if any(None in box for box in begun):
                    raise ValidationError("Fill in all four numbers of a box, or none.")
                boxes = [[float(value or 0) / 100 for value in box] for box in begun]
                self._edits = edits_of(crop=None, blurs=boxes)
            except ValidationError as error:
                self.add_error(None, error)
        return data

    def decided(self) -> dict[str, Any]:
        """Return what a valid form decides, as the service takes it."""
        data = self.cleaned_data
        return {
            "given": data["given"] == "yes",
            "left_because": data["left_because"],
            "removed": [int(number) for number in data["removed"]],
            "boxes": self._edits.as_json(),
        }
