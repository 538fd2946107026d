"""Input of goods: what was taken, and what of it came back."""

from decimal import Decimal
from typing import Any

from django import forms

from common.money import PoundsField
from incidents.models import ItemCategory
from incidents.services import ItemInput


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
    drawn_alike = frozenset(
        {"category", "description", "quantity", "value_stolen", "value_recovered"}
    )

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
        typed = any(data.get(name) or name in self.errors for name in self.fields)
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
