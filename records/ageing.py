"""What the registers forget by themselves: names and words of matters long answered."""

from typing import Final

from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates

from . import actions
from .models import Complaint, RightsRequest
from .requests.forgetting import GONE, forget

KEPT_MONTHS: Final = 24
"""So long after they were told, it is kept who asked or complained, and in which words."""


def answered_forget() -> int:
    """Take names and words out of complaints and requests answered long ago; return of how many.

    Reference, kind, days and decision stay: figures and the register need no more. What stands
    still (a restriction) is not answered. Each in a transaction of its own; twice changes nothing.
    """
    last = dates.add_months(dates.today(), -KEPT_MONTHS)
    complaints = Complaint.objects.filter(told_on__lt=last, forgotten_at=None)
    requests = RightsRequest.objects.filter(told_on__lt=last, forgotten_at=None)
    requests = requests.exclude(stands=True, lifted_at=None)
    done = sum(_complaint_forget(pk) for pk in list(complaints.values_list("pk", flat=True)))
    return done + sum(_request_forget(pk) for pk in list(requests.values_list("pk", flat=True)))


@transaction.atomic
def _complaint_forget(pk: int) -> int:
    row = Complaint.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.forgotten_at is not None:
        return 0
    row.complainant = row.words = row.reasons = GONE
    row.forgotten_at = timezone.now()
    row.steps.all().delete()
    row.save(update_fields=["complainant", "words", "reasons", "forgotten_at"])
    record(actions.ENTRY_FORGOTTEN, by=None, ref=row.ref, subjects=row.subject_refs)
    return 1


@transaction.atomic
def _request_forget(pk: int) -> int:
    row = RightsRequest.objects.select_for_update(of=("self",)).get(pk=pk)
    if row.forgotten_at is not None:
        return 0
    forget(row)
    row.save()
    record(actions.ENTRY_FORGOTTEN, by=None, ref=row.ref, subjects=row.subject_refs)
    return 1
