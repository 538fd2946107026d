"""Input of the Board's page and of its targets."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common import dates
from common.fields import DayField, PlainForm
from common.money import PoundsField
from members.models import Area, Member

from .models import PlanTarget
from .periods import CHOICES, DEFAULT, BoardPeriod, own_days, period_of
from .targets import TargetInput

LONGEST = 3 * 366
FOUNDED = dt.date(2002, 12, 1)
"""The scheme has no figures before it."""
MONTHS_ONLY = (
    "Of an area or a sector choose whole months: from the first day of one to the last of another."
)
"""Days of one's own, a day apart, would tell on which day something small happened."""


@dataclass(frozen=True)
class Asked:
    """A period, and an area or a sector; neither is the whole scheme."""

    period: BoardPeriod
    area: Area | None = None
    sector: str = ""

    @property
    def query(self) -> dict[str, str]:
        """What stands in the address for the area or sector."""
        found = {"area": self.area.slug if self.area else "", "sector": self.sector}
        return {name: value for name, value in found.items() if value}

    @property
    def typed(self) -> dict[str, str]:
        """What stands in the form for it."""
        days = {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}
        return {"period": self.period.key, **days, **self.query}

    @property
    def where(self) -> str:
        """The area or sector in words; empty for the whole scheme."""
        if self.area:
            return self.area.name
        return str(Member.Sector(self.sector).label) if self.sector else ""


class BoardForm(PlainForm):
    """What is asked of the page. An area and a sector at once would show single incidents."""

    period = forms.ChoiceField(
        choices=[*CHOICES, ("any", "Days of your own")],
        required=False,
        error_messages={"invalid_choice": "There is no such period."},
    )
    area = forms.ModelChoiceField(
        label="Area",
        queryset=Area.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label="All areas",
        error_messages={"invalid_choice": "There is no such area."},
    )
    sector = forms.ChoiceField(
        label="Sector",
        choices=[("", "All sectors"), *Member.Sector.choices],
        required=False,
        error_messages={"invalid_choice": "There is no such sector."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from"] = DayField(label="From", required=False)
        self.fields["to"] = DayField(label="To", required=False)

    def clean(self) -> dict[str, Any]:
        """Check that the days are a period, and that not both an area and a sector are asked."""
        data = super().clean() or {}
        if data.get("area") and data.get("sector"):
            raise ValidationError(
                "Choose an area or a sector. Both at once could point to single people.",
                code="both",
            )
        problem = self._problem(data.get("from"), data.get("to"), data.get("period") == "any")
        if problem and "from" not in self.errors:
            self.add_error("from", problem)
        part = data.get("area") or data.get("sector")
        if part and not self.errors and not self._period(data).is_of_months:
            self.add_error("from", MONTHS_ONLY)
        return data

    def _problem(self, first: dt.date | None, last: dt.date | None, own: bool) -> str:
        """Return what is wrong with the days; empty if nothing is."""
        today = dates.today()
        if first is None:
            return "Enter the first day." if last or own else ""
        if first < FOUNDED:
            return "Enter a day from December 2002 on."
        if first > today:
            return "This day is still to come."
        if last and first > last:
            return "The first day is after the last. Change one of them."
        if (last or own) and (min(last or today, today) - first).days >= LONGEST:
            return "Choose three years at most."
        return ""

    def asked(self) -> Asked:
        """Return what this form asks for: the default where it was opened without anything.

        A month, quarter or year stands in it with its days; other days are days of one's own.
        """
        data = getattr(self, "cleaned_data", {})
        return Asked(self._period(data), data.get("area"), data.get("sector", ""))

    def _period(self, data: dict[str, Any]) -> BoardPeriod:
        today = dates.today()
        key, first, last = data.get("period") or DEFAULT, data.get("from"), data.get("to")
        if key != "any":
            whole = period_of(key, first or today, today)
            if not last or (first, last) in ((whole.first, whole.last), (whole.first, whole.end)):
                return whole
        return own_days(first or today, last or today, today)


class TargetForm(PlainForm):
    """A target. Money is taken as people type it; other figures are whole numbers."""

    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    by = DayField(label="By")
    why = forms.CharField(
        label="Why it changes",
        max_length=500,
        widget=forms.TextInput(attrs={"placeholder": "Agreed at the meeting of 3 March"}),
        error_messages={"required": "Write why. It is kept with the change."},
    )
    field_order = ("number", "baseline", "target", "by", "why")

    def __init__(self, *args: Any, held: PlanTarget | None, measure: str, **kwargs: Any) -> None:
        money = measure == PlanTarget.Measure.REVENUE
        initial: dict[str, Any] = {"number": 0}
        if held:
            shown = "{:,.2f}" if money else "{:.0f}"
            initial = {
                "number": held.number,
                "baseline": shown.format(held.baseline),
                "target": shown.format(held.target),
                "by": held.by,
            }
        super().__init__(*args, initial=initial, **kwargs)
        for name, label, least in (("baseline", "Where it started", 0), ("target", "Target", 1)):
            self.fields[name] = (
                PoundsField(label=f"{label}, pounds")
                if money
                else forms.IntegerField(
                    label=label,
                    min_value=least,
                    max_value=1_000_000,
                    error_messages={"invalid": "Enter a whole number."},
                )
            )
        self.order_fields(self.field_order)

    def change(self) -> dict[str, Any]:
        """Return it as target_set() takes it."""
        data = self.cleaned_data
        return {
            "number": data["number"],
            "data": TargetInput(data["baseline"], data["target"], data["by"]),
            "why": data["why"],
        }
