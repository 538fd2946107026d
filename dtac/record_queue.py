"""What the working records ask of the manager: names that members gave, warnings due for review."""

from dataclasses import dataclass

from django.urls import reverse

from common import dates
from common.bidi import isolated
from dtac.presenters import Label, Row, photo_url
from members.models import User
from offenders.models import Recognition, Subject, UnusualViewing
from offenders.services.record import warnings_due


@dataclass(frozen=True)
class Waiting:
    """How much waits, the first of it as rows, and whose records these are."""

    count: int
    rows: list[Row]
    refs: list[str]


def records_waiting(*, most: int) -> Waiting:
    """Return names to decide on (oldest first), then warnings whose review day has come."""
    told = Recognition.objects.filter(outcome="").select_related("subject", "given_by__member")
    due = warnings_due()
    names, warnings = list(told[:most]), list(due[:most])
    subjects = [row.subject for row in names] + [row.subject for row in warnings]
    faces = Subject.objects.faces(subject.pk for subject in subjects)
    rows = [
        Row(
            title=f"{row.subject.ref} · may be {isolated(row.name)}",
            url=reverse("recognition", args=[row.subject.ref, row.pk]),
            meta=f"{row.given_by.name}, {row.given_by.member.name}, {dates.in_words(row.given_at)}",
            photo_url=photo_url(faces.get(row.subject_id), "thumb"),
            tags=[Label("Name given", "sought")],
            action="Decide",
            action_url=reverse("recognition", args=[row.subject.ref, row.pk]),
        )
        for row in names
    ] + [
        Row(
            title=f"{row.subject.ref} · {row.subject.shown_name}",
            url=reverse("subject", args=[row.subject.ref]),
            meta=f"Warning “{row.get_marker_display()}”, review since "
            f"{dates.short_date(row.review_on)}.",
            photo_url=photo_url(faces.get(row.subject_id), "thumb"),
            tags=[Label("Warning due", "warning")],
            action="Look at it",
            action_url=reverse("subject", args=[row.subject.ref]),
        )
        for row in warnings
    ]
    return Waiting(told.count() + due.count(), rows, [subject.ref for subject in subjects])


def viewing_waiting(user: User, *, most: int) -> list[Row]:
    """Return unusual viewing to look into. One's own is shown too, for somebody else to answer."""
    waiting = UnusualViewing.objects.visible_to(user).waiting()
    return [_viewing_row(row, own=row.user_id == user.pk) for row in waiting[:most]]


def _viewing_row(row: UnusualViewing, *, own: bool) -> Row:
    who = row.user
    url = reverse("viewing", args=[row.pk])
    return Row(
        title=f"{who.name} opened {row.profiles} people",
        url=url,
        meta=f"{who.get_role_display()}, {who.member.name} · {dates.in_words(row.began_at)}",
        tags=[
            Label("Yours: for the administrator", "info") if own else Label("Viewing", "warning")
        ],
        action="See it" if own else "Look into it",
        action_url=url,
    )
