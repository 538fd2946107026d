"""Import a file by hand: what the pages do, on the terminal."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from imports.forms import default_user
from imports.kinds import KINDS
from imports.models import ImportRun
from imports.running import run_work
from imports.services import Upload, mapping_of, run_map, run_undo, run_upload, run_write
from members.models import User
from offenders.models import Ground

MOST_SHOWN = 200


class Command(BaseCommand):
    """`import_data members members.csv --source "Old system"`; exits 1 where it has problems."""

    help = "Import a CSV or XLSX file, or undo an import. Nothing is written unless all of it can."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", nargs="?", choices=list(KINDS), help="what the file holds")
        parser.add_argument("file", nargs="?", type=Path, help="CSV, XLSX, or ZIP with a table")
        parser.add_argument("--photos", type=Path, help="ZIP of photos that the table names")
        parser.add_argument("--by", default="", help="e-mail of the Intelligence Manager")
        parser.add_argument("--source", default="Spreadsheet", help="where it was kept until now")
        parser.add_argument("--holder", default="", help="who was responsible for it until now")
        parser.add_argument("--ground", default="", choices=["", *Ground.values])
        parser.add_argument("--map", type=Path, help="JSON: our field to their column's name")
        parser.add_argument("--dry-run", action="store_true", help="say what would be, and stop")
        parser.add_argument("--undo", metavar="REF", help="undo an import, such as IMP-0003")
        parser.add_argument("--reason", default="Undone by the command.", help="why it is undone")

    def handle(self, *args: Any, **options: Any) -> None:
        by = default_user(options["by"])
        if by is None:
            raise CommandError("Say who imports: --by with the Intelligence Manager's e-mail.")
        try:
            if options["undo"]:
                self.undo(by, options)
            else:
                self.bring_in(by, options)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        except OSError as error:
            raise CommandError(f"{error.strerror}: {error.filename}") from error

    def undo(self, by: User, options: dict[str, Any]) -> None:
        run = ImportRun.objects.filter(ref=options["undo"]).first()
        if run is None:
            raise CommandError(f"There is no import {options['undo']}.")
        run = self.work(run_undo(by=by, run=run, reason=options["reason"]))
        if run.state != ImportRun.State.UNDONE:
            raise CommandError("It stays, because:\n" + "\n".join(run.in_the_way or [run.problem]))
        self.stdout.write(f"{run.ref} is undone.")

    def bring_in(self, by: User, options: dict[str, Any]) -> None:
        if not options["kind"] or not options["file"]:
            raise CommandError("Say what the file holds, and which file: members members.csv")
        run = self.upload(by, options)
        mapping = self.mapping(run, options["map"])
        run = self.work(run_map(by=by, run=run, mapping=mapping))
        self.show(run)
        if run.problem_count or run.state != ImportRun.State.CHECKED:
            raise CommandError(f"{run.ref}: nothing was written. Correct the file, send it again.")
        if options["dry_run"] or not run.is_ready:
            self.stdout.write(f"{run.ref}: nothing was written.")
            return
        run = self.work(run_write(by=by, run=run))
        if run.state != ImportRun.State.DONE:
            self.show(run)
            raise CommandError(f"{run.ref}: nothing was written. {run.problem}")
        self.stdout.write(f"{run.ref}: {run.make_count:,} imported.")

    def upload(self, by: User, options: dict[str, Any]) -> ImportRun:
        path: Path = options["file"]
        with path.open("rb") as stream:
            photos = options["photos"].open("rb") if options["photos"] else None
            data = Upload(
                kind=options["kind"], source=options["source"], holder=options["holder"],
                ground=options["ground"], file=File(stream, name=path.name),
                photos=File(photos, name="photos.zip") if photos else None,
            )  # fmt: skip
            try:
                return run_upload(by=by, data=data)
            finally:
                if photos:
                    photos.close()

    def mapping(self, run: ImportRun, path: Path | None) -> dict[str, int]:
        """Return the columns as a file says them, or as they are guessed."""
        if path is None:
            return mapping_of(run)
        try:
            said = json.loads(path.read_text())
            return {str(field): run.head.index(name) for field, name in said.items()}
        except (ValueError, AttributeError) as error:
            raise CommandError(f"--map can’t be used: {error}") from error

    def work(self, run: ImportRun) -> ImportRun:
        """Do what it waits for, here or in a worker that is faster; return it once it is over."""
        while True:
            run_work(run_id=run.pk)
            run.refresh_from_db()
            if not run.is_open:
                return run
            time.sleep(0.5)

    def show(self, run: ImportRun) -> None:
        """Print what was found."""
        for each in run.problems.all()[:MOST_SHOWN]:
            mark = "  (to know)" if each.level == "note" else ""
            place = f"Row {each.row}" + (f", {each.column}" if each.column else "")
            self.stdout.write(f"{place}: {each.words}{mark}")
        said = {"rows": "rows", "make": "to be made", "there": "imported before",
                "more": "with new photos",
                "matched": "here already", "problems": "problems", "notes": "to know"}  # fmt: skip
        words = ", ".join(f"{run.counts.get(name, 0):,} {label}" for name, label in said.items())
        self.stdout.write(f"{run.ref}: {words}.")
