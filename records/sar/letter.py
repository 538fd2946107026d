"""What a pack says before its items: why the data is held, for how long, who was given it."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from common import dates
from members.models import SharingRecord
from records.models import AccessItem, AccessPack
from records.requests.recipients import OWN
from records.retention.clocks import clocks_of

from .sources import body_of

WHY = (
    "We are a partnership of businesses, the police and the council that prevents and detects crime"
    " against its members. We hold what members and the police report, to recognise who steals from"
    " them or threatens their staff, and to keep people out who were excluded."
)
LAW = (
    "UK GDPR, article 6(1)(f): the legitimate interests of our members; for data about offences,"
    " Data Protection Act 2018, Schedule 1, paragraph 10: preventing or detecting unlawful acts."
)
RIGHTS = (
    "You may object, and ask that what is wrong is put right, that data is erased or its use"
    " restricted. You may complain to us, to the Information Commissioner (ico.org.uk), or go to"
    " court. No decision about you is made by a machine alone."
)


def covering(
    pack: AccessPack, entries: Sequence[dict[str, Any]], kinds: Sequence[str]
) -> dict[str, Any]:
    """Return everything that the pack's PDF says."""
    access = pack.request
    left = access.items.filter(given=False)
    reasons = Counter(AccessItem.Left(item.left_because).label for item in left)
    return {
        "shared": [
            ("Request", access.ref),
            ("Came in", dates.day_in_full(access.received_on)),
            ("Records", ", ".join(access.subject_refs)),
            ("Searched", _searched(pack)),
        ],
        "about": [
            ("Why we hold it", WHY),
            ("By which law", LAW),
            ("Which kinds", ", ".join(kinds)),
            ("Where it comes from", "Members’ staff, the police and other agencies, and you."),
            ("Who was given it", _recipients(access.subject_refs)),
            ("How long", _how_long(pack)),
            ("Your rights", RIGHTS),
        ],
        "left": [(words, str(number)) for words, number in sorted(reasons.items())],
        "entries": list(entries),
    }


def _searched(pack: AccessPack) -> str:
    days = [dates.london_date(each.made_at) for each in pack.request.searches.all()]
    return ", ".join(dict.fromkeys(dates.day_in_full(day) for day in reversed(days)))


def _recipients(refs: Sequence[str]) -> str:
    rows = SharingRecord.objects.filter(subjects__overlap=list(refs)).exclude(lawful_basis=OWN)
    bodies = [body_of(row) for row in rows.select_related("recipient_member")]
    seen = "Members who may see published profiles"
    return ", ".join(dict.fromkeys([seen, *bodies]))


def _how_long(pack: AccessPack) -> str:
    keys = list(pack.request.subjects.values_list("pk", flat=True))
    days = [dates.day_in_full(clock.due_on) for clock in clocks_of(keys).values()]
    if not days:
        return "As long as what it belongs to is needed, by our retention rules."
    return f"Until {', '.join(days)}, unless something new happens; by our retention rules."
