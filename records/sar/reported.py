"""Reports and intelligence: linked to the record, or with a name like theirs in the words."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import F, Value

from common import dates
from common.db import Fold
from incidents.models import (
    Attachment,
    IntelligenceReport,
    Involvement,
    Report,
    ReporterQuestion,
)
from offenders.search import likeness

from .found import Found, Line, Terms
from .likeness import speaking

LIKE = 0.8
"""From it on a name that was typed may well be theirs."""


def reports(terms: Terms) -> Iterator[Found]:
    """Yield the reports that they are linked to, then those that only name somebody like them."""
    linked = set(
        Involvement.objects.filter(subject__in=terms.keys).values_list("report", flat=True)
    )
    named = _naming(terms) - linked
    rows = Report.objects.filter(pk__in=linked | named).order_by("pk")
    related = ("type", "premises", "reporter", "member")
    people = ("people__subject__aliases", "questions")
    for row in rows.select_related(*related).prefetch_related(*people):
        yield _report(row, terms, linked=row.pk in linked)


def files_sent(terms: Terms) -> Iterator[Found]:
    """Yield what was sent with the reports that they are linked to: photos, to be looked at.

    A film or a document is said to be held; whoever wants it is shown it, as others may be in it.
    """
    linked = Involvement.objects.filter(subject__in=terms.keys).values("report")
    rows = Attachment.objects.filter(report__in=linked).select_related("report", "added_by")
    for row in rows.prefetch_related("report__people__subject").order_by("report", "number"):
        people = [each.subject for each in row.report.people.all() if each.subject]
        shown = row.kind == Attachment.Kind.PHOTO and row.variants_ready_at is not None
        lines = [
            Line("With report", row.report.ref),
            Line("What", row.kind_words),
            Line("Sent by", row.added_by.name, secret=True),
            Line("Not in this pack", "" if shown else "It can be looked at, on request"),
        ]
        yield Found(
            key=f"{row.report.ref}-{row.number}",
            title=f"File {row.number} of {row.report.ref}",
            on=dates.london_date(row.added_at),
            lines=lines,
            hide=[row.added_by.name],
            image=row.variant_path("large") if shown else "",
            about=[each.ref for each in people if each.pk not in terms.keys],
        )


def _naming(terms: Terms) -> set[int]:
    """Return the keys of reports in whose words, or as whom, somebody of a name like it stands."""
    found: set[int] = set()
    for name in terms.names:
        folded = Fold(Value(name))
        people = Involvement.objects.exclude(named_as="").alias(folded=Fold(F("named_as")))
        near = people.filter(folded__trigram_word_similar=folded)
        fits = near.alias(fit=likeness(folded, F("folded"))).filter(fit__gte=LIKE)
        found |= set(fits.values_list("report", flat=True))
    for rows, column, key in (
        (Report.objects.exclude(words=""), "words", "pk"),
        (Involvement.objects.exclude(description=""), "description", "report"),
        (ReporterQuestion.objects.exclude(answer=""), "answer", "report"),
    ):
        found |= set(speaking(rows, column, terms.names).values_list(key, flat=True))
    return found


def _report(row: Report, terms: Terms, *, linked: bool) -> Found:
    people: list[Any] = list(row.people.all())
    own = [each for each in people if each.subject_id in terms.keys]
    lines = [
        Line("What", row.title), Line("When", row.occurred_at),
        Line("Where", row.premises.name), Line("Reported by", row.member.name),
        Line("Reporter", row.reporter.name, secret=True),
        Line("What the reporter wrote", row.words),
        Line("Outcome", row.get_outcome_display()), Line("Weapon", row.weapon_words),
        Line("Vehicle", f"{row.vehicle_registration} {row.vehicle_words}".strip()),
        Line("Police reference", row.police_ref),
        Line("Stolen, pounds", row.value_stolen or ""),
        Line("Where it stands", row.get_status_display()),
    ]  # fmt: skip
    for each in own or people:
        lines += _person(each)
    for question in row.questions.all():
        lines += [Line("Asked", question.text), Line("Answered", question.answer)]
    on = dates.london_date(row.occurred_at)
    others = [each.subject.ref for each in people if each.subject and each not in own]
    return Found(row.ref, f"Report {row.ref}", on, lines, _others(row, people, own), linked=linked,
                 about=others)  # fmt: skip


def _person(each: Any) -> list[Line]:
    looks = ("sex", "age_band", "height", "build", "hair", "clothing", "marks", "carrying")
    return [
        Line("Part, as reported", each.get_part_display()),
        Line("How sure it is that it was them", _sure(each)),
        Line("Named as", each.named_as),
        *(Line(name.replace("_", " ").capitalize(), getattr(each, name)) for name in looks),
        Line("Described", each.description),
    ]


def _sure(each: Any) -> str:
    return str(each.get_confidence_display()) if each.subject_id else "Nobody was recognised"


def _others(row: Report, people: Sequence[Any], own: Sequence[Any]) -> list[str]:
    """Return the names of everybody else on a report: who wrote it, and who else was there."""
    names = [row.reporter.name]
    for each in people:
        if each in own:
            continue
        names.append(each.named_as)
        if each.subject is not None:
            names += [each.subject.name, *(alias.name for alias in each.subject.aliases.all())]
    return [name for name in names if name]


def intelligence_said(terms: Terms) -> Iterator[Found]:
    """Yield intelligence about them, then that in which a name like theirs stands.

    Who gave it, and what they said of their source, is proposed to be removed, all of it.
    """
    keys = set(
        IntelligenceReport.objects.filter(subjects__in=terms.keys).values_list("pk", flat=True)
    )
    for column in ("text", "shared_text"):
        whole = IntelligenceReport.objects.exclude(**{column: ""})
        keys |= set(speaking(whole, column, terms.names).values_list("pk", flat=True))
    rows = IntelligenceReport.objects.filter(pk__in=keys).order_by("pk")
    for row in rows.select_related("submitted_by", "member").prefetch_related("subjects__aliases"):
        subjects: list[Any] = list(row.subjects.all())
        others = [each for each in subjects if each.pk not in terms.keys]
        hide = [row.submitted_by.name]
        for each in others:
            hide += [each.name, *(alias.name for alias in each.aliases.all())]
        lines = [
            Line("What was said", row.text),
            Line("Source", row.source_words, secret=True),
            Line("Given by", f"{row.submitted_by.name}, {row.member.name}", secret=True),
            Line("Grading", f"{row.source_evaluation}{row.assessment} {row.handling}".strip()),
            Line("Conditions", row.conditions),
            Line("Shared as", row.shared_text),
            Line("Shared until", row.shared_until),
        ]
        on = dates.london_date(row.submitted_at)
        linked = len(others) < len(subjects)
        yield Found(row.ref, f"Intelligence {row.ref}", on, lines, hide, linked=linked,
                    about=[each.ref for each in others])  # fmt: skip
