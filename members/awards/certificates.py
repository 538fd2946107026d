"""The certificate of an award, to hang up where customers see it."""

import datetime as dt

from common import dates
from common.pdf import Sheet, pdf_render
from members.models import AwardEntry, User

HANDLING = "Who wants to check this certificate asks the scheme for its number."


def award_pdf(entry: AwardEntry, *, by: User, at: dt.datetime) -> bytes:
    """Return the certificate of an award that was given, as a PDF.

    The same award, reader and moment give the same bytes.
    """
    assert entry.decided_on is not None
    assert entry.valid_until is not None
    sheet = Sheet(
        title="Certificate",
        ref=entry.ref,
        printed_for=f"{by.name}, {by.member.name}",
        printed_at=at.replace(microsecond=0),
        handling=HANDLING,
    )
    checks = entry.checks.select_related("criterion")
    data = {
        "award": entry.award.name,
        "about": entry.award.about,
        "member": entry.member.name,
        "site": entry.premises.name if entry.premises else "",
        "day": dates.day_in_full(entry.decided_on),
        "valid": dates.day_in_full(entry.valid_until),
        "number": entry.ref,
        "criteria": [check.criterion.words for check in checks],
    }
    return pdf_render("award", data, sheet=sheet)
