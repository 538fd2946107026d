"""What figures are asked for: a period, kinds of incident, an area, a member."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common.periods import Period, PeriodForm
from incidents.models import IncidentType
from members.models import Area, Member, User

FAMILY = "all:"
"""Begins a choice that means every type of a family; no type's code has a colon."""
NAMED = 5


@dataclass(frozen=True)
class Selection:
    """A valid choice. `what` is empty, a type's code, or a family with FAMILY before it."""

    period: Period
    what: str = ""
    type_ids: tuple[int, ...] | None = None
    what_words: str = ""
    area: Area | None = None
    member: Member | None = None

    @property
    def query(self) -> dict[str, str]:
        """What stands in the address for all of it but the period."""
        found = {
            "what": self.what,
            "area": self.area.slug if self.area else "",
            "member": self.member.slug if self.member else "",
        }
        return {name: value for name, value in found.items() if value}

    @property
    def words(self) -> str:
        """What is narrowed, in words: "Shop theft, Town Centre"; empty for everything."""
        parts = (self.what_words, self.area and self.area.name, self.member and self.member.name)
        return ", ".join(part for part in parts if part)


class PatternsForm(PeriodForm):
    """The filters of the page. The Intelligence Manager may also choose a member."""

    what = forms.ChoiceField(
        label="What happened",
        required=False,
        error_messages={"invalid_choice": "There is no such type of incident."},
    )
    area = forms.ModelChoiceField(
        label="Area",
        queryset=Area.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label="All areas",
        error_messages={"invalid_choice": "There is no such area."},
    )
    member = forms.CharField(
        label="Member",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": "All members", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.types = list(IncidentType.objects.order_by("position", "label"))
        self.fields["what"].choices = self._what_choices()  # type: ignore[attr-defined]
        if not user.is_intel:
            del self.fields["member"]

    def _what_choices(self) -> list[Any]:
        families = [
            (f"{FAMILY}{code}", f"All: {str(label).lower()}")
            for code, label in IncidentType.Family.choices
        ]
        types = [(kind.code, kind.label) for kind in self.types]
        return [("", "Everything"), ("Kinds", families), ("Types", types)]

    def clean_member(self) -> Member | None:
        """Return the member of that slug or name, or the only one whose name holds the words."""
        text = self.cleaned_data["member"]
        if not text:
            return None
        members = Member.objects.visible_to(self.user).order_by("name")
        found = list(members.filter(slug=text)[:1] or members.filter(name__iexact=text)[:1])
        found = found or list(members.filter(name__icontains=text)[: NAMED + 1])
        if not found:
            raise ValidationError("No member has this name.", code="none")
        if len(found) > 1:
            names = ", ".join(member.name for member in found[:NAMED])
            more = " and others" if len(found) > NAMED else ""
            raise ValidationError(f"Which one: {names}{more}? Write the whole name.", code="many")
        self.data = {**self.data.dict(), "member": found[0].name}  # type: ignore[attr-defined]
        return found[0]  # type: ignore[no-any-return]

    def selection(self) -> Selection:
        """Return what this form asks for: the default where it was opened without filters."""
        data = getattr(self, "cleaned_data", {})
        what = data.get("what", "")
        types = [kind for kind in self.types if what in (kind.code, f"{FAMILY}{kind.family}")]
        words = dict(IncidentType.Family.choices).get(what.removeprefix(FAMILY), "")
        return Selection(
            period=self.chosen(),
            what=what,
            type_ids=tuple(kind.pk for kind in types) if what else None,
            what_words="" if not what else words if FAMILY in what else types[0].label,
            area=data.get("area"),
            member=data.get("member"),
        )
