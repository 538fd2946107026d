"""Look through new migrations for what would hold up a large table or break the old version."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dtac.upgrades import problems


class Command(BaseCommand):
    help = "Refuses migrations that lock a large table for long, or break the version that runs."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(problems())
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write("No migration holds up a large table or breaks the old version.")
