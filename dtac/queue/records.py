"""What the working records ask of the manager: names that members gave, warnings due for review."""

from django.urls import reverse

from common import dates
from common.bidi import isolated
from dtac.presenters import Label, Row, photo_url
from members.models import User
from offenders.models import Recognition, Subject, UnusualViewing
from offenders.services.of_age import of_age_due
from offenders.services.record import warnings_due

from .parts import SHOWN, Part, Tile


def records_waiting() -> Part:
    """Return names to decide on (oldest first), then warnings whose review day has come."""
    told = Recognition.objects.filter(outcome="").select_related("subject", "given_by__member")
    due = warnings_due()
    names, warnings = list(told[:SHOWN]), list(due[:SHOWN])
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
    number = told.count() + due.count()
    tile = Tile(number, "name or warning to look at", "names and warnings to look at", "#records")
    refs = [subject.ref for subject in subjects]
    return Part("records", "Names and warnings", [tile], rows, refs)


def of_age_waiting() -> Part:
    """Return records of people who turned 18: nothing changed by itself, so somebody looks."""
    due = of_age_due()
    subjects = list(due[:SHOWN])
    faces = Subject.objects.faces(subject.pk for subject in subjects)
    rows = [
        Row(
            title=f"{subject.ref} · {subject.shown_name}",
            url=reverse("subject", args=[subject.ref]),
            meta=f"Turned 18 on {dates.short_date(subject.adult_on)}. Nothing changed by itself.",
            photo_url=photo_url(faces.get(subject.pk), "thumb"),
            tags=[Label("Turned 18", "info")],
            action="Look at it",
            action_url=reverse("subject_of_age", args=[subject.ref]),
        )
        for subject in subjects
    ]
    tile = Tile(due.count(), "person who turned 18", "people who turned 18", "#of-age")
    return Part("of-age", "Turned 18", [tile], rows, [subject.ref for subject in subjects])


def viewing_waiting(user: User) -> Part:
    """Return unusual viewing to look into. One's own is shown too, for somebody else to answer."""
    waiting = UnusualViewing.objects.visible_to(user).waiting()
    rows = [_viewing_row(row, own=row.user_id == user.pk) for row in waiting[:SHOWN]]
    tile = Tile(
        len(rows), "unusual viewing to look into", "unusual viewings to look into", "#viewing"
    )
    done = (f"{reverse('viewing_list')}?show=answered", "Looked into")
    return Part("viewing", "Unusual viewing", [tile], rows, faces=False, more=done)


def _viewing_row(row: UnusualViewing, *, own: bool) -> Row:
    who = row.user
    url = reverse("viewing", args=[row.pk])
    return Row(
        title=row.words,
        url=url,
        meta=f"{who.get_role_display()}, {who.member.name} · {dates.in_words(row.began_at)}",
        tags=[
            Label("Yours: for the administrator", "info") if own else Label("Viewing", "warning")
        ],
        action="See it" if own else "Look into it",
        action_url=url,
    )
