"""What people are told by e-mail of their own account: when, where in words, what to do."""

import uuid
from typing import Final

from django.utils import timezone

from common import dates
from members.mail import email_queue
from members.models import User

NEW_DEVICE: Final = "Your account was used on a new device"
FACTOR_ADDED: Final = "A second step was added to your account"
FACTOR_ENDED: Final = "A second step was taken off your account"
FACTOR_RESET: Final = "The second step of your account was reset"
CODES_MADE: Final = "New recovery codes were made for your account"
CODE_USED: Final = "A recovery code was used for your account"
PASSWORD_CHANGED: Final = "The password of your account was changed"  # noqa: S105 (a sentence)


def account_notice(*, user: User, what: str, device: str = "", more: str = "") -> None:
    """Queue an e-mail to a person that something was done to their account.

    `device` is in words; `more` a sentence. Call inside the transaction that does it.
    """
    now = timezone.localtime(timezone.now(), dates.LONDON)
    email_queue(
        users=[user],
        key=f"account:{uuid.uuid4()}",
        template="account-notice",
        context={"what": what, "at": f"{dates.short_date(now.date())} at {now:%H:%M}",
                 "device": device, "more": more},
    )  # fmt: skip
