"""What is due to be deleted; deleting it now; deleting again what the ledger says."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import dates
from records.models import RetentionRun
from records.retention.entries import entries_due
from records.retention.ledger import ledger_replay, ledger_write
from records.retention.nightly import files_finish, night_run
from records.retention.plan import plan


class Command(BaseCommand):
    help = (
        "Deletes what is due by the rules of retention. With --dry-run only lists it, for today or"
        " --on a day. With --replay FILE deletes again what a ledger says was deleted, after a"
        " backup was put back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="list, delete nothing")
        parser.add_argument("--on", metavar="DATE", help="with --dry-run: as of this day")
        parser.add_argument("--replay", metavar="FILE", help="delete again by this ledger")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["replay"]:
            self._replay(options["replay"])
        elif options["dry_run"]:
            self._list(_day(options["on"]))
        elif options["on"]:
            raise CommandError("--on goes with --dry-run: what is deleted is what is due today.")
        else:
            self._run()

    def _list(self, on: dt.date) -> None:
        lines = plan(on)
        for line in lines:
            kept = f" KEPT: {'; '.join(line.kept)}." if line.kept else ""
            self.stdout.write(f"{line.ref}  due {line.due_on}  {line.because}.{kept}")
        going = sum(not line.kept for line in lines)
        old = entries_due(on)
        self._say_entries(old.log, old.sharing)
        self.stdout.write(f"{going} to be deleted by {on}, {len(lines) - going} due but kept.")

    def _run(self) -> None:
        was_done = RetentionRun.objects.filter(on=dates.today(), finished_at__isnull=False).exists()
        night = night_run()
        for item in night.items.all():
            said = f"  {item.words}" if item.words else ""
            self.stdout.write(f"{item.ref}  {item.get_state_display().lower()}{said}")
        state = "another worker is still at it"
        if night.finished_at:
            state = "done"
            if was_done:
                state += " before; what has become due since is on the next night’s list"
            self._say_entries(night.log_entries, night.sharing_entries)
        elif night.waits:
            state = f"{night.held_because} It waits for the Intelligence Manager, on its page"
        self.stdout.write(f"Night of {night.on}: {state}.")

    def _say_entries(self, log: int, sharing: int) -> None:
        words = f"By their age: {log} entries of the access log, {sharing} of the sharing register."
        self.stdout.write(words)

    def _replay(self, path: str) -> None:
        again = ledger_replay(path)
        files_finish()
        ledger_write()
        for ref in again:
            self.stdout.write(ref)
        self.stdout.write(f"{len(again)} deleted again.")


def _day(text: str | None) -> dt.date:
    try:
        return dt.date.fromisoformat(text) if text else dates.today()
    except ValueError as error:
        raise CommandError("Give the day as 2026-03-14.") from error
