"""Put a backup back into an empty database and an empty store; or only prove it."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from dtac.backups.archive import identities_in
from dtac.backups.errors import BackupError
from dtac.backups.reading import read_through
from dtac.backups.restoring import backup_restore


class Command(BaseCommand):
    help = (
        "Puts a backup back: into a new database that was not migrated, and an empty store. Deletes"
        " again, by the ledger, who was deleted since it was made."
    )
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the backup")
        parser.add_argument("--key", type=Path, required=True, help="file with the secret key")
        parser.add_argument(
            "--ledger", type=Path, action="append", default=[],
            help="the newest copy of the ledger of deletions; several may be given",
        )  # fmt: skip
        parser.add_argument("--without-ledger", action="store_true", help="there is none left")
        parser.add_argument(
            "--send-waiting", action="store_true",
            help="send e-mails that were waiting then, though they may have gone since",
        )  # fmt: skip
        parser.add_argument("--prove", action="store_true", help="read it all, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            words = self._prove(options) if options["prove"] else self._restore(options)
        except (BackupError, OSError, Error) as error:
            raise CommandError(str(error)) from error
        self.tell(f"{words} {time.monotonic() - began:.1f} s.")

    def _prove(self, options: dict[str, Any]) -> str:
        held = read_through(options["file"], identities_in(options["key"]))
        rows, files = sum(held.rows.values()), len(held.files)
        return f"It is whole, of {held.made_at}: {rows:,} rows, {files:,} files."

    def _restore(self, options: dict[str, Any]) -> str:
        done = backup_restore(
            options["file"],
            key=options["key"],
            ledgers=options["ledger"],
            without_ledger=options["without_ledger"],
            send_waiting=options["send_waiting"],
            tell=self.tell,
        )
        after = done.settled
        for ref in after.deleted_again:
            self.tell(f"  {ref} deleted again")
        if after.letters_held:
            self.tell(f"  {after.letters_held} waiting e-mails held; the manager sees which.")
        if after.bulletins_stopped:
            self.tell(f"  {after.bulletins_stopped} bulletins stopped; the manager sees which.")
        self.tell(
            f"  The backup is of {done.manifest.made_at[:16]} UTC. What was closed, withdrawn or"
            " revoked since holds again: tell the Intelligence Manager before anybody is let in."
        )
        return "Everything is back, and everybody signs in anew."

    def tell(self, words: str) -> None:
        """Print a line of progress at once."""
        self.stdout.write(words)
        self.stdout.flush()
