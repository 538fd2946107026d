"""What retention asks of the manager: holds to look at, deletions to put off or not, nights."""

import datetime as dt

from django.urls import reverse

from common import dates
from dtac.presenters import Label, Row
from exclusions.models import CaseFile
from records.models import RetentionRun
from records.retention.clocks import HOLD_SLACK
from records.retention.holds import holds_due
from records.retention.nightly import nights_to_see, nights_waiting, put_off_asked

from .parts import SHOWN, Part, Tile


def retention_due() -> Part:
    """Return holds whose review day has come, what may be put off once, and nights to look at."""
    held = [_night_row(row) for row in nights_waiting()]
    holds, asked, nights = holds_due(), put_off_asked(), nights_to_see()
    cases = list(CaseFile.objects.forgotten().select_related("subject")[:SHOWN])
    due, waiting, done = list(holds[:SHOWN]), list(asked[:SHOWN]), list(nights[:SHOWN])
    rows = held + [
        Row(
            title=f"Hold on {row.subject.ref}",
            url=reverse("hold", args=[row.pk]),
            meta=f"{row.get_reason_display()}, review since {dates.short_date(row.review_on)}."
            " Unless renewed, it ends by itself.",
            tags=[Label("Hold", "warning")],
            action="Look at it",
            action_url=reverse("hold", args=[row.pk]),
        )
        for row in due
    ]
    rows += [_case_row(row) for row in cases]
    rows += [
        Row(
            title=f"{row.ref} is due to be deleted",
            url=reverse("subject", args=[row.ref]),
            meta=row.words,
            tags=[Label("Something new", "info")],
            action="Put off?",
            action_url=reverse("subject_put_off", args=[row.ref]),
        )
        for row in waiting
    ]
    rows += [
        Row(
            title=f"Night of {dates.short_date(row.on)}",
            url=reverse("night", args=[row.on.isoformat()]),
            meta="Something failed, or records that stay may still say who was deleted.",
            tags=[Label("Retention", "info")],
            action="Look at it",
            action_url=reverse("night", args=[row.on.isoformat()]),
        )
        for row in done
    ]
    tile = Tile(len(rows), "record to keep or let go", "records to keep or let go", "#retention")
    refs = [row.subject.ref for row in (*due, *cases)] + [row.ref for row in waiting]
    more = (reverse("retention"), "Retention")
    return Part("retention", "Holds and deletions", [tile], rows, refs, faces=False, more=more)


def _case_row(case: CaseFile) -> Row:
    """Return the row of a case file that was left lying; changing it keeps the record again."""
    assert case.keeps_until is not None
    until = dates.short_date(case.keeps_until + dt.timedelta(days=HOLD_SLACK))
    return Row(
        title=f"{case.ref} was left lying",
        url=reverse("case", args=[case.ref]),
        meta=f"About {case.subject.ref}. Close it, or say in its words how it stands. From {until}"
        " it no longer keeps the record.",
        tags=[Label("Case file", "warning")],
        action="Look at it",
        action_url=reverse("case", args=[case.ref]),
    )


def _night_row(row: RetentionRun) -> Row:
    """Return the row of a night that deletes nothing before the manager has looked."""
    url = reverse("night", args=[row.on.isoformat()])
    return Row(
        title=f"Night of {dates.short_date(row.on)} waits for you",
        url=url,
        meta=f"{row.held_because} Nothing is deleted before you have looked.",
        tags=[Label("Deletion", "warning")],
        action="Look at it",
        action_url=url,
    )
