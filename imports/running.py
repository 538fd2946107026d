"""The worker's part: a file is checked, written whole or not at all, or undone whole.

A worker may be killed at any line. One works on imports at a time: a lock of the session says who,
and goes with the connection of a worker that dies. The row says who is at it (`claim`) and when it
last gave a sign of life; where nobody holds the lock, another try takes over after LEASE, and the
earlier one, should it live on, commits nothing more. What is written is one transaction, the run's
own state with it.

The check does what the writing does, in a transaction that is rolled back: so what it says is what
will be.
"""

import datetime as dt
import logging
import uuid
from functools import partial
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from audit.services import record
from common.bulk import Refusal
from common.db import only_one
from members.takeover import Stamp
from offenders.services.photos import files_delete as photos_delete

from . import actions, trail, undo
from .cells import digest
from .faces import faces_clear, own_faces_clear, photo_name
from .keeping import files_delete
from .kinds import KINDS, Kind, Line, Told
from .models import ImportedRow, ImportProblem, ImportRun
from .plan import MOST_STORED, Finding, Plan, Planner, cells_of, finding
from .reading import Table
from .store import photos_of, table_of

logger = logging.getLogger(__name__)
State = ImportRun.State

LEASE: Final = dt.timedelta(minutes=1)
LOCK: Final = 0x0D7AC1
GIVEN_UP: Final = "It could not be finished. Try again; if that fails too, tell the administrator."


class TakenOverError(Exception):
    """Another try is at it: this one writes nothing more."""


class RolledBackError(Exception):
    """Nothing of this is meant to stay."""


def run_work(*, run_id: int) -> bool:
    """Do what an import waits for; return whether this call finished it.

    Called twice, late or beside another, one of them does it.
    """
    with only_one(LOCK) as alone:
        if not alone:
            waiting = ImportRun.objects.open().filter(pk=run_id, alive_at=None)
            waiting.update(step="Waits for another import")
            return False
        run = _claim(run_id)
        return run is not None and _work(run)


def _work(run: ImportRun) -> bool:
    steps = {State.CHECKING: _check, State.WRITING: _write, State.UNDOING: _undo}
    try:
        steps[State(run.state)](run)
    except TakenOverError:
        return False
    except ValidationError as error:
        _fail(run, " ".join(error.messages))
        return False
    except Exception:
        logger.exception("import %s: try %d failed", run.ref, run.tries)
        if run.tries >= ImportRun.TRIES:
            _fail(run, GIVEN_UP)
        else:
            _mine(run).update(alive_at=None)  # the sweep tries again
        return False
    return True


def runs_sweep() -> int:
    """Take up imports that nobody is at: never begun, or their worker died. Return how many."""
    silent = Q(alive_at=None) | Q(alive_at__lt=timezone.now() - LEASE)
    keys = list(ImportRun.objects.open().filter(silent).order_by("pk").values_list("pk", flat=True))
    return sum(run_work(run_id=pk) for pk in keys)


@transaction.atomic
def _claim(run_id: int) -> ImportRun | None:
    rows = ImportRun.objects.select_for_update(of=("self",), skip_locked=True)
    run: ImportRun | None = (
        rows.select_related("uploaded_by__member", "written_by__member", "undone_by__member")
        .filter(pk=run_id)
        .first()
    )
    if run is None or not run.is_open:
        return None
    if run.alive_at and run.alive_at > timezone.now() - LEASE:
        return None
    if run.tries >= ImportRun.TRIES:  # killed each time
        _fail(run, GIVEN_UP)
        return None
    run.claim, run.alive_at, run.tries = uuid.uuid4(), timezone.now(), run.tries + 1
    run.step, run.done = "Reading the file", 0
    if run.state == State.WRITING and run.photos:
        run.claims = [*run.claims, str(run.claim)]
    run.save(update_fields=["claim", "claims", "alive_at", "tries", "step", "done"])
    return run


def _mine(run: ImportRun) -> Any:
    return ImportRun.objects.open().filter(pk=run.pk, claim=run.claim)


def _tell(run: ImportRun, **said: Any) -> None:
    """Give a sign of life with how far it is. Raises TakenOverError."""
    if not _mine(run).update(alive_at=timezone.now(), **said):
        raise TakenOverError


def _told(run: ImportRun, *, by: Any) -> Told:
    words = f"Taken over from {run.source} ({run.ref})."
    return Told(
        stamp=Stamp(by, timezone.now(), words),
        ref=run.ref,
        source=run.source,
        ground=run.ground,
        sha256=run.sha256,
        photos=photos_of(run),
        photo_name=partial(photo_name, run.claim) if run.claim else None,
    )


def _plan(run: ImportRun, told: Told, kind: Kind) -> tuple[Table, Plan]:
    table = table_of(run)
    planner = Planner(kind, table, run.mapping, told)

    def tell(done: int, total: int) -> None:
        _tell(run, step="Checking each row", done=done, total=total)

    return table, planner.run(tell)


def _check(run: ImportRun) -> None:
    kind = KINDS[run.kind]
    told = _told(run, by=run.uploaded_by)
    table, plan = _plan(run, told, kind)
    if not plan.problems and plan.make:
        _tell(run, step="Trying it out")
        plan.findings += _try_out(run, kind, table, plan)
    _judged(run, table, plan)


def _try_out(run: ImportRun, kind: Kind, table: Table, plan: Plan) -> list[Finding]:
    """Write it as it will be written, and roll it back; return what the database refuses."""
    lines = [made for _, made in plan.make]
    for place, line in enumerate(lines):
        if hasattr(line.main, "ref"):
            line.main.ref = f"~{place}"  # the real numbers are not used up by trying
    refused: list[Refusal] = []
    try:
        with transaction.atomic():
            refused = kind.save(lines)
            if not refused:
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            raise RolledBackError
    except RolledBackError:
        pass
    return _findings(run, kind, table, plan, refused)


def _findings(
    run: ImportRun, kind: Kind, table: Table, plan: Plan, refused: list[Refusal]
) -> list[Finding]:
    level = ImportProblem.Level.PROBLEM
    return [
        finding(kind, table, run.mapping, level, plan.make[each.place][0], each.column, each.words)
        for each in refused
    ]


@transaction.atomic
def _judged(run: ImportRun, table: Table, plan: Plan) -> None:
    """Keep what was found: the import waits for its manager."""
    counts = plan.counts(len(table.rows))
    done = _mine(run).update(
        state=State.CHECKED, counts=counts, step="", claim=None, alive_at=None, tries=0,
        moved_at=timezone.now(), written_at=None, written_by=None,
    )  # fmt: skip
    if not done:
        raise TakenOverError
    _clear_later(run)
    run.problems.all().delete()
    found = sorted(plan.findings, key=lambda each: (each.level != "problem", each.row))
    ImportProblem.objects.bulk_create(
        [ImportProblem(run=run, **vars(each)) for each in found[:MOST_STORED]], batch_size=1000
    )
    record(actions.RUN_CHECKED, by=run.uploaded_by, ref=run.ref, kind=run.kind, counts=counts)


def _clear_later(run: ImportRun) -> None:
    """Delete what earlier tries stored, once it is committed that this import is past them."""
    if run.photos:
        transaction.on_commit(partial(faces_clear, run.pk), robust=True)


def _write(run: ImportRun) -> None:
    kind = KINDS[run.kind]
    told = _told(run, by=run.written_by)
    table, plan = _plan(run, told, kind)
    lines = [made for _, made in plan.make]
    if plan.problems or not plan.is_new:  # e.g. the same file, from another tab
        _judged(run, table, plan)
        return
    try:
        _tell(run, step="Storing photos" if told.photos else "Writing")
        for done in kind.prepare([*plan.make, *plan.more], told):
            _tell(run, done=min(done, len(table.rows)))
        kind.number(lines)
        _tell(run, step="Writing", done=len(table.rows))
        refused = _save(run, kind, table, plan)
    except BaseException as error:
        own_faces_clear(run)
        if isinstance(error, IntegrityError):
            # Somebody wrote what this row is, after it was judged: it is judged again.
            raise RuntimeError("something came in between") from error
        raise
    if refused:
        plan.findings += _findings(run, kind, table, plan, refused)
        _judged(run, table, plan)
    else:
        kind.after_write()


def _save(run: ImportRun, kind: Kind, table: Table, plan: Plan) -> list[Refusal]:
    """Write everything, or nothing; return what the database refuses."""
    lines, more = [made for _, made in plan.make], [made for _, made in plan.more]
    refused: list[Refusal] = []
    try:
        with transaction.atomic():
            refused = kind.save(lines)
            if refused:
                raise RolledBackError
            kind.save_more(more)
            rows = [row for line in lines for row in line.rows]
            columns, digests = undo.made_of([*rows, *(row for line in more for row in line.parts)])
            _note_rows(run, kind, plan, digests)
            _finish(run, kind, table, plan, columns)
    except RolledBackError:
        pass
    return refused


def _note_rows(run: ImportRun, kind: Kind, plan: Plan, digests: undo.Made) -> None:
    shared = {"run": run, "kind": kind.code, "source": run.source}
    rows = [
        ImportedRow(
            **shared, **_of(line), is_made=True, object_id=made.main.pk,
            made=_noted(made.rows, digests),
        )
        for line, made in plan.make
    ] + [
        ImportedRow(
            **shared, **_of(line) | {"key": digest("more", run.ref, line.key)}, is_made=False,
            object_id=made.main.pk, made=_noted(made.parts, digests),
        )
        for line, made in plan.more
    ] + [
        ImportedRow(**shared, **_of(line), is_made=False, object_id=match.object_id)
        for line, match in plan.matched
    ]  # fmt: skip
    ImportedRow.objects.bulk_create(rows, batch_size=1000)


def _noted(rows: list[Any], digests: undo.Made) -> list[list[Any]]:
    labelled = [(undo.label_of(row), row.pk) for row in rows]
    return [[label, pk, digests[label][pk]] for label, pk in labelled]


def _of(line: Line) -> dict[str, Any]:
    return {
        "number": line.number, "key": line.key, "cells": cells_of(line),
        "review_on": line.review_on, "keep_until": line.keep_until,
    }  # fmt: skip


def _finish(
    run: ImportRun, kind: Kind, table: Table, plan: Plan, columns: dict[str, list[str]]
) -> None:
    counts = plan.counts(len(table.rows))
    done = _mine(run).update(
        state=State.DONE, counts=counts, step="", claim=None, alive_at=None, tries=0,
        moved_at=timezone.now(), written_at=timezone.now(), made_columns=columns,
    )  # fmt: skip
    if not done:
        raise TakenOverError
    _clear_later(run)
    record(actions.RUN_WRITTEN, by=run.written_by, ref=run.ref, kind=run.kind, counts=counts)
    trail.taken_over(run, kind, [made for _, made in plan.make])
    trail.photos_added(run, [made for _, made in plan.more])


def _undo(run: ImportRun) -> None:
    _tell(run, step="Looking at what depends on it")
    with transaction.atomic():
        made = undo.made_by(run)
        undo.lock(made)
        stands = undo.in_the_way(run, made)
        if stands:
            _stays(run, stands)
            return
        noted = trail.about_subjects(made)
        try:
            with transaction.atomic():
                files = undo.delete(made)
        except IntegrityError:
            _stays(run, ["Something was added to it a moment ago. Look again."])
            return
        ImportedRow.objects.filter(run=run).update(
            undone_at=timezone.now(), key="", cells={}, made=[], review_on=None, keep_until=None
        )
        done = _mine(run).update(
            state=State.UNDONE, step="", claim=None, alive_at=None, tries=0, in_the_way=[],
            moved_at=timezone.now(), undone_at=timezone.now(),
        )  # fmt: skip
        if not done:
            raise TakenOverError
        files_delete(ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk))
        record(actions.RUN_UNDONE, by=run.undone_by, ref=run.ref, kind=run.kind, counts=run.counts)
        trail.removed(run, noted)
        transaction.on_commit(lambda: photos_delete(files), robust=True)
    KINDS[run.kind].after_write()


def _stays(run: ImportRun, stands: list[str]) -> None:
    """Leave an import as it is: something hangs on it."""
    done = _mine(run).update(
        state=State.DONE, step="", claim=None, alive_at=None, tries=0, in_the_way=stands,
        undone_by=None, undo_reason="", moved_at=timezone.now(),
    )  # fmt: skip
    if not done:
        raise TakenOverError


@transaction.atomic
def _fail(run: ImportRun, problem: str) -> None:
    """Give up: what was written stays written, what was not is not."""
    was_written = run.state == State.UNDOING
    said: dict[str, Any] = {"state": State.FAILED, "problem": problem[:500]}
    if was_written:
        said = {"state": State.DONE, "in_the_way": [problem[:200]], "undone_by": None,
                "undo_reason": ""}  # fmt: skip
    elif run.state == State.WRITING:
        said |= {"written_at": None, "written_by": None}
    rows = ImportRun.objects.open().filter(pk=run.pk, claim=run.claim)
    if rows.update(step="", claim=None, alive_at=None, tries=0, moved_at=timezone.now(), **said):
        _clear_later(run)
        record(actions.RUN_FAILED, by=None, ref=run.ref, kind=run.kind)
