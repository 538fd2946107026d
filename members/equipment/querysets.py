"""Equipment, scoped and told in SQL: where an item is, and what is due, is asked of its rows."""

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from common import dates

if TYPE_CHECKING:
    from members.models import User

SOON: Final = dt.timedelta(days=30)
REF = re.compile(r"([A-Z]{3}) ?-? ?0*(\d{1,6})", re.IGNORECASE | re.ASCII)
GONE: Final = ("lost", "disposed")


def parse_ref(text: str) -> str | None:
    """Return RAD-014 for "rad 14" or "RAD-014", or None for what is no reference."""
    match = REF.fullmatch(text.strip())
    return f"{match[1].upper()}-{int(match[2]):03d}" if match else None


class YearAfter(models.Func):
    """The same day of the next year; after 29 February it is 28 February, as add_months has it."""

    template = "((%(expressions)s) + interval '12 months')::date"
    output_field = models.DateField()


class ItemQuerySet(models.QuerySet[Any]):
    """Items of equipment."""

    def visible_to(self, user: "User") -> Self:
        """All for the manager and the Board; to a business or agency what it has on loan now."""
        if user.role in ("intel", "board"):
            return self
        if user.role in ("manager", "agency"):
            return self.filter(Exists(_open_holding().filter(member=user.member_id)))
        return self.none()

    def as_they_are(self) -> Self:
        """Each with its state, who has it since when and until when, faults, and its next check.

        A check that was not passed makes the next one due at once; where there is none yet it is
        due a year after the scheme got the item.
        """
        from members.models import EquipmentCheck, EquipmentFault  # they import this module

        last = EquipmentCheck.objects.filter(item=OuterRef("pk")).order_by("-on")
        after = Case(When(passed=True, then=YearAfter(F("on"))), default=F("on"))
        faults = EquipmentFault.objects.filter(item=OuterRef("pk"), closed_on=None)
        return self.alias(
            held=models.FilteredRelation("holdings", condition=Q(holdings__until=None))
        ).annotate(
            state=Coalesce(F("held__state"), Value("store")),
            since=F("held__since"),
            due_on=F("held__due_on"),
            person=F("held__person"),
            is_lone_worker=F("held__is_lone_worker"),
            holder=F("held__member__name"),
            holder_slug=F("held__member__slug"),
            holder_status=F("held__member__status"),
            is_faulty=Exists(faults),
            check_due_on=Coalesce(
                Subquery(last.annotate(next=after).values("next")[:1]),
                YearAfter(F("in_use_from")),
            ),
        )

    def part(self, part: str) -> Self:
        """One part of the list, of items as_they_are(): the urgent ones first where days count."""
        first = {"due": ["due_on"], "check": ["check_due_on"]}.get(part, [])
        return self.filter(_parts()[part]).order_by(*first, "kind", "number")

    def counts(self) -> dict[str, int]:
        """How many items as_they_are() there are in each part, in one query."""
        counts = {part: Count("pk", filter=meant) for part, meant in _parts().items()}
        return self.order_by().aggregate(**counts)

    def search(self, text: str, *, people: bool = False) -> Self:
        """Items as_they_are() whose label, kind, make, serial or holder fits; all for no text.

        `people`: the names of those who carry one are searched too.
        """
        if not text:
            return self
        from members.models import EquipmentKind  # it imports this module

        kinds = [kind.value for kind in EquipmentKind if text.lower() in kind.label.lower()]
        meant = Q(kind__in=kinds) | Q(ref=parse_ref(text) or text.upper())
        for field in ("maker", "model", "serial", "holder"):
            meant |= Q(**{f"{field}__icontains": text})
        return self.filter(meant | Q(person__icontains=text) if people else meant)


def _open_holding() -> Any:
    from members.models import EquipmentHolding  # it imports this module

    return EquipmentHolding.objects.filter(item=OuterRef("pk"), until=None)


def _parts() -> dict[str, Q]:
    """Return the parts of the list of items as_they_are(), as conditions."""
    today = dates.today()
    ours = ~Q(state__in=GONE)
    return {
        "all": ours,
        "store": Q(state="store"),
        "loan": Q(state="loan"),
        "due": Q(state="loan") & (Q(due_on__lte=today + SOON) | ~Q(holder_status="active")),
        "faulty": ours & (Q(is_faulty=True) | Q(state="repair")),
        "check": ours & Q(check_due_on__lte=today + SOON),
        "gone": Q(state__in=GONE),
    }


class HoldingQuerySet(models.QuerySet[Any]):
    """Where equipment was and is."""

    def loans(self) -> Self:
        """What is on loan now, with its item."""
        return self.filter(state="loan", until=None).select_related("item")


class FaultQuerySet(models.QuerySet[Any]):
    """Faults of equipment."""

    def open(self) -> Self:
        """Those not settled."""
        return self.filter(closed_on=None)
