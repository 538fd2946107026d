"""The night: its list is made first, then each line is carried out in a transaction of its own.

It may be killed at any line, run twice, late, or by two workers at once. What is left to do stands
in the database: lines that are still listed, files that are still doomed, tombstones that the
ledger hasn't got.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from audit.services import record
from common import dates
from common.forgetting import references_forget, text_columns
from exclusions.clock import shown_until_of
from incidents.models import Report
from members.models import OutboundEmail, User
from offenders.models import ProfileVersion, Subject
from offenders.services.profiles import profile_shorten
from records import actions
from records.models import (
    DoomedFile,
    Extension,
    RecordKind,
    RetentionRun,
    RunItem,
    Tombstone,
)

from .deleting import OTHERS, KeptError, other_delete, report_delete, subject_delete
from .entries import entries_delete
from .ledger import ledger_reconcile, ledger_write
from .plan import Line, plan

logger = logging.getLogger(__name__)

BROKEN_OFF: Final = "The night broke off. It is on the next one’s list."
WAITED: Final = "The list waited for the manager’s word. It is on the next one’s list."
WAITS: Final = models.Q(released_at=None, finished_at=None) & ~models.Q(held_because="")
SHARE: Final = 0.05
"""Of all records: more at once is unusual, and waits for the manager. By a wrong clock, a rule that
was changed by mistake or data that was taken over everything would be gone by the morning."""
SMALL_SHARE: Final = 0.25
"""Of few records, where a twentieth is next to nothing: a scheme of forty keeps most of them."""
MANY: Final = {
    "subject": "subjects", "report": "reports", "intelligence": "intelligence reports",
    "bulletin": "bulletins", "case": "case files",
}  # fmt: skip
CATEGORIES: Final[dict[str, type[models.Model]]] = {
    "subject": Subject,
    **OTHERS,
    "report": Report,
}
"""What is on a list, in the order in which it goes: whom a report is kept for before the report."""
ENTRY_COUNTS: Final = {RecordKind.LOG: "log_entries", RecordKind.SHARING: "sharing_entries"}
REGISTERS: Final = {"offenders.printedpack", "exclusions.evidencepack"}
"""Tables that say to whom what was handed out: they keep the bare reference."""
SPEAKING: Final = ("offenders", "incidents", "exclusions")
"""Apps in whose texts a reference may stand."""


def night_run(on: dt.date | None = None) -> RetentionRun:
    """Carry out the list of a London day, today by default, as far as it isn't yet; return its row.

    Returns it unfinished where another worker is still at it, or where unusually much is due: then
    nothing is deleted before the manager has looked at the list and let it go (night_release).
    """
    files_finish()
    ledger_write()
    night = _night(on or dates.today())
    if night.finished_at is not None:
        return night
    views_end()  # whatever waits: it deletes nothing, and nobody is shown for longer than the rule
    if night.waits:
        return night
    for category in CATEGORIES:
        while _one(night, category):
            files_finish()
            ledger_write()
        if night.items.filter(category=category, state=RunItem.State.LISTED).exists():
            return night  # another worker has a line in hand, and goes on after it
    if night.texts_done_at is None:
        texts_finish(night)
    if night.entries_done_at is None:
        entries_finish(night)
    ledger_reconcile()
    RetentionRun.objects.filter(pk=night.pk, finished_at=None).update(finished_at=timezone.now())
    night.refresh_from_db()
    return night


@transaction.atomic
def _night(on: dt.date) -> RetentionRun:
    """Return the day's run, its list made the first time; close those that broke off before it."""
    earlier = RetentionRun.objects.filter(on__lt=on, finished_at=None)
    undone = RunItem.objects.filter(run__in=earlier, state=RunItem.State.LISTED)
    done = {"state": RunItem.State.SKIPPED, "at": timezone.now()}
    undone.filter(run__in=earlier.filter(WAITS)).update(words=WAITED, **done)
    undone.update(words=BROKEN_OFF, **done)
    night, is_new = RetentionRun.objects.get_or_create(on=on, defaults={"made_at": timezone.now()})
    if is_new:
        lines = plan(on)
        night.held_because = _unusual(lines)
        night.save(update_fields=["held_because"])
        RunItem.objects.bulk_create(
            RunItem(
                run=night,
                category=line.category,
                ref=line.ref,
                due_on=line.due_on,
                because=line.because[:300],
                may_put_off=line.may_put_off,
            )
            for line in lines
        )
    earlier.update(finished_at=timezone.now())
    return night


def _unusual(lines: "Sequence[Line]") -> str:
    """Return in words why a list is unusually long, "" if it isn't."""
    wholes = {category: model._base_manager.all() for category, model in CATEGORIES.items()}
    wholes["subject"] = Subject.objects.filter(merged_into=None)
    for category, rows in wholes.items():
        going = sum(line.category == category and not line.kept for line in lines)
        if not going:
            continue
        there = rows.count()
        most = min(
            settings.DTAC_RETENTION_MOST, max(settings.DTAC_RETENTION_FEW, there * SMALL_SHARE)
        )
        if going > max(most, there * SHARE):
            return f"{going} of {there} {MANY[category]} are due at once."
    return ""


@transaction.atomic
def night_release(*, by: User, night: RetentionRun) -> bool:
    """Let a night that waits go on; the worker does it within the hour. Return whether it waited.

    Only the newest: a later night has its own list.
    """
    row = RetentionRun.objects.select_for_update().get(pk=night.pk)
    if not row.waits or RetentionRun.objects.filter(on__gt=row.on).exists():
        return False
    row.released_at, row.released_by = timezone.now(), by
    row.save(update_fields=["released_at", "released_by"])
    record(actions.RUN_RELEASED, by=by, ref=f"night-{row.on}", due=row.items.count())
    return True


@transaction.atomic
def _one(night: RetentionRun, category: str) -> bool:
    """Carry out one line; return False if none is left that nobody has in hand."""
    todo = night.items.select_for_update(skip_locked=True).filter(
        category=category, state=RunItem.State.LISTED
    )
    item = todo.first()
    if item is None:
        return False
    item.state, item.at = RunItem.State.DELETED, timezone.now()
    try:
        with transaction.atomic():
            look_at = _delete(item, night.on)
            item.look_at = ", ".join(sorted(look_at))[:300]
    except KeptError as kept:
        item.state, item.words = RunItem.State.SKIPPED, str(kept)[:300]
    except Exception as error:  # noqa: BLE001  (one record must not keep the others)
        # Never its message: the database quotes rows in it.
        logger.error("retention: %s was not deleted: %s", item.ref, type(error).__name__)
        item.state, item.words = RunItem.State.FAILED, f"An error ({type(error).__name__})."
    item.save(update_fields=["state", "words", "look_at", "at"])
    return True


def _delete(item: RunItem, on: dt.date) -> set[str]:
    rows = CATEGORIES[item.category]._base_manager.filter(ref=item.ref)
    key = rows.values_list("pk", flat=True).first()
    if key is None:
        raise KeptError("It was gone already.")
    if item.category == "subject":
        return subject_delete(key, on=on)
    if item.category == "report":
        report_delete(key, on=on)
    else:
        other_delete(item.category, key, on=on)
    return set()


def views_end() -> int:
    """End members' view of profiles that are shown longer than the rule says; return how many.

    What was published for longer with a reason stays as it was decided.
    """
    until = shown_until_of()
    shown = ProfileVersion.objects.current().filter(longer_because="", subject__merged_into=None)
    ended = 0
    for key, last in shown.values_list("subject", "expires_on"):
        if until.get(key, last) < last:
            ended += _view_end(key)
    return ended


@transaction.atomic
def _view_end(key: int) -> bool:
    """Asked again with the record locked: an incident may have been accepted meanwhile."""
    Subject.objects.select_for_update(no_key=True).get(pk=key)
    return profile_shorten(subject=key, until=shown_until_of([key])[key])


def files_finish() -> int:
    """Delete the files of what is deleted; return how many. A file that is gone is no matter."""
    done = 0
    for row in DoomedFile.objects.order_by("pk"):
        try:
            default_storage.delete(row.name)
        except OSError:
            logger.error("retention: file %d could not be deleted", row.pk)
            continue
        done += row.delete()[0]
    return done


def texts_finish(night: RetentionRun) -> int:
    """Take the references of who was deleted out of what others' records say; return of how many.

    The registers of what was handed out, the log and the tombstones keep the bare reference.
    """
    # Since the last night: somebody may have been erased by day, at their own request.
    done = RetentionRun.objects.filter(on__lt=night.on, texts_done_at__isnull=False)
    before = done.order_by("-on").first()
    stones = Tombstone.objects.filter(category="subject")
    if before is not None:
        stones = stones.filter(deleted_at__gte=before.made_at)
    with transaction.atomic():
        changed = references_forget(_speaking(), list(stones.values_list("ref", flat=True)))
        RetentionRun.objects.filter(pk=night.pk).update(texts_done_at=timezone.now())
    return changed


def entries_finish(night: RetentionRun) -> None:
    """Delete the entries of the log and of the sharing register that are old enough.

    Begun again by the next worker where one broke off: what is counted is gone, and the reverse.
    """
    mine = RetentionRun.objects.filter(pk=night.pk)

    def count(column: str, done: int) -> None:
        mine.update(**{column: F(column) + done})

    for kind, column in ENTRY_COUNTS.items():
        entries_delete(night.on, kind=kind, then=partial(count, column))
    with transaction.atomic():
        if mine.filter(entries_done_at=None).update(entries_done_at=timezone.now()):
            night.refresh_from_db()
            _entries_log(night)


def _entries_log(night: RetentionRun) -> None:
    gone = {name: getattr(night, name) for name in ENTRY_COUNTS.values()}
    if any(gone.values()):
        record(actions.ENTRIES_DELETED, by=None, ref=f"night-{night.on}", **gone)


def _speaking() -> "dict[type[models.Model], list[models.Field[Any, Any]]]":
    tables = {
        model: text_columns(model)
        for app in SPEAKING
        for model in apps.get_app_config(app).get_models()
        if model._meta.label_lower not in REGISTERS and model._meta.managed
    }
    context: Any = OutboundEmail._meta.get_field("context")
    return tables | {OutboundEmail: [context]}


@transaction.atomic
def night_seen(*, by: User, night: RetentionRun) -> None:
    """Note that the manager has seen a night's report: it leaves the queue. Twice is once."""
    seen = RetentionRun.objects.filter(pk=night.pk, seen_at=None).update(seen_at=timezone.now())
    if seen:
        record(actions.RUN_SEEN, by=by, ref=f"night-{night.on}")


def nights_waiting() -> "models.QuerySet[RetentionRun]":
    """Return the newest night if it waits for the manager's word."""
    newest = RetentionRun.objects.order_by("-on").values("pk")[:1]
    return RetentionRun.objects.filter(WAITS, pk__in=newest)


def nights_to_see() -> "models.QuerySet[RetentionRun]":
    """Return nights with something for the manager to look at: failed, kept, or said elsewhere."""
    items = RunItem.objects.filter(run=models.OuterRef("pk"))
    asks = items.filter(models.Q(state="failed") | ~models.Q(look_at=""))
    return RetentionRun.objects.filter(models.Exists(asks), seen_at=None).order_by("-on")


def put_off_asked() -> "models.QuerySet[RunItem]":
    """Return the lines of the last night about which the manager may decide, once."""
    last = RetentionRun.objects.filter(finished_at__isnull=False).order_by("-on").values("pk")[:1]
    decided = Extension.objects.filter(subject__ref=models.OuterRef("ref"))
    asked = RunItem.objects.filter(run__in=last, may_put_off=True, state=RunItem.State.SKIPPED)
    return asked.exclude(models.Exists(decided.filter(due_on__lte=models.OuterRef("run__on"))))
