"""Letters to who appealed: that it came in, and what was decided."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.pdf import Sheet, pdf_render
from members.models import User

from . import actions
from .document import scheme_contact
from .models import Appeal

KINDS = {
    Appeal.Kind.APPEAL: ("your appeal", "an appeal"),
    Appeal.Kind.EARLY_REVIEW: ("your request for an early review", "an early review"),
}


def _letter(
    by: User, appeal: Appeal, *, title: str, paragraphs: list[str], quoted: str = ""
) -> bytes:
    record(
        actions.APPEAL_PRINTED,
        by=by,
        ref=appeal.ref,
        subjects=[appeal.notice.subject.ref],
        letter=title,
    )
    now: dt.datetime = timezone.now().replace(microsecond=0)
    sheet = Sheet(
        title=title, ref=appeal.ref, printed_for=f"{by.name}, {by.member.name}", printed_at=now
    )
    data = {
        "to": appeal.notice.printed_name,
        "facts": [
            ("Date", dates.short_date(dates.london_date(now))),
            ("About", f"Exclusion notice {appeal.notice.ref}"),
            ("Our reference", appeal.ref),
        ],
        "paragraphs": paragraphs,
        "quoted": quoted,
        "sender": [words for _, words in scheme_contact()],
    }
    return pdf_render("appeal-letter", data, sheet=sheet)


@transaction.atomic
def acknowledgement_print(*, by: User, appeal: Appeal) -> bytes:
    """Return the letter that an appeal came in, and log that it was printed."""
    yours, _ = KINDS[Appeal.Kind(appeal.kind)]
    return _letter(
        by,
        appeal,
        title="We have your letter",
        paragraphs=[
            f"We received {yours} on {dates.short_date(appeal.received_on)}.",
            "It is decided by members of our Board of Management who had no part in the first"
            f" decision, by {dates.short_date(appeal.decide_by)}. We then write to you what they"
            " decided and why.",
            "Until then the notice stays in force. You may not enter the premises on its list.",
            "If there is more that they should know, write to us before that day.",
        ],
    )


@transaction.atomic
def outcome_print(*, by: User, appeal: Appeal) -> bytes:
    """Return the letter that tells what was decided and why, and log that it was printed."""
    assert appeal.decided_at is not None
    notice = appeal.notice
    yours, _ = KINDS[Appeal.Kind(appeal.kind)]
    day = dates.short_date(dates.london_date(appeal.decided_at))
    if appeal.decision == Appeal.Decision.UPHELD:
        result = [
            f"On {day} it was decided that {yours} is right. The notice ended that day.",
            "You may enter the premises again, as anybody may.",
        ]
    else:
        assert notice.ends_on is not None
        result = [
            f"On {day} it was decided that the notice stands. {yours.capitalize()} is refused.",
            "It is in force up to and including"
            f" {dates.short_date(notice.ends_on)}. After six months without an incident you may"
            " ask for an early review.",
        ]
    return _letter(
        by,
        appeal,
        title="What was decided",
        paragraphs=[
            *result,
            "It was decided by a member of our Board of Management who had no part in the first"
            " decision. These are the reasons:",
        ],
        quoted=appeal.reasons,
    )
