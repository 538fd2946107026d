"""What another rule would newly hide from members, and newly delete, on the day it is in force."""

import datetime as dt
from dataclasses import dataclass, replace

from records.models import ENTRIES, RetentionRule

from .clocks import clocks_all
from .entries import entries_due
from .plan import Line, plan
from .policy import Rules, rules_on


@dataclass(frozen=True)
class Effect:
    """The references that it would newly hide and delete; what is kept even then is not in it."""

    on: dt.date
    hides: list[str]
    deletes: list[Line]
    spares: int
    entries: int = 0
    """How many entries of the log or the sharing register it would newly delete."""

    SHOWN = 50

    def subjects(self) -> list[str]:
        """Return the references of the subjects that the page shows."""
        going = [line.ref for line in self.deletes[: self.SHOWN] if line.category == "subject"]
        return [*self.hides[: self.SHOWN], *going]

    @property
    def hides_shown(self) -> list[str]:
        """The first of those it would hide."""
        return self.hides[: self.SHOWN]

    @property
    def deletes_shown(self) -> list[Line]:
        """The first of those it would delete."""
        return self.deletes[: self.SHOWN]


def effect_of(rule: RetentionRule) -> Effect:
    """Return what a rule, which is not saved, would change on its first day."""
    on = rule.starts_from
    now = rules_on(on)
    then: Rules = {**now, rule.kind: rule}
    if rule.kind in ENTRIES:
        return _effect_on_entries(on, now, then)
    before, after = _going(on, now), _going(on, then)
    hidden = _seen(on, now) - _seen(on, then)
    new = [line for ref, line in after.items() if ref not in before]
    return Effect(on, sorted(hidden), new, spares=len(before.keys() - after.keys()))


def _effect_on_entries(on: dt.date, now: Rules, then: Rules) -> Effect:
    before, after = entries_due(on, rules=now), entries_due(on, rules=then)
    more = after.log + after.sharing - before.log - before.sharing
    return Effect(on, [], [], spares=max(-more, 0), entries=max(more, 0))


def _going(on: dt.date, rules: Rules) -> dict[str, Line]:
    return {line.ref: replace(line) for line in plan(on, rules=rules) if not line.kept}


def _seen(on: dt.date, rules: Rules) -> set[str]:
    """Return the references of those whom members may see on a day by these rules."""
    clocks = clocks_all(on, rules=rules)
    return {clock.ref for clock in clocks if clock.seen_until and clock.seen_until >= on}
