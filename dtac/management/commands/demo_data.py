"""Load the demo's data, or a multiple of it, in place of what is there."""

import shutil
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from dtac.demo import load

# Nobody empties these but this command, and only the demo's.
APPEND_ONLY = ("audit_event", "members_sharingrecord")


class Command(BaseCommand):
    """`demo_data --scale 10` empties the demo's database and fills it ten times over."""

    help = "Load invented demo data in place of what is there. --scale multiplies it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", type=int, default=1, help="how many times the demo's size")
        parser.add_argument(
            "--empty-only", action="store_true", help="do nothing where there is data already"
        )
        parser.add_argument("--seed", type=int, default=load.SEED, help="the same seed, same data")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DTAC_DEMO:
            raise CommandError("Demo data is for the demo only: this is a real installation.")
        if not 1 <= options["scale"] <= 1000:
            raise CommandError("Choose a scale from 1 to 1000.")
        call_command("migrate", verbosity=0)  # the demo may never have run here
        if load.is_loaded():
            if options["empty_only"]:
                raise CommandError("There is data already, and it was not to be deleted.")
            self.empty()
        began = time.monotonic()
        load.load(scale=options["scale"], seed=options["seed"], tell=self.tell)
        self.tell(f"Loaded in {time.monotonic() - began:.1f} s.")

    def tell(self, words: str) -> None:
        """Print a line of progress at once."""
        self.stdout.write(words)
        self.stdout.flush()

    def empty(self) -> None:
        """Delete every row and photo, the log's rows too: this is the demo's own database."""
        self.tell("Deleting what is there ...")
        tables = [
            name
            for name in connection.introspection.table_names()
            if name.split("_")[0]
            in ("audit", "members", "offenders", "incidents", "exclusions", "board", "imports")
        ]
        names = ", ".join(connection.ops.quote_name(name) for name in tables)
        with connection.cursor() as cursor:
            for table in APPEND_ONLY:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"TRUNCATE {names}, mfa_authenticator, django_admin_log CASCADE")
            for table in APPEND_ONLY:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for folder in ("originals", "variants", "imports"):
            shutil.rmtree(Path(settings.MEDIA_ROOT) / folder, ignore_errors=True)
