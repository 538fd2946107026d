"""What the worker finds out about the unknown people of waiting reports, kept for the queue."""

import datetime as dt

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from incidents.matching import matches_for
from incidents.models import Involvement

KEPT = 3
SETTLING = dt.timedelta(seconds=30)
"""How long after its hour a picture may be committed."""


def match_waiting(*, limit: int = 200) -> int:
    """Store the likeliest subjects of people not looked at yet; return how many were done.

    Each row is locked while it is looked at, so workers share them and a killed one's is taken by
    the next.
    """
    _look_again_at_pictures()
    return sum(_match(key) for key in _waiting()[:limit])


def _waiting() -> list[int]:
    """Return the keys of the people to look for, those of the earliest report first.

    All of them, put in order here: for the first one alone PostgreSQL may go through every report
    there ever was, in their order.
    """
    rows = Involvement.objects.to_look_for().values_list("report_id", "pk")
    return [key for _, key in sorted(rows)]


@transaction.atomic
def _match(key: int) -> bool:
    """Look for one person; return False where another worker does, or nobody need any more."""
    person = (
        Involvement.objects.to_look_for()
        .filter(pk=key)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("report")
        .first()
    )
    if person is None:
        return False
    person.likely = [
        {"subject": match.subject.pk, "score": round(match.score), "reasons": match.reasons[:3]}
        for match in matches_for(person.report, person)[:KEPT]
    ]
    person.matched_at = timezone.now()
    person.save(update_fields=["likely", "matched_at"])
    return True


def _look_again_at_pictures() -> None:
    """Look anew for people of reports whose pictures could not be compared yet the last time.

    At once where a picture is ready since; and once more when it has surely been committed, if the
    last time was so soon after its hour that it may not have been. Not with each sweep until then.
    """
    ready, looked = "report__attachments__variants_ready_at", F("matched_at")
    since = Q(**{f"{ready}__gt": looked})
    unsure = Q(**{f"{ready}__gt": looked - SETTLING, f"{ready}__lte": timezone.now() - SETTLING})
    Involvement.objects.unknown().filter(since | unsure).update(matched_at=None)


def match_again(*, subject: int) -> None:
    """Have those looked for anew who were taken for a subject (a key) that is there no more."""
    held = Involvement.objects.filter(subject=None, likely__contains=[{"subject": subject}])
    held.update(matched_at=None)
