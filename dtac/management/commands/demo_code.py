"""The code that the demo's second step takes now."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from members.signin.factors import DEMO_SECRET, app_code


class Command(BaseCommand):
    """Prints what an authenticator app with the demo's secret shows."""

    help = "Print the demo's code for the second step. Each is taken once: wait for the next."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it; outside the demo there is none."""
        if not settings.DTAC_DEMO:
            raise CommandError("This is for the demo only.")
        self.stdout.write(app_code(DEMO_SECRET))
