"""What warning letters ask of the manager: to be given, and what a second matter suggests."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from common import dates
from common.wording import days_ago
from dtac.presenters import Label, Row, photo_url
from exclusions.models import WarningLetter
from exclusions.warnings import matters_of
from incidents.models import Report
from offenders.models import Subject


@dataclass(frozen=True)
class Warned:
    """How many letters wait for what, the first of them as rows, and whose records these are."""

    to_give: int
    second: int
    rows: list[Row]
    refs: list[str]


def warnings_waiting(*, most: int) -> Warned:
    """Return whom a second matter suggests to exclude, then letters to give; the oldest first."""
    letters = WarningLetter.objects.select_related("subject").order_by("raised_at", "pk")
    second, to_give = letters.suggesting(), letters.to_give()
    suggested, unused = list(second[:most]), list(to_give[:most])
    matters = matters_of(suggested)
    shown = [*suggested, *unused]
    faces = Subject.objects.faces(letter.subject_id for letter in shown)
    rows = [
        _second_row(letter, matters[letter.pk], faces.get(letter.subject_id))
        for letter in suggested
        if matters[letter.pk]
    ]
    rows += [_to_give_row(letter, faces.get(letter.subject_id)) for letter in unused]
    return Warned(to_give.count(), second.count(), rows, [each.subject.ref for each in shown])


def _second_row(letter: WarningLetter, matters: list[Report], face: uuid.UUID | None) -> Row:
    last = matters[-1]
    more = f" and {len(matters) - 1} more" if len(matters) > 1 else ""
    where = f"{last.title} at {last.premises.name}, {dates.in_words(last.occurred_at)}{more}"
    return Row(
        title=f"{letter.subject.ref} · {letter.subject.shown_name}",
        url=reverse("subject", args=[letter.subject.ref]),
        meta=f"Warned {dates.short_date(letter.given_on)} ({letter.ref}). Since then: {where}.",
        photo_url=photo_url(face, "thumb"),
        tags=[Label("Second matter", "warning")],
        action="Decide",
        action_url=f"{reverse('warning', args=[letter.ref])}#second-matter",
    )


def _to_give_row(letter: WarningLetter, face: uuid.UUID | None) -> Row:
    ago = days_ago((dates.today() - dates.london_date(letter.raised_at)).days)
    return Row(
        title=f"{letter.ref} · {letter.subject.shown_name}",
        url=reverse("warning", args=[letter.ref]),
        meta=f"Warning letter written {ago}, not yet given.",
        photo_url=photo_url(face, "thumb"),
        tags=[Label("Warning to give", "warning")],
        action="It was given",
        action_url=reverse("warning_give", args=[letter.ref]),
    )


def warnings_about(subject: Subject) -> dict[str, Any]:
    """Return a record's warning letters (newest first) and what they ask, for its page.

    `to_give`: the one to be given; `suggesting` and `matters`: the one after which something
    happened that suggests a notice, and what; `may_warn`: none runs and none is to be given.
    """
    found = subject.warning_letters.select_related("authorised_by").order_by("-raised_at", "-pk")
    letters: list[WarningLetter] = list(found)
    matters = matters_of(letters)
    suggesting = next((letter for letter in letters if matters[letter.pk]), None)
    return {
        "letters": letters,
        "to_give": next((letter for letter in letters if letter.state == "to_give"), None),
        "may_warn": all(letter.state in ("over", "withdrawn") for letter in letters),
        "suggesting": suggesting,
        "matters": matters[suggesting.pk] if suggesting else [],
    }
