"""How second factors are kept and named: secrets locked, the scheme's own name on screen."""

import base64
import hashlib

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.encoding import force_bytes

CANT_READ = "Second factors were locked with another SECRET_KEY. Add it to SECRET_KEY_FALLBACKS."


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Locks secrets with the server's key: a copy of the database alone makes no codes."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That is not right. Try the newest code.",
    }

    def encrypt(self, text: str) -> str:
        """Return a secret as it is kept."""
        return _locks().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a kept secret. Raises ImproperlyConfigured: locked with a key that is gone."""
        try:
            return _locks().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise ImproperlyConfigured(CANT_READ) from error

    def get_totp_issuer(self) -> str:
        """Return the name that an authenticator app shows."""
        return "D-TAC"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return what a passkey is tied to: the host, and the scheme's name."""
        host = context.request.get_host().partition(":")[0]
        return {"id": host, "name": settings.DTAC_SCHEME_NAME}


def _locks() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_key(secret)) for secret in keys])


def _key(secret: str | bytes) -> bytes:
    made = hashlib.sha256(b"dtac second factor\0" + force_bytes(secret)).digest()
    return base64.urlsafe_b64encode(made)
