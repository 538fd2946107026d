"""What shows a requirement, looked up in the system as it is now."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.db.models import Count, Sum
from django.utils import timezone

from audit.models import Event
from common import dates
from common.money import pounds
from common.wording import counted
from members.models import (
    DocumentVersion,
    Meeting,
    MeetingMinutes,
    Member,
    Payment,
    Role,
    User,
)
from members.signin.factors import with_factor
from records.models import PAPERS, Evidence, RetentionRun, StandardRequirement

BOARD_WITHIN: Final = dt.timedelta(days=184)
"""A Board that has not met for half a year is none."""
GENERAL_WITHIN: Final = dt.timedelta(days=15 * 31)
"""A yearly meeting may be some months later than the one before."""
NIGHT_WITHIN: Final = dt.timedelta(days=2)
LOG_WITHIN: Final = dt.timedelta(days=30)


@dataclass(frozen=True)
class Paper:
    """A document that goes into the pack as it is."""

    name: str
    title: str
    text: str


@dataclass(frozen=True)
class Found:
    """What was found: does it show the requirement, in which words, where to look, which papers."""

    met: bool
    lines: list[str]
    address: str = ""
    papers: list[Paper] = field(default_factory=list)


def found_for(rows: Iterable[StandardRequirement]) -> list[Found]:
    """Return what shows each of these requirements today; it names no subject.

    However many rest on the same evidence, it is looked up once.
    """
    looked_up: dict[str, Found] = {}
    found = []
    for row in rows:
        if row.evidence == Evidence.WORDS:
            said = row.note.strip()
            found.append(Found(bool(said), [] if said else ["Nothing is said of it yet."]))
            continue
        if row.evidence not in looked_up:
            looked_up[row.evidence] = _look_up(Evidence(row.evidence))
        found.append(looked_up[row.evidence])
    return found


def _look_up(evidence: Evidence) -> Found:
    return _document(evidence) if evidence in PAPERS else LOOKED_UP[evidence]()


def _name() -> Found:
    return Found(bool(settings.DTAC_SCHEME_NAME), [settings.DTAC_SCHEME_NAME or "None is set."])


def _address() -> Found:
    said = settings.DTAC_CONTACT_ADDRESS
    return Found(bool(said), [said or "No address is set (DTAC_CONTACT_ADDRESS)."])


def _manager() -> Found:
    rows = User.objects.with_access().filter(role=Role.INTEL).order_by("name")
    names = list(rows.values_list("name", flat=True))
    return Found(
        bool(names), names or ["Nobody has access as Intelligence Manager."], "/scheme/people/"
    )


def _sectors() -> Found:
    rows = Member.objects.filter(status="active").exclude(kind="scheme").order_by()
    counts = dict(rows.values_list("sector").annotate(n=Count("pk")))
    labels = dict(Member.Sector.choices)
    lines = [
        f"{labels[code]}: {counted(number, 'business', 'businesses')}"
        for code, number in sorted(counts.items())
    ]
    return Found(bool(lines), lines or ["There are no members yet."], "/members/")


def _board() -> Found:
    people = User.objects.with_access().filter(role=Role.BOARD).count()
    last = _held(Meeting.Kind.BOARD)
    lines = [f"{counted(people, 'member')} of the Board with access."]
    lines.append(f"Last met {dates.day_in_full(last.on)}." if last else "No meeting is recorded.")
    met = bool(people and last and last.on >= dates.today() - BOARD_WITHIN)
    return Found(met, lines, "/meetings/")


def _general_meeting() -> Found:
    last = _held(Meeting.Kind.GENERAL)
    if last is None:
        return Found(False, ["No general meeting is recorded."], "/meetings/")
    lines, address = [f"Held {dates.day_in_full(last.on)}."], f"/meetings/{last.ref}/"
    minutes = MeetingMinutes.objects.filter(meeting=last).order_by("-number").first()
    if minutes is None:
        return Found(False, [*lines, "It has no minutes yet."], address)
    paper = Paper(f"general-meeting-{last.on}", "Minutes of the general meeting", minutes.body)
    lately = last.on >= dates.today() - GENERAL_WITHIN
    return Found(lately, [*lines, "Minutes are published."], address, [paper])


def _held(kind: str) -> Meeting | None:
    rows = Meeting.objects.filter(kind=kind, on__lte=dates.today(), cancelled_on=None)
    found: Meeting | None = rows.order_by("-on", "-pk").first()
    return found


def _accounts() -> Found:
    begins = dates.financial_year_start(dates.today())
    before = dates.financial_year_start(begins - dt.timedelta(days=1))
    paid = Payment.objects.filter(received_on__gte=before, received_on__lt=begins)
    total = paid.aggregate(total=Sum("amount"))["total"]
    year = f"{before.year} to {begins.year}"
    words = f"{year}: {pounds(total)} received." if total else f"No payments for {year}."
    return Found(bool(total), [words], "/money/year/")


def _document(kind: str) -> Found:
    """Return the newest versions of a kind: shown, unless a review is overdue."""
    versions = DocumentVersion.objects.filter(document__kind=kind).select_related("document")
    newest = list(versions.order_by("document__title", "-number").distinct("document__title"))
    if not newest:
        return Found(False, ["There is none."], "/documents/")
    overdue = {row.pk for row in newest if row.document.review_on < dates.today()}
    lines = [
        f"{row.document.title}, version {row.number} of {dates.short_date(row.made_on)},"
        f" review {'was due' if row.pk in overdue else 'by'}"
        f" {dates.short_date(row.document.review_on)}."
        for row in newest
    ]
    papers = [
        Paper(f"{row.document.slug}-version-{row.number}", row.document.title, row.body)
        for row in newest
    ]
    return Found(not overdue, lines, "/documents/", papers)


def _agreement() -> Found:
    there = User.objects.with_access()
    whole, agreed = there.count(), there.agreed().count()
    lines = [f"{agreed} of {whole} people with access; who hasn’t sees nothing before."]
    return Found(bool(whole) and agreed == whole, lines, "/scheme/people/")


def _second_step() -> Found:
    must = User.objects.with_access().filter(role__in=settings.DTAC_SECOND_FACTOR_ROLES)
    whole, have = must.count(), with_factor(must).count()
    lines = [f"{have} of {whole} who must give one; who hasn’t sees nothing before."]
    return Found(bool(whole) and have == whole, lines, "/scheme/people/")


def _log() -> Found:
    since = timezone.now() - LOG_WITHIN
    last = Event.objects.filter(is_read=True, at__gte=since).order_by("-id").first()
    if last is None:
        return Found(False, ["Nothing was looked at in thirty days."], "/me/log/?show=all")
    words = (
        f"Kept for every view, search, print, export and change; last {dates.in_words(last.at)}."
    )
    return Found(True, [words], "/me/log/?show=all")


def _retention() -> Found:
    last = RetentionRun.objects.exclude(finished_at=None).order_by("-on").first()
    if last is None:
        return Found(False, ["No night has run yet."], "/records/retention/")
    words = f"Last done in the night to {dates.short_date(last.on)}."
    lately = last.on >= dates.today() - NIGHT_WITHIN
    return Found(lately, [words], "/records/retention/")


LOOKED_UP: Final[dict[Evidence, Callable[[], Found]]] = {
    Evidence.NAME: _name,
    Evidence.ADDRESS: _address,
    Evidence.MANAGER: _manager,
    Evidence.SECTORS: _sectors,
    Evidence.BOARD: _board,
    Evidence.GENERAL_MEETING: _general_meeting,
    Evidence.ACCOUNTS: _accounts,
    Evidence.AGREEMENT: _agreement,
    Evidence.SECOND_STEP: _second_step,
    Evidence.LOG: _log,
    Evidence.RETENTION: _retention,
}
