"""What an installation needs before its processes start: after installing, and at each upgrade."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Brings the tables to this version, and collects the static files."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("Tables ...")
        call_command("migrate", verbosity=0, interactive=False)
        self.stdout.write("Static files ...")
        call_command(
            "collectstatic",
            verbosity=0,
            interactive=False,
            ignore_patterns=settings.STATIC_IGNORE,
        )
        self.stdout.write("Ready to start.")
