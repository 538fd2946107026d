"""Signs of what D-TAC has to do: backups, e-mail, photos, deletions."""

import datetime as dt
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from audit.models import Event
from common import dates
from common.wording import counted
from dtac import actions
from incidents.models import Attachment, PushDelivery
from members.models import OutboundEmail
from offenders.models import Photo
from records.models import RetentionRun, RunItem, Tombstone
from records.retention.ledger import ledger_ahead

from .signs import Sign, State

MAIL_LATE: Final = dt.timedelta(minutes=15)
LOOKED_AT: Final = 50_000
"""How many of the newest e-mails are looked through for refused ones: the table has no end."""
GONE: Final = (404, 410)
"""What a push service says of a browser that unsubscribed: nothing is wrong."""
MANY_REFUSED: Final = 10
PHOTO_LATE: Final = dt.timedelta(minutes=10)


def backup() -> Sign:
    """How old the last backup is, and whether the store had all its files."""
    made = Event.objects.filter(action=actions.BACKUP_MADE.code).order_by("-at").first()
    todo = "Run manage.py backup, and look at dtac-backup.timer."
    if not settings.DTAC_BACKUP_RECIPIENTS and made is None:
        words = "None was ever made, and there is no key to lock one with."
        return Sign("Backup", State.BAD, words, "Backups in docs/operations.md says how.")
    if made is None:
        back = Event.objects.filter(action=actions.BACKUP_RESTORED.code).exists()
        words = "None was made since one was put back here." if back else "None was ever made."
        return Sign("Backup", State.BAD, words, todo)
    age = (timezone.now() - made.at).total_seconds()
    missing = int(made.detail.get("missing", 0))
    numbers = {
        "backup_age_seconds": age,
        "backup_bytes": float(made.detail.get("bytes", 0)),
        "backup_missing_files": float(missing),
    }
    words = f"The last one is {_hours(age)} old and was read back."
    if missing:
        words += f" {counted(missing, 'file')} of its records were lost or changed in the store."
        return Sign("Backup", State.BAD, words, "An older backup may have them.", numbers)
    if age > settings.DTAC_BACKUP_HOURS * 3600:
        return Sign("Backup", State.BAD, words, todo, numbers)
    return Sign("Backup", State.GOOD, words, numbers=numbers)


def _hours(seconds: float) -> str:
    hours = int(seconds // 3600)
    return counted(hours, "hour") if hours < 72 else counted(hours // 24, "day")


def mail() -> Sign:
    """How many e-mails wait, since when, and whether the mail server is there."""
    now = timezone.now()
    found = OutboundEmail.objects.filter(state__in=OutboundEmail.OPEN).aggregate(
        waiting=Count("pk"), oldest=Min("due_at", filter=Q(due_at__lte=now))
    )
    newest = OutboundEmail.objects.aggregate(newest=Max("pk"))["newest"] or 0
    lost = OutboundEmail.objects.filter(
        pk__gt=newest - LOOKED_AT, state__in=OutboundEmail.UNDELIVERED,
        ended_at__gt=now - dt.timedelta(days=1),
    ).count()  # fmt: skip
    sent = OutboundEmail.objects.filter(
        pk__gt=newest - LOOKED_AT, sent_at__gt=now - dt.timedelta(days=1)
    ).count()
    late = (now - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    numbers = {
        "mail_waiting": float(found["waiting"]),
        "mail_oldest_seconds": late,
        "mail_undelivered_day": float(lost),
        "mail_sent_day": float(sent),
    }
    outage = OutboundEmail.objects.outage()
    if outage:
        words = f"The mail server has not answered since {_clock(outage.since)}."
        words += f" {counted(found['waiting'], 'e-mail')} waiting; they go once it is back."
        return Sign("E-mail", State.BAD, words, "Look at EMAIL_URL and the mail server.", numbers)
    words = f"{counted(found['waiting'], 'e-mail')} waiting, {lost} refused in a day."
    if late > MAIL_LATE.total_seconds():
        words += f" The oldest was due {counted(int(late // 60), 'minute')} ago."
        return Sign("E-mail", State.BAD, words, "Is dtac-worker running?", numbers)
    return Sign("E-mail", State.GOOD, words, numbers=numbers)


def _clock(at: dt.datetime) -> str:
    return f"{timezone.localtime(at, dates.LONDON):%-d %B, %H:%M}"


def push() -> Sign:
    """How many alerts reached a browser in a day, and how many a push service refused."""
    newest = PushDelivery.objects.aggregate(newest=Max("pk"))["newest"] or 0
    since = timezone.now() - dt.timedelta(days=1)
    found = PushDelivery.objects.filter(pk__gt=newest - LOOKED_AT, at__gt=since).aggregate(
        told=Count("pk", filter=Q(status__gte=200, status__lt=300)),
        gone=Count("pk", filter=Q(status__in=GONE)),
        whole=Count("pk"),
    )
    refused = found["whole"] - found["told"] - found["gone"]
    numbers = {"push_sent_day": float(found["told"]), "push_refused_day": float(refused)}
    words = f"{counted(found['told'], 'alert')} reached a browser in a day, {refused} did not."
    if refused > MANY_REFUSED and refused > found["told"]:
        todo = (
            "Can the worker reach the push services? Is DTAC_VAPID_PRIVATE_KEY the one there was?"
        )
        return Sign("Alerts on phones", State.BAD, words, todo, numbers)
    return Sign("Alerts on phones", State.GOOD, words, numbers=numbers)


def photos() -> Sign:
    """How many photos wait to be shown, and how many can't be."""
    waiting = broken = 0
    oldest: list[dt.datetime] = []
    for model in (Photo, Attachment):
        open_ = Q(variants_ready_at=None, variants_error="")
        rows = model._default_manager.filter(variants_ready_at=None)
        if model is Attachment:
            rows = rows.filter(kind="photo")
        found = rows.aggregate(
            waiting=Count("pk", filter=open_),
            oldest=Min("added_at", filter=open_),
            broken=Count("pk", filter=~open_),
        )
        waiting, broken = waiting + found["waiting"], broken + found["broken"]
        oldest += [found["oldest"]] if found["oldest"] else []
    late = (timezone.now() - min(oldest)).total_seconds() if oldest else 0.0
    numbers = {"photos_waiting": float(waiting), "photos_oldest_seconds": late}
    words = f"{counted(waiting, 'photo')} waiting to be made smaller."
    if broken:
        words += f" {counted(broken, 'photo')} can’t be shown."
    if late > PHOTO_LATE.total_seconds():
        return Sign("Photos", State.BAD, words, "Is dtac-worker running?", numbers)
    return Sign("Photos", State.GOOD, words, numbers=numbers)


def retention() -> Sign:
    """Whether last night’s list was carried out."""
    night = (
        RetentionRun.objects.order_by("-on")
        .annotate(
            failed=Count("items", filter=Q(items__state=RunItem.State.FAILED)),
            left=Count("items", filter=Q(items__state=RunItem.State.LISTED)),
        )
        .first()
    )
    todo = "Run manage.py retention; dtac-beat and dtac-worker do it each night."
    if night is None:
        return Sign("Deletions", State.SOON, "No night was carried out yet.", todo)
    days = (dates.today() - night.on).days
    numbers = {
        "retention_age_days": float(days),
        "retention_due": float(night.left),
        "retention_failed": float(night.failed),
    }
    # Tried from half past two to half past twelve (CELERY_BEAT_SCHEDULE).
    is_over = timezone.localtime(timezone.now(), dates.LONDON).hour >= 13
    if days > (0 if is_over else 1) or (night.finished_at is None and days > 0):
        words = f"The last one is of {counted(days, 'day')} ago."
        return Sign("Deletions", State.BAD, words, todo, numbers)
    if night.failed:
        words = f"{counted(night.failed, 'record')} could not be deleted last night."
        return Sign(
            "Deletions", State.BAD, words, "The manager’s list of the night says why.", numbers
        )
    return Sign("Deletions", State.GOOD, "Last night’s list is carried out.", numbers=numbers)


def ledger() -> Sign:
    """Whether the ledger is there and has every deletion: a restored backup needs it."""
    path = Path(settings.DTAC_LEDGER)
    stones = Tombstone.objects.aggregate(
        all=Count("pk"), unwritten=Count("pk", filter=Q(in_ledger_at=None))
    )
    back = ledger_ahead(path)
    numbers = {
        "ledger_unwritten": float(stones["unwritten"]), "ledger_ahead": float(len(back)),
    }  # fmt: skip
    if back:
        words = f"{counted(len(back), 'record')} that it says were deleted are there again."
        todo = "Stop web, worker and schedule, and run manage.py after_restore."
        return Sign("Ledger of deletions", State.BAD, words, todo, numbers)
    if stones["all"] > stones["unwritten"] and not path.exists():
        words = "It is gone. A backup that is put back now would bring deleted people back."
        todo = "The next night writes it again from the database. Run manage.py retention."
        return Sign("Ledger of deletions", State.BAD, words, todo, numbers)
    if stones["unwritten"]:
        words = f"{counted(stones['unwritten'], 'deletion')} not in it yet."
        return Sign("Ledger of deletions", State.SOON, words, "The next run writes it.", numbers)
    return Sign("Ledger of deletions", State.GOOD, "It has every deletion.", numbers=numbers)
