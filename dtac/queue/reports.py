"""Reports that wait for review, with whom their unknown people look like."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from common import dates
from common.lists import Chip, chips
from dtac.presenters import (
    Row,
    names_for,
    people_words,
    photo_url,
    report_tags,
    report_title,
)
from exclusions.querysets import breaches
from incidents.matching import Likely, likely_subjects
from incidents.models import IntelligenceReport, Report
from members.models import User
from offenders.models import Subject

from .parts import SHOWN, Part, Tile

SHOWS = [
    ("all", "All"),
    ("incident", "Incidents"),
    ("sighting", "Sightings"),
    ("violence", "Violence"),
    ("unknown", "Unknown person"),
    ("photo", "With a photo"),
    ("answered", "Answered"),
]


@dataclass(frozen=True)
class Asked:
    """Which of the reports to show: a part of them, and of one area (its slug) or of all ("")."""

    show: str
    area: str

    @classmethod
    def of(cls, show: str, area: str) -> "Asked":
        """Return what was asked for; all where there is no such part."""
        return cls(show if show in dict(SHOWS) else "all", area)


@dataclass(frozen=True)
class Review:
    """Reports to review: the part, how many fit what was asked, since when the oldest waits."""

    part: Part
    matching: int
    oldest: Any
    chips: list[Chip]


def reports_to_review(user: User, asked: Asked) -> Review:
    """Return the reports that wait, most harm first and then the oldest."""
    waiting = Report.objects.to_review()
    facts = waiting.queue_counts()
    narrowed = waiting.queue_part(asked.show)
    if asked.area:
        narrowed = narrowed.filter(area__slug=asked.area)
    shown = list(narrowed.for_list(user)[:SHOWN])
    likely = likely_subjects(shown)
    tile = Tile(facts["all"], "report to review", "reports to review", "#reports", always=True)
    rows = _rows(user, shown, likely)
    return Review(
        part=Part("reports", "Reports to review", [tile], rows, _shown_in(shown, likely)),
        matching=narrowed.count() if asked.area else facts[asked.show],
        oldest=facts["oldest"],
        chips=chips(
            SHOWS, asked.show, counts=facts, keep={"area": asked.area} if asked.area else {}
        ),
    )


def intelligence_to_grade(user: User) -> Part:
    """Return how much intelligence waits to be graded; it has a list of its own."""
    number = IntelligenceReport.objects.visible_to(user).part("submitted", user).count()
    words = "intelligence to grade"
    return Part("intelligence", "", [Tile(number, words, words, reverse("intelligence_list"))], [])


def _shown_in(reports: list[Report], likely: dict[int, Likely]) -> list[str]:
    """Return the subjects that the rows of reports show: linked, and suggested."""
    people = [person for report in reports for person in report.people.all()]
    linked = [person.subject.ref for person in people if person.subject]
    return linked + [likely[person.pk].subject.ref for person in people if person.pk in likely]


def _rows(user: User, reports: list[Report], likely: dict[int, Likely]) -> list[Row]:
    subjects = [p.subject for report in reports for p in report.people.all() if p.subject]
    names = names_for(user, subjects)
    faces = Subject.objects.faces(names)
    broken = set(breaches().filter(report__in=reports).values_list("report_id", flat=True))
    rows = []
    for report in reports:
        face = next((faces.get(p.subject_id) for p in report.people.all() if p.subject_id), None)
        meta = [report.ref, dates.in_words(report.occurred_at), people_words(report, names)]
        meta += _likely_words(report, likely)
        if getattr(report, "has_photo", False):  # from for_list()
            meta.append("photo attached")
        if report.to_finish:
            meta.append("more to come")
        rows.append(
            Row(
                title=report_title(report),
                url=reverse("report_review", args=[report.ref]),
                meta=" · ".join(part for part in meta if part),
                photo_url=photo_url(face, "thumb"),
                tags=report_tags(report, breach=report.pk in broken),
                action="Review",
                action_url=reverse("report_review", args=[report.ref]),
            )
        )
    return rows


def _likely_words(report: Report, likely: dict[int, Likely]) -> list[str]:
    """Return whom the unknown people of a report look like, with the reasons."""
    found = [likely[person.pk] for person in report.people.all() if person.pk in likely]
    return [
        f"may be {best.subject.ref} {best.subject.shown_name} ({', '.join(best.reasons)})"
        for best in found
    ]
