"""The business plan: each figure today, where it should be, and whether it gets there."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from common import dates, money

from .figures import Revenue, revenue_for
from .models import Level, PlanTarget
from .reading import levels_by_month, members_by_month

MONTHS = 12
FEWEST = 4
"""Month ends that a pace needs, the first of which may have been an odd one."""
DAYS_A_MONTH = Decimal("30.4375")
Value = Decimal | None
LEVELS: dict[str, str] = {
    PlanTarget.Measure.KNOWN: Level.Measure.KNOWN,
    PlanTarget.Measure.SIGNING_IN: Level.Measure.USING,
}
"""Which snapshot a measure is."""


@dataclass(frozen=True)
class Progress:
    """A figure of the plan: now, where it started, where it should be, by when; and its past.

    `history` are its values as each of the last months ended, the last one today (or on the day
    `on` that it is told as of); None where nothing was counted then.
    """

    target: PlanTarget
    value: Decimal
    months: list[dt.date]
    history: list[Value]
    on: dt.date = field(default_factory=dates.today)

    @property
    def measure(self) -> str:
        """Which figure."""
        return self.target.measure

    @property
    def label(self) -> str:
        """What it is called."""
        return str(self.target.get_measure_display())

    @property
    def percent(self) -> int:
        """How much of the target is reached, 0 to 100."""
        return max(0, min(100, int(100 * self.value / self.target.target)))

    def words(self, amount: Value) -> str:
        """Return an amount of this measure in words: pounds for revenue, a number otherwise."""
        if amount is None:
            return "not counted"
        return money.pounds(amount) if self.target.is_money else f"{amount:,.0f}"

    def about(self, amount: Decimal) -> str:
        """Return an amount that is reckoned, not counted: to the pound, or to one decimal."""
        if self.target.is_money:
            return money.pounds(amount, pence=False)
        return f"{amount:,.0f}" if amount == round(amount) or abs(amount) >= 10 else f"{amount:.1f}"

    @property
    def value_words(self) -> str:
        """The figure as it is shown."""
        return self.words(self.value)

    @property
    def target_words(self) -> str:
        """The target as it is shown."""
        return self.words(self.target.target)

    @property
    def table(self) -> list[tuple[dt.date, str]]:
        """Its past in words, the last one today's."""
        return [(m, self.words(v)) for m, v in zip(self.months, self.history, strict=True)]

    @property
    def note(self) -> str:
        """Where it comes from and goes to: "from 80 to 140 by March 2028"."""
        held = self.target
        return f"from {self.words(held.baseline)} to {self.words(held.target)} by {held.by:%B %Y}"

    @property
    def months_left(self) -> Decimal:
        """Months from that day to the target's; none when it is past."""
        return max(Decimal((self.target.by - self.on).days) / DAYS_A_MONTH, Decimal(0))

    @property
    def pace(self) -> Value:
        """How much it grows a month: the slope of the straight line through the last month ends."""
        ends = enumerate(self.history[:-1])  # today is no month end
        known = [(place, value) for place, value in ends if value is not None]
        return slope(known) if len(known) >= FEWEST else None

    @property
    def needed(self) -> Value:
        """How much it must grow a month from now on; None when it is there, or its day past."""
        missing = self.target.target - self.value
        return missing / self.months_left if missing > 0 and self.months_left else None

    @property
    def projected(self) -> Value:
        """What it comes to on the target's day at this pace, never below nothing."""
        if self.pace is None:
            return None
        return max(self.value + self.pace * self.months_left, Decimal(0))

    @property
    def state(self) -> str:
        """Where it stands: reached, missed, unknown, on_course or short."""
        if self.value >= self.target.target:
            return "reached"
        if not self.months_left:
            return "missed"
        if self.projected is None:
            return "unknown"
        return "on_course" if self.projected >= self.target.target else "short"

    @property
    def verdict(self) -> str:
        """Whether it gets there, in words."""
        by = f"{self.target.by:%B %Y}"
        if self.state == "unknown":
            since = next(
                (m for m, v in zip(self.months, self.history, strict=True) if v is not None), None
            )
            known = f"Counted since {since:%B %Y}" if since else "Not counted yet"
            return f"{known}: too soon to tell"
        at_pace = self.about(self.projected) if self.projected is not None else ""
        return {
            "reached": "Reached",
            "missed": f"Not reached by {by}",
            "on_course": f"On course: at this pace {at_pace} by {by}",
            "short": f"At this pace {at_pace} by {by}",
        }[self.state]

    @property
    def pace_words(self) -> str:
        """The pace beside what is needed: "1.2 more a month; 2.4 needed"."""
        if self.pace is None:
            return f"{self.about(self.needed)} more a month needed" if self.needed else ""
        word = "fewer" if self.pace < 0 and not self.target.is_money else "more"
        word = "less" if self.pace < 0 and self.target.is_money else word
        said = f"{self.about(abs(self.pace))} {word} a month"
        return f"{said}; {self.about(self.needed)} needed" if self.needed else said


def slope(points: Sequence[tuple[int, Decimal]]) -> Decimal:
    """Return the slope of the straight line that lies nearest to some points (least squares)."""
    n = len(points)
    mean_x = Decimal(sum(x for x, _ in points)) / n
    mean_y = sum((y for _, y in points), Decimal(0)) / n
    spread = sum(((x - mean_x) ** 2 for x, _ in points), Decimal(0))
    return sum(((x - mean_x) * (y - mean_y) for x, y in points), Decimal(0)) / spread


def months_of_plan() -> list[dt.date]:
    """Return the months whose ends the plan's past is told of, this one last."""
    return dates.month_starts(last=dates.today(), count=MONTHS + 1)


def plan_progress(
    revenue: Revenue | None = None, targets: Iterable[PlanTarget] | None = None
) -> list[Progress]:
    """Return each target of the business plan with its figure and its past, in the plan's order.

    `revenue` is given where it is known already, for these months, and the targets in force.
    """
    in_force = PlanTarget.objects.in_force() if targets is None else targets
    held = {row.measure: row for row in in_force}
    months = months_of_plan()
    past = Past(months, revenue or revenue_for(months=months))
    found = []
    for measure in PlanTarget.Measure.values:
        if measure in held:
            history = past.of(measure)
            # On the first of a month nothing of it is counted for half a minute.
            latest = next((n for n in reversed(history) if n is not None), Decimal(0))
            found.append(Progress(held[measure], latest, months, history))
    return found


def plan_progress_on(last: dt.date) -> list[Progress]:
    """Return the same as a past month ended, of which `last` is the last day.

    The past is the thirteen month ends up to that day. What was not counted then counts as nothing.
    """
    held = {row.measure: row for row in PlanTarget.objects.in_force()}
    months = dates.month_starts(last=last, count=MONTHS + 1)
    after = dates.add_months(months[-1], 1)
    past = Past([*months, after], revenue_for(months=months))
    found = []
    for measure in PlanTarget.Measure.values:
        if measure in held:
            history = past.of(measure)[:-1]
            value = Decimal(0) if history[-1] is None else history[-1]
            told = [*history, history[-1]]
            found.append(Progress(held[measure], value, [*months, months[-1]], told, on=last))
    return found


class Past:
    """The measures' values as each of some months ended; of the last of them, today's."""

    def __init__(self, months: list[dt.date], revenue: Revenue) -> None:
        self.months = months
        self.revenue = revenue

    @cached_property
    def levels(self) -> dict[str, list[int | None]]:
        """The snapshots of the measures that leave no history. One query."""
        return levels_by_month(list(LEVELS.values()), self.months)

    def of(self, measure: str) -> list[Value]:
        """Return a measure's values; None where nothing was counted then."""
        if measure == PlanTarget.Measure.MEMBERS:
            return [Decimal(n) for n in members_by_month(self.months)]
        if measure == PlanTarget.Measure.REVENUE:
            return list(self.revenue.years_to(self.months))
        level = self.levels[LEVELS[measure]]
        return [None if n is None else Decimal(n) for n in level]
