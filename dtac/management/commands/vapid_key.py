"""A key for Web Push."""

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Prints a fresh private key. Whoever has it can send in this installation's name."""

    help = "Make a private key for Web Push, to be put into DTAC_VAPID_PRIVATE_KEY."
    requires_system_checks: list[str] = []  # it mends the one that would stop it

    def handle(self, *args: Any, **options: Any) -> None:
        value = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
        self.stdout.write(base64.urlsafe_b64encode(value.to_bytes(32)).decode().rstrip("="))
