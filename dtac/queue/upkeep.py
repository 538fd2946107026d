"""What the running of the scheme asks of the manager: a reminder for each list with work in it."""

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse

from common import dates
from common.wording import counted
from dtac.presenters import Row
from imports.services import reviews_due
from members.models import (
    AwardEntry,
    Document,
    EquipmentItem,
    Meeting,
    Member,
    TrainingPlace,
    TrainingSession,
    User,
)

from .parts import Part, Tile

IMPORTED_SOON = dt.timedelta(days=14)


def upkeep_due(user: User) -> Part:
    """Return a row for each list that has something due in it; how many, and the way there."""
    rows = [
        Row(title=title, url=url, meta=meta, tags=[], action="Look", action_url=url)
        for title, meta, url in _found(user)
    ]
    tile = Tile(
        len(rows), "reminder of the scheme’s own", "reminders of the scheme’s own", "#upkeep"
    )
    return Part("upkeep", "The scheme’s own", [tile], rows, faces=False)


def _found(user: User) -> Iterator[tuple[str, str, str]]:
    equipment = EquipmentItem.objects.visible_to(user).as_they_are().counts()
    people = TrainingPlace.objects.visible_to(user).counts()
    sessions = TrainingSession.objects.counts()
    papers = Document.objects.visible_to(user).for_list(user).counts()
    awards = AwardEntry.objects.visible_to(user).counts()
    minutes = Meeting.objects.late_minutes().count()
    steps = Member.objects.counts_to_follow()
    found = (
        (steps["due"], "next step", "due", "With businesses", "pipeline", "due"),
        (equipment["due"], "item", "due back", "Equipment on loan", "equipment_list", "due"),
        (equipment["check"], "check", "due", "Equipment", "equipment_list", "check"),
        (people["soon"], "certificate", "ending soon", "Training", "trained_people", "soon"),
        (sessions["mark"], "session", "to mark", "Training: who came", "session_list", "mark"),
        (papers["review"], "document", "to review", "Within 30 days", "document_list", "review"),
        (minutes, "meeting", "without minutes", "After two weeks", "meeting_list", "minutes"),
        (awards["decide"], "bid", "to decide", "Awards", "award_list", "decide"),
        (awards["soon"], "award", "ending soon", "Within 60 days", "award_list", "soon"),
    )
    for ref, number, day in reviews_due(by=dates.today() + IMPORTED_SOON):
        url = reverse("import_run", args=[ref])
        words = f"{ref}, the first by {dates.short_date(day)}"
        yield f"{counted(number, 'imported subject')} to look at", words, url
    for number, noun, words, meta, view, show in found:
        if number:
            url = f"{reverse(view)}?{urlencode({'show': show})}"
            yield f"{counted(number, noun)} {words}", meta, url
