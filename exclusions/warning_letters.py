"""The warning letter as a document: what is given to who is warned."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.pdf import Sheet, pdf_render
from members.models import User

from . import actions
from .document import GOES_ALONG, scheme_contact
from .models import WarningLetter

WHAT_IT_IS = (
    "This is a warning. You may still enter the premises of the scheme’s members, as anybody may."
    " It is not a conviction and does not go on a criminal record. Members are not shown this"
    " letter.",
)
NEXT_TIME = (
    "If you do something like it again while this warning runs, the members may take away your"
    " permission to enter, from all of their premises and for twelve months. One more incident is"
    " enough.",
    "If nothing more happens, the warning ends by itself and you need do nothing.",
)
ENDED = "This warning has ended. It counts for nothing any more, and you need do nothing."
OBJECT = (
    "Write to the scheme at the address in this part and say why you think that this warning is"
    " wrong or unfair. Somebody may write for you. You get an answer with the reasons in writing."
    " If it was wrong, it is withdrawn and counts for nothing.",
)


@transaction.atomic
def warning_print(*, by: User, letter: WarningLetter) -> bytes:
    """Return the letter as a PDF, and log that it was printed.

    It says what was frozen when it was written; given, it has its first and last day on it too.
    """
    record(actions.WARNING_PRINTED, by=by, ref=letter.ref, subjects=[letter.subject.ref])
    return warning_pdf(letter, printed_for=f"{by.name}, {by.member.name}", at=timezone.now())


def warning_pdf(letter: WarningLetter, *, printed_for: str, at: dt.datetime) -> bytes:
    """Return the PDF. The same letter, reader and moment give the same bytes."""
    sheet = Sheet(
        title="Warning letter",
        ref=letter.ref,
        printed_for=printed_for,
        printed_at=at.replace(microsecond=0),
        handling=GOES_ALONG,
    )
    data = {
        "to": letter.printed_name,
        "facts": _facts(letter),
        "given": letter.is_given,
        "withdrawn": dates.short_date(dates.london_date(letter.withdrawn_at))
        if letter.withdrawn_at
        else "",
        "what": WHAT_IT_IS,
        "reason": letter.reason,
        "grounds": [_ground(report) for report in letter_grounds(letter)],
        "ended": ENDED if letter.state == "over" else "",
        "next": NEXT_TIME if letter.state in ("to_give", "running") else (),
        "object": OBJECT,
        "privacy": letter.policy.warning_words,
        "contact": scheme_contact(),
    }
    return pdf_render("warning-letter", data, sheet=sheet)


def letter_grounds(letter: WarningLetter) -> Any:
    """Return the incidents that a letter rests on, the oldest first."""
    return letter.grounds.select_related("type", "premises").order_by("occurred_at")


def _facts(letter: WarningLetter) -> list[tuple[str, str]]:
    facts = [
        ("Warning", letter.ref),
        ("Written", dates.short_date(dates.london_date(letter.raised_at))),
        ("By", f"{letter.authorised_by.name}, for the scheme’s members"),
    ]
    if letter.given_at is None or letter.ends_on is None:
        return facts
    return [
        *facts,
        ("Given", dates.in_full(letter.given_at)),
        ("How", f"{letter.get_given_how_display()}, by {letter.given_by}"),
        *_run(letter),
    ]


def _run(letter: WarningLetter) -> list[tuple[str, str]]:
    """Return the days it runs, of one that wasn't withdrawn."""
    if letter.is_withdrawn or letter.given_at is None or letter.ends_on is None:
        return []
    return [
        ("Runs from", dates.short_date(dates.london_date(letter.given_at))),
        ("Up to and including", dates.short_date(letter.ends_on)),
    ]


def _ground(report: Any) -> tuple[str, str, str]:
    day = dates.short_date(dates.london_date(report.occurred_at))
    return (day, report.title, f"{report.premises.name} ({report.ref})")
