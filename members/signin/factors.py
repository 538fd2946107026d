"""Second factors: codes of an app, passkeys, recovery codes. Added, used once, ended, reset."""

import secrets
import time
from typing import Any, Final

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt, encrypt
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.crypto import constant_time_compare

from audit.services import record
from members import actions
from members.models import User

from . import notices
from .sessions import sessions_drop

Type = Authenticator.Type
DEMO_SECRET: Final = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105  (public on purpose)
PERIOD: Final = 30
"""Seconds for which an app shows a code."""
SKEW: Final = 1
"""Steps by which the person's clock may be off."""
MOST_PASSKEYS: Final = 10
WORDS: Final = {Type.TOTP: "Codes of an app", Type.WEBAUTHN: "Passkey"}
LAST_ONE: Final = "Your role needs a second step. Set up another one, then take this one off."


def needs_second_factor(user: User) -> bool:
    """Whether this user's role has to give a second factor."""
    return user.role in settings.DTAC_SECOND_FACTOR_ROLES or user.is_superuser


def factors_of(user: User) -> QuerySet[Authenticator]:
    """Return the apps and passkeys of a user, the oldest first; recovery codes are no factor."""
    rows: QuerySet[Authenticator] = Authenticator.objects.filter(user=user)
    return rows.exclude(type=Type.RECOVERY_CODES).order_by("created_at", "pk")


def with_factor(users: QuerySet[User]) -> QuerySet[User]:
    """Return those of some users who have set up a second factor."""
    rows = Authenticator.objects.filter(user=OuterRef("pk"))
    return users.filter(Exists(rows.exclude(type=Type.RECOVERY_CODES)))


def codes_left(user: User) -> int:
    """Return how many recovery codes a user has not used yet."""
    row = Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).first()
    return len(row.wrap().get_unused_codes()) if row else 0


@transaction.atomic
def code_use(*, user: User, code: str) -> Authenticator | None:
    """Take a code of the user's app, or a recovery code; return what it was of, None if refused.

    Each is taken once: of an app's codes none that is as old as the last one taken, whatever the
    cache has forgotten. The app's clock may be off by one step.
    """
    rows = Authenticator.objects.select_for_update().filter(user=user)
    for row in rows.exclude(type=Type.WEBAUTHN).order_by("pk"):
        if row.type == Type.TOTP:
            if _app_code_use(row, code):
                return row
        elif row.wrap().validate_code(code):
            left = len(Authenticator.objects.get(pk=row.pk).wrap().get_unused_codes())
            record(actions.CODE_USED, by=user, left=left)
            words = f"{left} are left. Make new ones on the page about the second step."
            notices.account_notice(user=user, what=notices.CODE_USED, more=words)
            return row
    return None


def app_secret_new() -> str:
    """Return a fresh secret for an app."""
    return str(generate_totp_secret())


def app_code(secret: str, *, step: int | None = None) -> str:
    """Return the code that an app with this secret shows now, or in that step."""
    step = int(time.time()) // PERIOD if step is None else step
    return str(format_hotp_value(hotp_value(secret, step)))


@transaction.atomic
def app_add(*, by: User, secret: str, code: str, device: str = "") -> list[str]:
    """Set up an app whose code shows that it has the secret; return recovery codes made with it.

    Raises ValidationError: there is one already, or the code is not the app's.
    """
    _lock(by)
    if Authenticator.objects.filter(user=by, type=Type.TOTP).exists():
        raise ValidationError("An app is set up already. Take it off first.")
    if secret == DEMO_SECRET and not settings.DTAC_DEMO:
        raise ValidationError("This secret is public. Start again.")
    step = _step_of(secret, code, after=0)
    if step is None:
        raise ValidationError({"code": "That is not right. Try the newest code."})
    data = {"secret": encrypt(secret), "last_step": step}
    row = Authenticator.objects.create(user=by, type=Type.TOTP, data=data)
    return _added(by, row, device)


@transaction.atomic
def passkey_add(*, by: User, name: str, credential: dict[str, Any], device: str = "") -> list[str]:
    """Set up a passkey that the browser has made; return recovery codes made with it.

    `credential` has been checked. Raises ValidationError: too many.
    """
    _lock(by)
    if factors_of(by).filter(type=Type.WEBAUTHN).count() >= MOST_PASSKEYS:
        raise ValidationError(f"{MOST_PASSKEYS} passkeys are set up. Take one off first.")
    row = WebAuthn.add(by, name.strip() or "Passkey", credential).instance
    return _added(by, row, device)


@transaction.atomic
def codes_new(*, by: User, device: str = "") -> list[str]:
    """Make new recovery codes in place of those there are; return them: they are shown once.

    Raises ValidationError: there is no second factor that they could stand in for.
    """
    _lock(by)
    if not factors_of(by).exists():
        raise ValidationError("Set up an app or a passkey first.")
    codes = _codes_make(by)
    record(actions.CODES_MADE, by=by)
    notices.account_notice(user=by, what=notices.CODES_MADE, device=device)
    return codes


@transaction.atomic
def factor_end(*, by: User, factor: int, device: str = "") -> Authenticator | None:
    """Take one of one's own second factors off; return it, None if it is gone already.

    Raises ValidationError: it is the last one, and the role needs one.
    """
    _lock(by)
    row: Authenticator | None = factors_of(by).filter(pk=factor).first()
    if row is None:
        return None
    last = not factors_of(by).exclude(pk=row.pk).exists()
    if last and needs_second_factor(by):
        raise ValidationError(LAST_ONE)
    Authenticator.objects.filter(pk=row.pk).delete()
    if last:
        Authenticator.objects.filter(user=by).delete()
    record(actions.FACTOR_ENDED, by=by, kind=row.type)
    notices.account_notice(user=by, what=notices.FACTOR_ENDED, device=device)
    return row


@transaction.atomic
def factors_reset(*, by: User | None, user: User, reason: str) -> bool:
    """Take all second factors off somebody who has lost their device, and end their sessions.

    They set up a new one when they sign in next, if their role needs one. `by` is None where it
    is done on the server. Returns whether there were any. Raises ValidationError: oneself, or no
    reason.
    """
    if by is not None and by.pk == user.pk:
        raise ValidationError("Nobody resets their own second step. Ask somebody else to.")
    if not reason.strip():
        raise ValidationError({"reason": "Write how you know that it is them who asked."})
    _lock(user)
    if not Authenticator.objects.filter(user=user).delete()[0]:
        return False
    sessions_drop(user=user, why="reset")
    record(actions.FACTOR_RESET, by=by, user=user.pk, reason=reason.strip())
    who = by.name if by else "whoever keeps the server"
    notices.account_notice(user=user, what=notices.FACTOR_RESET, more=f"It was done by {who}.")
    return True


def demo_factors_make(users: list[User]) -> None:
    """Give the demo's users whose role needs it the demo's public secret."""
    if not settings.DTAC_DEMO:
        raise RuntimeError("this is for the demo only")
    needing = [user for user in users if needs_second_factor(user)]
    Authenticator.objects.bulk_create(
        Authenticator(user=user, type=Type.TOTP, data={"secret": encrypt(DEMO_SECRET)})
        for user in needing
    )
    for user in needing:
        _codes_make(user)


def _app_code_use(row: Authenticator, code: str) -> bool:
    secret = decrypt(row.data["secret"])
    if secret == DEMO_SECRET and not settings.DTAC_DEMO:
        return False
    step = _step_of(secret, code, after=row.data.get("last_step", 0))
    if step is None:
        return False
    row.data["last_step"] = step
    row.save(update_fields=["data"])
    return True


def _step_of(secret: str, code: str, *, after: int) -> int | None:
    """Return the newest step near now whose code this is; None if there is none after `after`."""
    typed = "".join(code.split())
    now = int(time.time()) // PERIOD
    found = None
    for step in range(now - SKEW, now + SKEW + 1):
        if constant_time_compare(app_code(secret, step=step), typed) and step > after:
            found = step
    return found


def _added(by: User, row: Authenticator, device: str) -> list[str]:
    record(actions.FACTOR_ADDED, by=by, kind=row.type)
    notices.account_notice(user=by, what=notices.FACTOR_ADDED, device=device)
    if Authenticator.objects.filter(user=by, type=Type.RECOVERY_CODES).exists():
        return []
    return _codes_make(by)


def _codes_make(user: User) -> list[str]:
    Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()
    data = {"seed": encrypt(secrets.token_hex(40)), "used_mask": 0}
    row = Authenticator.objects.create(user=user, type=Type.RECOVERY_CODES, data=data)
    return list(RecoveryCodes(row).generate_codes())


def _lock(user: User) -> None:
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
