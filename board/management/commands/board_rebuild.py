"""Count all of the Board's figures anew from the records."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from board.tallies import tallies_rebuild


class Command(BaseCommand):
    """`board_rebuild` puts fresh counts in place of all there are. The page goes on meanwhile."""

    help = "Count all of the Board's figures anew from the records."

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        if not tallies_rebuild():
            raise CommandError("A worker is counting just now. Try again in a moment.")
        self.stdout.write(f"Counted in {time.monotonic() - began:.1f} s.")
