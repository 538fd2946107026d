"""A numbered notice without a name, for a business to fill in at an arrest."""

from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.pdf import Sheet, pdf_render
from members.models import User

from . import actions
from .document import GOES_ALONG, confirm_words, policy_words, premises_words
from .models import SpotNumber
from .policy import policy_kept
from .premises import premises_list_current


@transaction.atomic
def blank_print(*, by: User, number: SpotNumber) -> bytes:
    """Return the blank notice of a number as a PDF, with today's protocol and list of premises."""
    record(actions.NUMBER_PRINTED, by=by, ref=number.ref)
    policy = policy_kept()
    sheet = Sheet(
        title="Exclusion notice",
        ref=number.ref,
        printed_for=f"{by.name}, {by.member.name}",
        printed_at=timezone.now().replace(microsecond=0),
        handling=GOES_ALONG,
    )
    data = policy_words(policy) | {
        "to": "",
        "facts": [("Notice", number.ref), ("For the scheme’s members, by", number.member.name)],
        "blank": True,
        "served": False,
        "confirm": confirm_words(policy.confirm_hours),
        "revoked": "",
        "varied": [],
        "reason": "",
        "grounds": [],
        "appeal_by": f"within {policy.appeal_days} days of the day you were given this notice",
        **premises_words(premises_list_current(), dates.today()),
    }
    return pdf_render("exclusion-notice", data, sheet=sheet)
