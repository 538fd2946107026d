"""Make a backup: database and files, locked, read back."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dtac.backups.errors import BackupError
from dtac.backups.making import backup_make, backups_prune
from dtac.refusals import unfinished_refuse


class Command(BaseCommand):
    help = (
        "Makes a backup of one moment: the database and every file, locked with the public keys in"
        " DTAC_BACKUP_RECIPIENTS, read back before it counts. Deletes those that are too old."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", metavar="FOLDER", help="instead of DTAC_BACKUP_DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        unfinished_refuse()
        folder = Path(options["to"] or settings.DTAC_BACKUP_DIR)
        self._prune(folder)  # first: a full disk would never be less full otherwise
        try:
            made = backup_make(folder, tell=self.tell)
        except (BackupError, OSError) as error:
            raise CommandError(f"No backup was made. {error}") from error
        self._prune(folder)
        held = made.manifest
        self.tell(
            f"{made.path}: {sum(held.rows.values()):,} rows, {len(held.files):,} files,"
            f" {made.byte_size / 1e6:,.1f} MB in {made.seconds:.1f} s, read back."
        )
        if held.gone:
            self.tell(f"{len(held.gone)} files were deleted with their records meanwhile.")
        if held.missing:
            listed = "\n  ".join(held.missing[:20])
            raise CommandError(
                f"The backup stands, but {len(held.missing)} files are lost or changed in the"
                f" store. An older backup may have them:\n  {listed}"
            )

    def _prune(self, folder: Path) -> None:
        for path in backups_prune(folder, days=settings.DTAC_BACKUP_KEEP_DAYS):
            self.tell(f"Deleted {path.name}: older than {settings.DTAC_BACKUP_KEEP_DAYS} days.")

    def tell(self, words: str) -> None:
        """Print a line of progress at once."""
        self.stdout.write(words)
        self.stdout.flush()
