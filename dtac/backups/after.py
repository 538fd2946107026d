"""What a database that was put back must not bring back with it."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from audit.services import record
from common.db import YearlyCounter
from dtac import actions
from dtac.digest import digest_skip
from members.models import OutboundEmail, WebSession
from offenders.models import Bulletin
from records.retention.ledger import ledger_lacks, ledger_replay, ledger_write
from records.retention.nightly import files_finish

from .errors import BackupError

STOPPED: Final = "Whether it went is not known: the database was put back from a backup."
HELD: Final = "Whether it went is not known: the database was put back from a backup"


@dataclass(frozen=True)
class Settled:
    """What was done so that nothing comes back that had gone."""

    deleted_again: list[str]
    sessions_ended: int
    letters_held: int
    bulletins_stopped: int


WITHOUT: Final = (
    "If none is left anywhere, say --without-ledger: then only what was deleted before stays"
    " deleted."
)
NUMBERS_SKIPPED: Final = {"INC": 1000, "SIG": 1000}
"""Of reports, which nobody can tell how many came since."""
FEW_SKIPPED: Final = 100


def ledgers_there(ledgers: Sequence[Path], *, without_ledger: bool) -> list[Path]:
    """Return the ledgers to go by: that in its place, and those given.

    Raises BackupError: one that was given isn't there; or there is none, and that isn't said.
    """
    for path in ledgers:
        if not path.is_file():
            raise BackupError(f"There is no ledger {path}.")
    places = [path for path in (Path(settings.DTAC_LEDGER), *ledgers) if path.is_file()]
    if not places and not without_ledger:
        raise BackupError(
            "There is no ledger, so people deleted since would be back. Give the newest copy of it"
            f" with --ledger. {WITHOUT}"
        )
    return places


def ledgers_check(ledgers: Sequence[Path], *, without_ledger: bool) -> None:
    """Raise BackupError unless there is a ledger to go by, with all that the database knows of."""
    places = ledgers_there(ledgers, without_ledger=without_ledger)
    if not without_ledger and (lacking := ledger_lacks(places)):
        raise BackupError(
            f"The ledger is old, or was cut: it lacks {lacking} deletions that the database knows"
            f" of. Give its newest copy with --ledger. {WITHOUT}"
        )


def settle(kept: bytes, ledgers: Sequence[Path], *, send_waiting: bool, **about: Any) -> Settled:
    """Do what must follow before a database that was put back is used, and note it in the log.

    `kept` and `ledgers` as replay takes them; `about` is what the log says of where it came from.
    Raises as replay does.
    """
    numbers_skip()
    done = Settled(
        deleted_again=replay(kept, ledgers),
        sessions_ended=sessions_end(),
        letters_held=0 if send_waiting else letters_hold(),
        bulletins_stopped=sendings_hold(),
    )
    record(
        actions.BACKUP_RESTORED, by=None, deleted_again=len(done.deleted_again),
        sessions_ended=done.sessions_ended, letters_held=done.letters_held,
        stopped=done.bulletins_stopped, **about,
    )  # fmt: skip
    return done


def replay(kept: bytes, ledgers: Sequence[Path]) -> list[str]:
    """Delete again what any ledger has, and keep all their lines in ours; return the references.

    `kept` is the ledger of the backup itself. Raises what ledger_replay raises: then the same
    ledgers are replayed by `manage.py retention --replay FILE` once more.
    """
    ours = Path(settings.DTAC_LEDGER)
    texts = [kept.decode(errors="replace")]
    texts += [path.read_text(errors="replace") for path in (ours, *ledgers) if path.exists()]
    lines = dict.fromkeys(line for text in texts for line in text.splitlines() if line.strip())
    whole = "".join(f"{line}\n" for line in lines)
    ours.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=ours.parent, delete=False) as draft:
        draft.write(whole)
    Path(draft.name).replace(ours)
    again = ledger_replay(ours)
    files_finish()
    ledger_write()
    return again


def numbers_skip() -> None:
    """Leave out references that may have been given since: a letter with one is about another."""
    years = (0, timezone.now().year)
    for model in apps.get_models():
        if not issubclass(model, YearlyCounter):
            continue
        for row in model._default_manager.filter(year__in=years):
            skipped = NUMBERS_SKIPPED.get(row.prefix, FEW_SKIPPED)
            model._default_manager.filter(pk=row.pk).update(last=F("last") + skipped)


def sessions_end() -> int:
    """End everybody's session: some were ended for a reason after the backup. Return how many."""
    return int(WebSession.objects.all().delete()[0])


def letters_hold() -> int:
    """Give up letters that were waiting: most went after the backup, and none may go twice.

    The manager sees them as not delivered, with the reason, and can send again what matters.
    """
    return OutboundEmail.objects.filter(state__in=OutboundEmail.OPEN).update(
        state=OutboundEmail.State.GIVEN_UP,
        claimed_at=None,
        claim_token=None,
        fault="",
        failing_since=None,
        ended_at=timezone.now(),
        last_error=HELD,
    )


def sendings_hold() -> int:
    """Stop what would be sent to many a second time; return how many bulletins.

    A bulletin whose time came after the backup went then: it is a draft again, and the manager sees
    why. One that was being sent gets no more letters. The week's digest went, or is left out.
    """
    now = timezone.now()
    digest_skip()
    going = Bulletin.objects.to_queue().update(queued_at=now)
    due = Bulletin.objects.to_start().update(
        send_at=None, scheduled_by=None, stopped_at=now, stopped_why=STOPPED
    )
    return going + due
