"""Where something that was put right is still said: of the record, and of what rests on it."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import reverse

from common import dates
from common.forgetting import OWN_NAME, text_columns
from exclusions.models import CaseFile, CaseStatement, Notice, WarningLetter
from incidents.models import IntelligenceReport, Involvement, Report
from offenders.access import merged_on
from offenders.models import (
    Alias,
    Association,
    LegalFact,
    ProfileVersion,
    Subject,
    SubjectWarning,
    Vehicle,
)
from offenders.querysets import parts_of
from records.models import RightsRequest


@dataclass(frozen=True)
class Place:
    """A row that still says the wrong words. `must`: it is shown or worked with, as no account."""

    label: str
    ref: str
    url: str
    must: bool


@dataclass(frozen=True)
class _Look:
    """Where to look: rows of these subjects, whose reference and page they are."""

    label: str
    rows: Callable[[list[int]], "models.QuerySet[Any]"]
    ref: str
    view: str
    must: bool = False


LOOKS = (
    _Look("The record", lambda keys: Subject.objects.filter(pk__in=keys), "ref", "subject", True),
    _Look("An alias", lambda keys: Alias.objects.filter(subject__in=keys), "subject__ref",
          "subject", True),
    _Look("A warning", lambda keys: SubjectWarning.objects.filter(subject__in=keys, ended_at=None),
          "subject__ref", "subject", True),
    _Look("A fact", lambda keys: LegalFact.objects.filter(subject__in=keys), "subject__ref",
          "subject", True),
    _Look("A vehicle", lambda keys: Vehicle.objects.filter(subject__in=keys), "subject__ref",
          "subject", True),
    _Look("An association", lambda keys: Association.objects.filter(
        models.Q(first__in=keys) | models.Q(second__in=keys)), "first__ref", "subject", True),
    _Look("The profile that members see",
          lambda keys: ProfileVersion.objects.current().filter(subject__in=keys),
          "subject__ref", "subject", True),
    _Look("A notice", lambda keys: Notice.objects.filter(subject__in=keys), "ref", "notice"),
    _Look("A warning letter", lambda keys: WarningLetter.objects.filter(subject__in=keys), "ref",
          "warning"),
    _Look("A report", lambda keys: Report.objects.filter(people__subject__in=keys).distinct(),
          "ref", "report"),
    _Look("Who a witness saw", lambda keys: Involvement.objects.filter(subject__in=keys),
          "report__ref", "report"),
    _Look("Intelligence",
          lambda keys: IntelligenceReport.objects.filter(subjects__in=keys).distinct(), "ref",
          "intelligence"),
    _Look("A case file", lambda keys: CaseFile.objects.filter(subject__in=keys), "ref", "case"),
    _Look("A statement", lambda keys: CaseStatement.objects.filter(case__subject__in=keys),
          "case__ref", "case"),
)  # fmt: skip


def live_places(request: RightsRequest) -> list[Place]:
    """Return where the wrong words of a rectification still stand, what must change first.

    Looked up each time, of the record, those that are part of it, and what rests on them.
    """
    if not request.wrong_words or request.subject_id is None:
        return []
    key = request.subject_id
    whole = merged_on([key]).get(key, key)
    keys = list(Subject.objects.filter(pk__in=parts_of(whole)).values_list("pk", flat=True))
    pattern = _pattern(request.wrong_words)
    found = {place: None for look in LOOKS for place in _found(look, keys, pattern)}
    return sorted(found, key=lambda place: not place.must)


def _found(look: _Look, keys: list[int], pattern: "re.Pattern[str]") -> Iterator[Place]:
    rows = look.rows(keys)
    columns = [column.attname for column in _columns(rows.model)]
    for row in rows.order_by("pk").values_list(look.ref, *columns):
        if any(pattern.search(_text(value)) for value in row[1:]):
            yield Place(look.label, row[0], reverse(look.view, args=[row[0]]), look.must)


def _columns(model: type[models.Model]) -> Iterator[Any]:
    """Yield the columns with words, a row's own name and days of birth."""
    yield from text_columns(model)
    for column in model._meta.concrete_fields:
        if column.attname in OWN_NAME or column.attname == "date_of_birth":
            yield column


def _text(value: Any) -> str:
    """Return a column as people may write it: a day in each of the ways they do."""
    if isinstance(value, dt.date):
        return f"{dates.short_date(value)} {dates.day_in_full(value)} {value:%d/%m/%Y} {value}"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _pattern(words: str) -> "re.Pattern[str]":
    spelt = r"\s+".join(re.escape(part) for part in words.split())
    return re.compile(rf"(?<!\w){spelt}(?!\w)", re.IGNORECASE)
