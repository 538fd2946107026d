"""What the manager does with imports. The worker does the rest (imports.running)."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.db.models import Count, Min
from django.utils import timezone

from audit.services import record
from common.db import once
from common.http import plain_text
from members.joining.invitations import password_link_send
from members.models import Invitation, User
from offenders.models import Subject

from . import actions, store
from .keeping import files_delete
from .kinds import KINDS
from .mapping import matching_of, problems_of
from .models import ImportCounter, ImportedRow, ImportRun
from .sources import source_of

State = ImportRun.State
INVITED_AT_ONCE: Final = 100
NO_PASSWORD: Final = UNUSABLE_PASSWORD_PREFIX
"""How a password begins that nobody can have."""


@dataclass(frozen=True)
class Upload:
    """A file, what it holds and where it was kept until now."""

    kind: str
    source: str
    file: "File[Any]"
    photos: "File[Any] | None" = None
    ground: str = ""
    holder: str = ""
    client_id: uuid.UUID | None = None


def run_upload(*, by: User, data: Upload) -> ImportRun:
    """Keep a file that is to be imported, with a guess at its columns; the same form again, once.

    Raises ValidationError: no table, too large, or data about people without the ground on which
    it is taken over and who was responsible for it until now, or another file than the form sent.
    """
    client_id = data.client_id or uuid.uuid4()
    run = once(ImportRun, client_id, lambda: _upload(by, data, client_id))
    sent = (data.kind, *store.sha256_of_both(data.file, data.photos))
    if (run.kind, run.sha256, run.photos_sha256) != sent:
        raise ValidationError({"file": "This page sent another file before. Open it anew."})
    return run


def _upload(by: User, data: Upload, client_id: uuid.UUID) -> ImportRun:
    kind = KINDS[data.kind]
    _check_upload(data)
    now = timezone.now()
    run = ImportRun(
        uuid=uuid.uuid4(), client_id=client_id, kind=kind.code,
        source=source_of(data.source), ground=data.ground if kind.is_about_people else "",
        holder=data.holder.strip(), file_name=plain_text(data.file.name, limit=120) or "file",
        uploaded_at=now, moved_at=now, uploaded_by=by,
    )  # fmt: skip
    try:
        store.keep(run, table=data.file, photos=data.photos)
        run.mapping = {}
        run.ref = f"IMP-{ImportCounter.take('IMP', 0):04d}"
        run.full_clean()
        run.save()
    except BaseException:
        store.drop(run)  # no row, so no file
        raise
    record(actions.RUN_UPLOADED, by=by, ref=run.ref, kind=run.kind, sha256=run.sha256)
    return run


def _check_upload(data: Upload) -> None:
    kind, problems = KINDS[data.kind], {}
    if not data.source.strip():
        problems["source"] = "Say where it was kept until now."
    if kind.is_about_people and not data.ground:
        problems["ground"] = "Choose the ground on which data about people is taken over."
    if kind.is_about_people and not data.holder.strip():
        problems["holder"] = "Say who was responsible for the data until now."
    if data.photos is not None and kind.code != "subjects":
        problems["photos"] = "Photos come with a file of subjects only."
    if problems:
        raise ValidationError(problems)


def mapping_of(run: ImportRun) -> dict[str, int]:
    """Return how the columns are matched, or would be: as last time, else by their names."""
    return matching_of(run)[0]


@transaction.atomic
def run_map(*, by: User, run: ImportRun, mapping: Mapping[str, int]) -> ImportRun:
    """Say which column holds what, and have the file checked.

    Raises ValidationError by field: something that is needed has no column, a column that is not
    there, one for two fields, or it is past that ("stale").
    """
    row = _locked(run, State.UPLOADED, State.CHECKED, State.FAILED)
    kind = KINDS[row.kind]
    problems = problems_of(kind, mapping)
    taken: dict[int, str] = {}
    for name, place in mapping.items():
        if kind.field(name) is None or not 0 <= place < len(row.head):
            problems[name] = "Choose one of the columns of the file."
        elif place in taken:
            problems[name] = f"This column is used for “{kind.label_of(taken[place])}” already."
        taken.setdefault(place, name)
    if problems:
        raise ValidationError(problems)
    row.mapping = dict(mapping)
    return _wait_for(row, State.CHECKING)


@transaction.atomic
def run_write(*, by: User, run: ImportRun) -> ImportRun:
    """Have a file written that was checked without a problem. Raises ValidationError ("stale")."""
    row = _locked(run, State.CHECKED)
    if not row.is_ready:
        raise ValidationError(
            "Nothing was done: it has problems, or nothing new in it.", code="stale"
        )
    row.written_by, row.written_at = by, timezone.now()
    return _wait_for(row, State.WRITING)


@transaction.atomic
def run_check_again(*, by: User, run: ImportRun) -> ImportRun:
    """Have a file checked anew: what it names may be there by now. Raises ValidationError."""
    row = _locked(run, State.CHECKED, State.FAILED)
    if not row.mapping:
        raise ValidationError("Match the columns first.", code="stale")
    row.problem = ""
    return _wait_for(row, State.CHECKING)


@transaction.atomic
def run_undo(*, by: User, run: ImportRun, reason: str) -> ImportRun:
    """Have a whole import undone. Raises ValidationError: no reason, or not imported ("stale")."""
    row = _locked(run, State.DONE)
    if not reason.strip():
        raise ValidationError({"reason": "Write why it is undone."})
    row.undo_reason, row.undone_by, row.in_the_way = reason.strip(), by, []
    return _wait_for(row, State.UNDOING)


@transaction.atomic
def run_discard(*, by: User, run: ImportRun) -> ImportRun:
    """Discard a file that was not imported: it is deleted. Raises ValidationError ("stale")."""
    row = _locked(run, State.UPLOADED, State.CHECKED, State.FAILED)
    row.state, row.moved_at = State.DISCARDED, timezone.now()
    row.save(update_fields=["state", "moved_at"])
    files_delete(row)
    record(actions.RUN_DISCARDED, by=by, ref=row.ref, kind=row.kind)
    return row


def _locked(run: ImportRun, *states: str) -> ImportRun:
    row: ImportRun = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if row.state not in states:
        raise ValidationError(
            f"Nothing was done: this import is at another step by now, {_label(row)}.", code="stale"
        )
    if row.files_deleted_at and State.DONE not in states:
        raise ValidationError("Its file was deleted. Send it again.", code="stale")
    return row


def _label(row: ImportRun) -> str:
    return f"“{State(row.state).label}”"


def _wait_for(row: ImportRun, state: str) -> ImportRun:
    """Let an import wait for the worker, and wake it."""
    row.state, row.moved_at = state, timezone.now()
    row.claim, row.alive_at, row.tries, row.done, row.step = None, None, 0, 0, ""
    row.full_clean(exclude=["uploaded_by", "written_by", "undone_by"])
    row.save()
    transaction.on_commit(partial(_wake, row.pk), robust=True)
    return row


def _wake(run_id: int) -> None:
    from .tasks import import_work  # tasks are above services

    import_work.delay(run_id)


def to_invite(run: ImportRun) -> Any:
    """Return the people of an import who have access, no password, and no link that works."""
    made = ImportedRow.objects.filter(run=run, kind="users", is_made=True, undone_at=None)
    people = User.objects.with_access().filter(pk__in=made.values("object_id"))
    links = Invitation.objects.open().filter(expires_at__gt=timezone.now())
    invited = links.exclude(user=None).values("user")
    never = people.filter(password__startswith=NO_PASSWORD, last_login=None).exclude(pk__in=invited)
    return never.order_by("pk")


def to_review(run: ImportRun) -> tuple[int, int, dt.date | None]:
    """Return how many subjects of an import were never published, of how many, and the day by
    which each must be looked at."""
    made = ImportedRow.objects.filter(run=run, kind="subjects", is_made=True, undone_at=None)
    left = Subject.objects.filter(pk__in=made.values("object_id"), versions=None).count()
    last = made.order_by("review_on").values_list("review_on", flat=True).first()
    return left, made.count(), last


def reviews_due(*, by: dt.date) -> list[tuple[str, int, dt.date]]:
    """Return the imports with subjects that must be looked at by a day and were never published.

    Of each its reference, how many they are, and the first of their days. One query.
    """
    waiting = ImportedRow.objects.filter(
        kind="subjects",
        is_made=True,
        undone_at=None,
        review_on__lte=by,
        object_id__in=Subject.objects.filter(versions=None).order_by().values("pk"),
    )
    found = waiting.order_by().values_list("run__ref").annotate(n=Count("pk"), on=Min("review_on"))
    return list(found.order_by("on", "run__ref"))


def run_invite(*, by: User, run: ImportRun) -> int:
    """Send people of an import the link to set a password, so many at a time; return how many."""
    if run.kind != "users" or run.state != State.DONE:
        raise ValidationError("There is nobody to invite.", code="stale")
    sent = 0
    for user in to_invite(run)[:INVITED_AT_ONCE]:
        try:
            password_link_send(by=by, user=user)
            sent += 1
        except ValidationError:  # their access ended meanwhile
            continue
    record(actions.RUN_INVITED, by=by, ref=run.ref, people=sent)
    return sent
