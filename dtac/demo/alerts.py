"""The demo's alerts: some live, one ended, one withdrawn."""

import datetime as dt
import uuid

from django.utils import timezone

from common import dates
from common.refs import yearly_ref
from incidents.models import Alert, ReportCounter
from incidents.services.alerts import alert_life
from members.audience import AudienceKind
from members.models import User

from .faces import Face

# Who raised it, minutes ago, about whom (reference), for all areas or the nearest, the words.
ALERTS = (
    ("other@dtac.example", 300, "", True, "Two men paying with forged £20 notes."),
    ("store@dtac.example", 200, "", False, "Somebody shouting at staff by the tills."),
    ("police@dtac.example", 48, "", True, "Pickpockets at the bus stops, four young women."),
    ("other@dtac.example", 21, "", True, "Group of five throwing glasses. Asked to leave."),
    ("store@dtac.example", 6, "D-0042", False, "At the razors with a large bag."),
)
ENDED, WITHDRAWN = 0, 1
SPACE = uuid.UUID("5a0f0a86-6f0e-4f3c-9a58-1f0d7d5c2b11")


def load_alerts(*, users: dict[str, User], faces: list[Face]) -> None:
    """Make the alerts, the last of them a few minutes old."""
    subjects = {face.subject.ref: face.subject for face in faces}
    year = dates.today().year
    rows = []
    for number, (email, _, ref, everywhere, text) in enumerate(ALERTS, start=1):
        by = users[email]
        site = by.premises
        assert site is not None
        rows.append(
            Alert(
                ref=yearly_ref("ALT", year, number, digits=5),
                client_id=uuid.uuid5(SPACE, str(number)),
                subject=subjects.get(ref),
                text=text,
                member=by.member,
                premises=site,
                area=site.area,
                raised_by=by,
                audience=AudienceKind.ALL if everywhere else AudienceKind.AREAS,
                audience_areas=[] if everywhere else [site.area_id],
            )
        )
    _time(rows)
    withdrawn = rows[WITHDRAWN]
    withdrawn.withdrawn_at = withdrawn.raised_at + dt.timedelta(minutes=9)
    withdrawn.withdrawn_by = withdrawn.raised_by
    withdrawn.withdrawn_reason = "It is over"
    Alert.objects.bulk_create(rows)
    ReportCounter.objects.create(prefix="ALT", year=year, last=len(rows))


def freshen_alerts() -> None:
    """Raise the demo's live alerts anew when they are over, so that a later start has some."""
    rows = _live_ones()
    if rows and all(row.expires_at <= timezone.now() for row in rows):
        _raise(rows)


def alerts_anew() -> None:
    """Raise the demo's live alerts anew, over or not: a measurement needs them for an hour."""
    _raise(_live_ones())


def _live_ones() -> list[Alert]:
    keys = [uuid.uuid5(SPACE, str(number)) for number in range(WITHDRAWN + 2, len(ALERTS) + 1)]
    return list(Alert.objects.filter(client_id__in=keys, withdrawn_at=None).order_by("pk"))


def _raise(rows: list[Alert]) -> None:
    _time(rows)
    Alert.objects.bulk_update(rows, ["raised_at", "expires_at", "push_done_at"])


def _time(rows: list[Alert]) -> None:
    """Set when the last of the alerts were raised and end; no browser is told of them."""
    now = timezone.now()
    for row, (_, minutes, *_) in zip(rows, ALERTS[-len(rows) :], strict=True):
        row.raised_at = row.push_done_at = now - dt.timedelta(minutes=minutes)
        row.expires_at = row.raised_at + alert_life()
