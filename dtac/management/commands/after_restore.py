"""After a database was put back by PostgreSQL's own means: what must follow before it is used."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from audit.services import record
from dtac import actions
from dtac.backups.after import letters_hold, replay, sendings_hold, sessions_end


class Command(BaseCommand):
    help = (
        "After a return to a point in time: deletes again by the ledger who was deleted since, ends"
        " everybody's session, holds letters and bulletins that have gone since. `restore` does"
        " this by itself."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--ledger", type=Path, action="append", default=[],
            help="the newest copy of the ledger of deletions, besides that in its place",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        again = replay(b"", options["ledger"])
        ended, held, stopped = sessions_end(), letters_hold(), sendings_hold()
        record(
            actions.BACKUP_RESTORED, by=None, name="point in time", deleted_again=len(again),
            letters_held=held, sessions_ended=ended, stopped=stopped,
        )  # fmt: skip
        self.stdout.write(
            f"{len(again)} deleted again, {ended} sessions ended, {held} e-mails held,"
            f" {stopped} bulletins stopped."
        )
