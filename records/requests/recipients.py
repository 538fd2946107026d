"""Who was given data of the person, by the register of sharing and as paper."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db import connection

from common import dates
from members.models import SharingRecord
from offenders.models import PrintedPack
from records.models import RecipientTold, RightsRequest

OWN: Final = "UK GDPR, article 15"
"""The basis of an entry that says that they were given their own data: nobody else was."""
LEFT: Final = """
SELECT request.id, count(*)
  FROM records_rightsrequest request
  JOIN LATERAL (
    SELECT ref FROM members_sharingrecord
     WHERE subjects && request.subject_refs AND shared_at <= request.decided_at
       AND lawful_basis <> %(own)s
    UNION ALL
    SELECT ref FROM offenders_printedpack
     WHERE subjects && request.subject_refs AND made_at <= request.decided_at
  ) given ON TRUE
 WHERE request.decision IN ('granted', 'partly')
   AND NOT EXISTS (
    SELECT 1 FROM records_recipienttold told
     WHERE told.request_id = request.id AND told.share = given.ref
   )
 GROUP BY request.id, request.decided_at ORDER BY request.decided_at LIMIT %(most)s
"""


@dataclass(frozen=True)
class Recipient:
    """Somebody who was given data: by which entry, when, what; and whether they were told."""

    share: str
    name: str
    on: dt.date
    what: str
    told: RecipientTold | None

    @property
    def state(self) -> str:
        """Whether they were told, in words."""
        if self.told is None:
            return "Not told yet"
        if self.told.told_on is None:
            return f"Not told: {self.told.words}"
        return f"Told {dates.short_date(self.told.told_on)}"


def recipients_of(request: RightsRequest) -> list[Recipient]:
    """Return who was given data of the person, before it was decided, the latest first."""
    told = {row.share: row for row in request.recipients.select_related("recorded_by")}
    shares = SharingRecord.objects.filter(subjects__overlap=request.subject_refs)
    shares = shares.exclude(lawful_basis=OWN)
    packs = PrintedPack.objects.filter(subjects__overlap=request.subject_refs)
    if request.decided_at:  # what was given later is as it was decided
        shares = shares.filter(shared_at__lte=request.decided_at)
        packs = packs.filter(made_at__lte=request.decided_at)
    found = [
        Recipient(
            row.ref,
            row.recipient,
            dates.london_date(row.shared_at),
            f"{row.record}: {', '.join(row.fields)}",
            told.get(row.ref),
        )
        for row in shares
    ]
    found += [
        Recipient(
            row.ref,
            row.member.name,
            dates.london_date(row.made_at),
            f"Paper copy of a bulletin, to be kept until {dates.short_date(row.expires_on)}",
            told.get(row.ref),
        )
        for row in packs.select_related("member")
    ]
    return sorted(found, key=lambda each: (each.on, each.share), reverse=True)


def recipients_left(*, most: int) -> list[tuple[RightsRequest, int]]:
    """Return granted requests with recipients who are yet to be told, and how many; the oldest
    first. One look at the database, whatever there is.
    """
    with connection.cursor() as cursor:
        cursor.execute(LEFT, {"most": most, "own": OWN})
        left = dict(cursor.fetchall())
    found = RightsRequest.objects.in_bulk(left)
    return [(found[key], number) for key, number in left.items() if key in found]
