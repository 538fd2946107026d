"""The first day: the scheme, its areas and agreement, an administrator and a manager."""

import sys
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dtac.beginning import Person, scheme_begin


class Command(BaseCommand):
    help = (
        "Begins a scheme in an empty database. Asks for the administrator's password (or reads it"
        " as a line of standard input), and prints the link by which the Intelligence Manager"
        " makes their account. Everybody else is invited by them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--area", action="append", required=True, help="again for each one")
        parser.add_argument(
            "--agreement", type=Path, required=True, help="text of the data-sharing agreement"
        )
        for who in ("admin", "manager"):
            parser.add_argument(f"--{who}", nargs=2, required=True, metavar=("NAME", "EMAIL"))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            link = scheme_begin(
                areas=options["area"],
                agreement=options["agreement"].read_text(encoding="utf-8"),
                admin=Person(*options["admin"]),
                password=_password(),
                manager=Person(*options["manager"]),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except OSError as error:
            raise CommandError(f"The agreement can't be read: {error}") from error
        self.stdout.write(f"The Intelligence Manager begins at {link}")
        self.stdout.write("It works once, for a week, and was sent by e-mail as well.")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    typed = getpass("Password of the administrator: ")
    if typed != getpass("Once more: "):
        raise CommandError("The two are not the same.")
    return typed
