"""What the worker finds out about the unknown people of waiting reports, kept for the queue."""

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from incidents.matching import matches_for
from incidents.models import Involvement

KEPT = 3
SETTLING = dt.timedelta(seconds=30)
"""How long after its hour a picture may be committed: looking once too often costs little."""


def match_waiting(*, limit: int = 200) -> int:
    """Store the likeliest subjects of people not looked at yet; return how many were done.

    Each row is locked while it is looked at, so workers share them and a killed one's is taken by
    the next.
    """
    _look_again_at_pictures()
    done = 0
    for _ in range(limit):
        with transaction.atomic():
            person = (
                Involvement.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(subject=None, matched_at=None, report__status="submitted")
                .select_related("report")
                .order_by("report_id", "pk")
                .first()
            )
            if person is None:
                return done
            person.likely = [
                {
                    "subject": match.subject.pk,
                    "score": round(match.score),
                    "reasons": match.reasons[:3],
                }
                for match in matches_for(person.report, person)[:KEPT]
            ]
            person.matched_at = timezone.now()
            person.save(update_fields=["likely", "matched_at"])
            done += 1
    return done


def _look_again_at_pictures() -> None:
    """Look anew for people of reports whose pictures could not be compared yet the last time."""
    Involvement.objects.filter(
        subject=None,
        report__status="submitted",
        report__attachments__variants_ready_at__gt=F("matched_at") - SETTLING,
    ).update(matched_at=None)


def match_again(*, subject: int) -> None:
    """Have those looked for anew who were taken for a subject (a key) that is there no more."""
    held = Involvement.objects.filter(subject=None, likely__contains=[{"subject": subject}])
    held.update(matched_at=None)
