"""After a database was put back by PostgreSQL's own means: what must follow before it is used."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dtac.backups.after import ledgers_check, settle
from dtac.backups.errors import BackupError
from dtac.refusals import unfinished_refuse


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

        parser.add_argument("--without-ledger", action="store_true", help="there is none left")

    def handle(self, *args: Any, **options: Any) -> None:
        unfinished_refuse()
        try:
            ledgers_check(options["ledger"], without_ledger=options["without_ledger"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        done = settle(b"", options["ledger"], send_waiting=False, name="point in time")
        self.stdout.write(
            f"{len(done.deleted_again)} deleted again, {done.sessions_ended} sessions ended,"
            f" {done.letters_held} e-mails held, {done.bulletins_stopped} bulletins stopped."
        )
