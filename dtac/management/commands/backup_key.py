"""Make the pair of keys of backups: a secret one into a file, a public one on screen."""

import os
from pathlib import Path
from typing import Any

import pyrage
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = (
        "Makes a key for backups. The secret one is written to FILE, which belongs on no server:"
        " keep it on paper and on a stick, in two places. The public one goes into"
        " DTAC_BACKUP_RECIPIENTS. `age-keygen` makes the same."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        secret = pyrage.x25519.Identity.generate()
        public = secret.to_public()
        try:
            handle = os.open(options["file"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"No key was made: {error}") from error
        with os.fdopen(handle, "w") as file:
            file.write(f"# public key: {public}\n{secret}\n")
        self.stdout.write(str(public))
