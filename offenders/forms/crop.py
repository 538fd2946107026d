"""Input about what of a photo is shown: what is kept of it, and what in it is blurred."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from common.edits import MOST_BOXES, Box, Edits, edits_from, edits_of
from offenders.models import Photo

SIDES = ("left", "top", "width", "height")
WORDS = {"left": "From the left", "top": "From the top", "width": "Wide", "height": "High"}


def _percent(side: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=WORDS[side],
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=1,
        max_digits=4,
        widget=forms.NumberInput(attrs={"step": "0.1", "inputmode": "decimal"}),
        error_messages={
            "invalid": "Enter a number from 0 to 100.",
            "min_value": "Enter a number from 0 to 100.",
            "max_value": "Enter a number from 0 to 100.",
            "max_decimal_places": "One decimal place is enough.",
            "max_digits": "Enter a number from 0 to 100.",
            "max_whole_digits": "Enter a number from 0 to 100.",
        },
    )


def _in_percent(box: Box) -> list[str]:
    return [f"{value * 100:.1f}".removesuffix(".0") for value in box.as_list()]


class CropForm(forms.Form):
    """Boxes in percent of the upright picture: one that is kept, and some that are blurred."""

    bystanders_clear = forms.BooleanField(
        label="I have looked at the result: nobody else can be recognised in it", required=False
    )
    is_primary = forms.BooleanField(label="Show this face first", required=False)

    def __init__(self, *args: Any, photo: Photo, **kwargs: Any) -> None:
        held = edits_from(photo.edits)
        # What was said of the photo before says nothing of another crop of it: never ticked.
        initial: dict[str, Any] = {"is_primary": photo.is_primary}
        boxes = {"crop": held.crop, **{f"blur_{n}": box for n, box in enumerate(held.blurs)}}
        for name, box in boxes.items():
            for side, value in zip(SIDES, _in_percent(box) if box else (), strict=False):
                initial[f"{name}_{side}"] = value
        super().__init__(*args, **{"label_suffix": "", "initial": initial, **kwargs})
        for name in self._names():
            for side in SIDES:
                self.fields[f"{name}_{side}"] = _percent(side)

    @staticmethod
    def _names() -> list[str]:
        return ["crop", *(f"blur_{n}" for n in range(MOST_BOXES))]

    def boxes(self) -> Iterator[tuple[str, str, list[forms.BoundField]]]:
        """Yield each box's name, what it is called, and its four fields."""
        for name in self._names():
            called = "Keep" if name == "crop" else f"Blur {int(name.removeprefix('blur_')) + 1}"
            yield name, called, [self[f"{name}_{side}"] for side in SIDES]

    def clean(self) -> dict[str, Any]:
        """Judge each box by itself, so that what is wrong is said beside it."""
        data: dict[str, Any] = super().clean() or {}
        crop: list[float] | None = None
        blurs: list[list[float]] = []
        for name in self._names():
            values = [data.get(f"{name}_{side}") for side in SIDES]
            if self._refused(name) or values == [None] * 4:
                continue
            try:
                box = self._judged(name, values)
            except ValidationError as error:
                self.add_error(f"{name}_left", error)
                continue
            if name == "crop":
                crop = box
            else:
                blurs.append(box)
        self._edits = Edits() if self.errors else edits_of(crop=crop, blurs=blurs)
        return data

    def _refused(self, name: str) -> bool:
        return any(f"{name}_{side}" in self.errors for side in SIDES)

    def _judged(self, name: str, values: list[Decimal | None]) -> list[float]:
        if None in values:
            raise ValidationError("Fill in all four numbers of a box, or none.", code="part")
        box = [float(value or 0) / 100 for value in values]
        edits_of(crop=box if name == "crop" else None, blurs=[] if name == "crop" else [box])
        return box

    def edits(self) -> Edits:
        """Return what this valid form says."""
        return self._edits


def query_of(edits: Edits) -> str:
    """Return edits as a query string, in percent; edits_in_query() reads it."""
    pairs = [("crop", edits.crop)] if edits.crop else []
    boxes = [*pairs, *(("blur", box) for box in edits.blurs)]
    return urlencode([(name, ",".join(_in_percent(box))) for name, box in boxes], safe=",")


def edits_in_query(query: QueryDict) -> Edits:
    """Return the edits in a query string. Raises ValidationError."""
    crops = [_four(text) for text in query.getlist("crop")]
    blurs = [_four(text) for text in query.getlist("blur")[: MOST_BOXES + 1]]
    return edits_of(crop=crops[-1] if crops else None, blurs=blurs)


def _four(text: str) -> list[float]:
    parts = text[:100].split(",")
    try:
        values = [float(part) / 100 for part in parts]
    except ValueError as error:
        raise ValidationError("A box is four numbers.", code="edits") from error
    if len(values) != 4:
        raise ValidationError("A box is four numbers.", code="edits")
    return values
