"""What `./run demo` needs before the servers start: tables, data, static files."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from dtac.demo import load
from dtac.demo.alerts import freshen_alerts


class Command(BaseCommand):
    """Does only what isn't done yet, so that a second start is quick."""

    help = "Migrate, load the demo's data the first time, collect static files."
    requires_system_checks = ()
    """They load every page, which takes half a second of a start; `./run check` does them."""

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DTAC_DEMO:
            raise CommandError("This is for the demo only.")
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.tell("Setting up the database ...")
            call_command("migrate", verbosity=0)
        if not load.is_loaded():
            load.load(tell=self.tell)
        freshen_alerts()
        self.collect_static()

    def collect_static(self) -> None:
        """Collect static files if any is newer than the last time."""
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        newest = max(
            (
                path.stat().st_mtime
                for root in settings.STATICFILES_DIRS
                for path in Path(root).rglob("*")
            ),
            default=0.0,
        )
        if stamp.exists() and stamp.stat().st_mtime >= newest:
            return
        self.tell("Collecting static files ...")
        call_command(
            "collectstatic",
            verbosity=0,
            interactive=False,
            ignore_patterns=settings.STATIC_IGNORE,
        )
        stamp.touch()

    def tell(self, words: str) -> None:
        """Print a line of progress at once."""
        self.stdout.write(words)
        self.stdout.flush()
