"""Counting what leaves no history behind, and whom bulletins reached."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from audit.models import Event
from board.models import BulletinReach, Level
from common import dates
from members.models import Member, User
from offenders.actions import BULLETIN_VIEWED
from offenders.models import Bulletin, BulletinDelivery, Subject
from offenders.retention import READ_WITHIN
from records.models import KeptReach

IN_USE = dt.timedelta(days=30)


def levels() -> Iterator[Level]:
    """Yield how many there are now of what leaves no history behind."""
    today = dates.today()
    people = Subject.objects.filter(merged_into=None).order_by().values_list("status")
    held: dict[Any, int] = dict(people.annotate(n=Count("pk")))
    for measure in (Level.Measure.KNOWN, Level.Measure.ID_SOUGHT):
        yield Level(day=today, measure=measure, value=held.get(measure.value, 0))
    users = User.objects.with_access().filter(member=OuterRef("pk"))
    lately = users.filter(last_login__gte=timezone.now() - IN_USE)
    for measure, theirs in ((Level.Measure.ACCESS, users), (Level.Measure.USING, lately)):
        rows = Member.objects.counted().filter(Exists(theirs)).order_by()
        for area, sector, value in rows.values_list("area_id", "sector").annotate(n=Count("pk")):
            yield Level(day=today, measure=measure, area_id=area, sector=sector, value=value)


def reach(since: dt.date | None) -> Iterator[BulletinReach]:
    """Yield whom each bulletin reached, of those sent since a day, or of all; deleted ones too."""
    sent = Bulletin.objects.filter(sent_at__isnull=False).order_by()
    if since is not None:
        sent = sent.filter(sent_at__gte=dates.london_midnight(since))
    moments = {ref: (pk, at) for pk, ref, at in sent.values_list("pk", "ref", "sent_at")}
    given = BulletinDelivery.objects.filter(bulletin__in=sent.values("pk")).order_by()
    recipients: dict[Any, int] = dict(given.values_list("bulletin").annotate(n=Count("pk")))
    reads = (
        Event.objects.filter(action=BULLETIN_VIEWED.code, record__in=list(moments))
        .exclude(actor_role__in=["intel", "system"])
        .order_by()
        .values_list("record", "actor_id", "at")
    )
    readers: dict[str, set[int | None]] = {}
    for ref, actor, at in reads.iterator():
        if at <= moments[ref][1] + READ_WITHIN:
            readers.setdefault(ref, set()).add(actor)
    for ref, (pk, at) in moments.items():
        yield BulletinReach(
            bulletin_id=pk,
            sent_on=dates.london_date(at),
            recipients=recipients.get(pk, 0),
            readers=len(readers.get(ref, ())),
        )
    kept = (
        KeptReach.objects.all() if since is None else KeptReach.objects.filter(sent_on__gte=since)
    )
    for key, day, number, read in kept.values_list(
        "bulletin_key", "sent_on", "recipients", "readers"
    ):
        yield BulletinReach(bulletin_id=key, sent_on=day, recipients=number, readers=read)
