"""For a scheme whose only manager has lost the device with the second step."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from members.models import User
from members.signin.factors import factors_reset


class Command(BaseCommand):
    """Takes off somebody's second steps where nobody can do it on the site."""

    help = "Reset a person's second step. They set up a new one when they sign in next."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the person and how it is known that it is them."""
        parser.add_argument("email", help="whose, by the address they sign in with")
        parser.add_argument("--reason", required=True, help="how you know that it is them")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset it, or say why not."""
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError("Nobody signs in with this address.")
        try:
            done = factors_reset(by=None, user=user, reason=options["reason"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if not done:
            raise CommandError(f"{user.name} has no second step.")
        self.stdout.write(f"{user.name} signs in with the password and sets up a new one.")
