"""What an installation needs before its processes start: after installing, and at each upgrade."""

import time
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection

from dtac.refusals import unfinished_refuse

LOCK_SECONDS: Final = 5
TRIES: Final = 60
LOCK_NOT_AVAILABLE: Final = "55P03"


class Command(BaseCommand):
    help = "Brings the tables to this version, and collects the static files."

    def handle(self, *args: Any, **options: Any) -> None:
        unfinished_refuse()
        self.stdout.write("Tables ...")
        self._migrate()
        self.stdout.write("Static files ...")
        call_command(
            "collectstatic",
            verbosity=0,
            interactive=False,
            ignore_patterns=settings.STATIC_IGNORE,
        )
        self.stdout.write("Ready to start.")

    def _migrate(self) -> None:
        """Migrate; a change that would wait for a lock gives way, and is tried again.

        Waiting it would hold up every page behind it: the night's backup reads each table.
        """
        for left in reversed(range(TRIES)):
            try:
                with connection.cursor() as cursor:
                    cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
                call_command("migrate", verbosity=0, interactive=False)
                return
            except OperationalError as error:
                if not left or getattr(error.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE:
                    raise
                connection.close()
                self.stdout.write("Something holds a table. Trying again ...")
                time.sleep(LOCK_SECONDS)
