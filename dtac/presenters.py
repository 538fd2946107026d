"""How a profile, notice or report is put to people: ribbons, tags, photo addresses."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from django.urls import reverse

from common import dates, money
from common.bidi import isolated
from common.db import IsOneOf
from common.prepared import Prepared
from exclusions.querysets import until_by_subject
from incidents.models import Report
from members.models import User
from offenders.models import ProfileVersion, Subject, TopTenPlace, WarningMarker
from offenders.querysets import FITS

SOME_PHOTO, SOMEBODY = str(uuid.UUID(int=0)), "D-0000"
"""What stands in an address for the one that is meant: a page of faces has dozens of addresses,
and Django puts each together as if it were the first."""


@dataclass(frozen=True)
class Label:
    """A ribbon or tag: words and tone. Tones excluded and breach are red, and mean just that."""

    text: str
    tone: str


@dataclass(frozen=True)
class Card:
    """A face in the gallery."""

    url: str
    ref: str
    name: str
    line: str
    photo_url: str | None
    alt: str
    ribbon: Label | None
    until: dt.date | None = None
    fits: Sequence[tuple[str, bool]] = ()


@dataclass(frozen=True)
class Row:
    """A line of a work list."""

    title: str
    url: str
    meta: str
    photo_url: str | None = None
    tags: Sequence[Label] = field(default_factory=tuple)
    action: str = ""
    action_url: str = ""


def photo_url(name: uuid.UUID | None, size: str) -> str | None:
    """Return the address of a photo, or None where there is none."""
    return _photo_address(size).replace(SOME_PHOTO, str(name)) if name else None


@lru_cache
def _photo_address(size: str) -> str:
    return reverse("photo", args=[SOME_PHOTO, size])


@lru_cache
def _profile_address() -> str:
    return reverse("profile", args=[SOMEBODY])


def excluded_label(until: dt.date, *, ribbon: bool = True) -> Label:
    """Return "EXCLUDED until 13 Mar 2027" for a ribbon, in plain case for a tag."""
    word = "EXCLUDED" if ribbon else "Excluded"
    return Label(f"{word} until {dates.short_date(until)}", "excluded" if ribbon else "breach")


def profile_ribbon(
    version: ProfileVersion, until: dt.date | None, *, top_ten: bool = False
) -> Label | None:
    """Return the one ribbon of a profile: excluded, Top 10, warning, ID sought, or none."""
    if until:
        return excluded_label(until)
    if top_ten:
        return Label("TOP 10", "top10")
    if version.warnings:
        return Label(f"WARNING · {WarningMarker(version.warnings[0]).label.lower()}", "warning")
    if not version.known:
        return Label("ID SOUGHT", "sought")
    return None


def card(
    version: ProfileVersion, until: dt.date | None, *, size: str = "card", top_ten: bool = False
) -> Card:
    """Return the gallery card of a version (needs subject and main_photo loaded)."""
    photo = version.main_photo
    return Card(
        url=_profile_address().replace(SOMEBODY, version.subject.ref),
        ref=version.subject.ref,
        name=version.shown_name,
        line=version.line,
        photo_url=photo_url(photo.uuid if photo else None, size),
        alt=f"{version.subject.ref} {version.shown_name}",
        ribbon=profile_ribbon(version, until, top_ten=top_ten),
        until=until,
        fits=_fits(getattr(version, "fits", "")),
    )


def _fits(words: str) -> list[tuple[str, bool]]:
    """Return what a search found in pieces, each with whether it is a word that was asked for."""
    begin, end = FITS
    if begin not in words:
        return []
    pieces = [part for piece in words.split(begin) for part in piece.partition(end)[::2]]
    # Before the first mark stands one piece, after it always two: a word, and what follows.
    return [
        (piece, place % 2 == 0)
        for place, piece in enumerate([pieces[0], *pieces[2:]], start=1)
        if piece
    ]


def cards(
    versions: Iterable[ProfileVersion], *, size: str = "card", top_ten: bool = False
) -> list[Card]:
    """Return cards with their exclusions, in one query; one more for who is on the Top 10."""
    shown = list(versions)
    until = until_by_subject(version.subject_id for version in shown)
    top = top_ten_of(version.subject_id for version in shown) if top_ten else set()
    return [
        card(
            version,
            until.get(version.subject_id),
            size=size,
            top_ten=version.subject_id in top,
        )
        for version in shown
    ]


TOP_TEN: Final = Prepared(
    lambda shape, subjects: TopTenPlace.objects.filter(
        IsOneOf("subject_id", subjects), until=None
    ).values_list("subject_id", flat=True),
    planned=True,
)


def top_ten_of(subjects: Iterable[int]) -> set[int]:
    """Return which of these subjects (keys) are on the Top 10 now."""
    keys = list(subjects)
    return set(TOP_TEN.rows(subjects=keys)) if keys else set()


def people_words(report: Report, names: dict[int, str]) -> str:
    """Return who is in a report, in words. `names` are those the reader may see, by subject."""
    shown = []
    for person in report.people.all():
        if person.subject:
            name = names.get(person.subject.pk, "")
            shown.append(f"{person.subject.ref} {isolated(name)}".strip())
        else:
            shown.append(isolated(person.seen_as()) or "someone unknown")
    return "; ".join(shown)


def names_for(user: User, subjects: Iterable[Subject]) -> dict[int, str]:
    """Return the name of each subject that this user may see: record's or published profile's."""
    wanted = {subject.pk: subject.shown_name for subject in subjects}
    if user.is_intel or not wanted:
        return wanted
    rows = ProfileVersion.objects.visible_to(user).filter(subject__in=list(wanted))
    return {row.subject_id: row.shown_name for row in rows.only("subject_id", "name")}


def report_title(report: Report) -> str:
    """Return "Shop theft £184 · Waitrose": what, how much, where."""
    value = f" {money.pounds(report.value_stolen)}" if report.value_stolen else ""
    return f"{report.title}{value} · {report.premises.name}"


def report_tags(report: Report, *, breach: bool) -> list[Label]:
    """Return what to notice first about a report."""
    tags = []
    if breach:
        tags.append(Label("Breach", "breach"))
    if report.violence:
        tags.append(Label("Violence", "warning"))
    if any(person.subject_id is None for person in report.people.all()):
        tags.append(Label("Unknown person", "sought"))
    return tags
