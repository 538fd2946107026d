"""What was worked out of the gallery, used again while nothing that it was made of changes.

Whatever the gallery reads is in tables with the trigger `gallery_change` (offenders.models.change):
what is committed there is seen by the next request. What the clock changes isn't in any table, so
beside each thing stands until when it holds.
"""

import datetime as dt
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

STATE: Final = """
SELECT string_agg(changed_by::text, ' ' ORDER BY id), pg_current_xact_id_if_assigned() IS NULL
  FROM offenders_gallerychange
"""
MOST: Final = 500
"""Counts and pages of faces that are kept: a few megabytes, as a page has few faces. There are as
many as areas and sectors make audiences."""


@dataclass(frozen=True)
class Made:
    """What is kept of one state of the gallery. Of an older one, whoever met it still has it."""

    state: str = ""
    things: dict[Hashable, tuple[Any, dt.datetime | None]] = field(default_factory=dict)

    def get(
        self,
        key: Hashable,
        now: dt.datetime,
        make: Callable[[], Any],
        until: Callable[[], dt.datetime | None],
    ) -> Any:
        """Return what `make` makes, made now or before; `until` says when it may be another.

        `key` is all that it depends on but the rows: who looks, the London day.
        """
        found = self.things.get(key)
        if found is None or (found[1] is not None and found[1] <= now):
            if len(self.things) >= MOST:
                self.things.clear()
            found = self.things[key] = (make(), until())
        return found[0]


class Kept:
    """What one process keeps: of the last state that it met."""

    def __init__(self) -> None:
        self._made = Made()

    def forget(self) -> None:
        """Keep nothing of before: the next request makes all anew. For measurements."""
        self._made = Made()

    def now(self) -> Made:
        """Return what is kept of the gallery as it is now.

        Nothing is where this transaction has written something: what it sees, nobody else may ever
        see.
        """
        with connection.cursor() as cursor:
            cursor.execute(STATE)
            state, only_reads = cursor.fetchone()
        if not only_reads:
            return Made()
        made = self._made
        if made.state != (state or ""):
            made = self._made = Made(state or "")
        return made
