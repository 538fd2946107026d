"""Who opened a bulletin on the site, by business: from the log, which counts each reading."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from offenders.models import Bulletin


@dataclass
class Readers:
    """A business, how many of its people the bulletin was e-mailed to, and who opened it."""

    name: str
    recipients: int = 0
    people: list[tuple[str, dt.datetime]] = field(default_factory=list)


def readers_of(bulletin: Bulletin, reads: Iterable[Any]) -> list[Readers]:
    """Return the businesses of a bulletin's recipients and readers, by name.

    `reads` are audit.querysets.first_reads_of(). The manager's own looks don't count.
    """
    found = {pk: Readers(name, n) for pk, (name, n) in bulletin.deliveries.by_member().items()}
    for read in reads:
        if read["actor_role"] in ("intel", "system"):
            continue
        business = found.setdefault(read["member_id"], Readers(read["member_name"]))
        business.people.append((read["actor_name"], read["first"]))
    return sorted(found.values(), key=lambda each: (not each.people, each.name))
