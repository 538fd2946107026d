"""Published profiles that are due for review, and bulletins that did not reach everybody."""

import datetime as dt

from django.urls import reverse

from common import dates
from dtac.presenters import Label, Row, photo_url
from offenders.models import Bulletin, ProfileVersion

from .parts import SHOWN, Empty, Part, Tile

REVIEW_SOON = dt.timedelta(days=14)
NOTHING = Empty("No profile is due", "Profiles come here 14 days before their review date.")


def profiles_due() -> Part:
    """Return what members see that must be looked at again, the first due first."""
    due = ProfileVersion.objects.due_for_review(by=dates.today() + REVIEW_SOON)
    shown = list(due.for_list().order_by("review_on")[:SHOWN])
    number = due.count()
    tile = Tile(
        number, "profile due for review", "profiles due for review", "#profiles", always=True
    )
    return Part(
        "profiles",
        "Profiles due for review",
        [tile],
        [_profile_row(version) for version in shown],
        [version.subject.ref for version in shown],
        empty=NOTHING,
    )


def bulletins_stuck() -> Part:
    """Return the bulletins that could not start, or did not reach everybody."""
    rows = [_bulletin_row(row) for row in Bulletin.objects.with_problems()[:SHOWN]]
    words = ("bulletin not delivered to all", "bulletins not delivered to all")
    tile = Tile(len(rows), *words, "#bulletins")
    title = "Bulletins that didn’t reach everybody"
    return Part("bulletins", title, [tile], rows, faces=False)


def _profile_row(version: ProfileVersion) -> Row:
    overdue = version.review_on < dates.today()
    behind = getattr(version, "behind", False)  # from due_for_review()
    meta = f"Version {version.number}, review by {dates.short_date(version.review_on)}."
    if behind:
        meta = f"Version {version.number} shows a name or a warning that the record lost."
    photo = version.main_photo
    return Row(
        title=f"{version.subject.ref} · {version.shown_name}",
        url=reverse("subject", args=[version.subject.ref]),
        meta=meta,
        photo_url=photo_url(photo.uuid if photo else None, "thumb"),
        tags=[Label("Overdue", "warning")] * overdue
        + [Label("Behind the record", "warning")] * behind,
        action="Review",
        action_url=reverse("subject_publish", args=[version.subject.ref]),
    )


def _bulletin_row(bulletin: Bulletin) -> Row:
    stopped = bulletin.stopped_at is not None
    where = reverse("bulletin" if stopped else "bulletin_deliveries", args=[bulletin.ref])
    return Row(
        title=f"{bulletin.ref} · {bulletin.headline}",
        url=where,
        meta="It could not start at its time." if stopped else "Not everybody’s e-mail arrived.",
        tags=[Label("Not sent" if stopped else "Not delivered", "warning")],
        action="Look at it",
        action_url=where if stopped else f"{where}?show=failed",
    )
