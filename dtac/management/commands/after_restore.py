"""After a database was put back by PostgreSQL's own means: what must follow before it is used."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dtac.backups.after import settle


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
        done = settle(b"", options["ledger"], send_waiting=False, name="point in time")
        self.stdout.write(
            f"{len(done.deleted_again)} deleted again, {done.sessions_ended} sessions ended,"
            f" {done.letters_held} e-mails held, {done.bulletins_stopped} bulletins stopped."
        )
