"""How each kind of letter is made: its texts, its pictures, and the way to turn its kind off.

A letter that needs to know subjects is made by a maker that a higher app registers, at the moment
it is sent and for the one who gets it: what was withdrawn since it was queued is not in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from common.emails import AttachedFile, InlineImage, RenderedEmail, render_email

from .models import MailKind, User

SALT = "members.letters.stop"
WANTS = {MailKind.BULLETIN: "receives_bulletins", MailKind.DIGEST: "receives_digest"}
"""The field of a user that says whether they want a kind of mail. Other kinds always go."""


class NothingToSay(Exception):  # noqa: N818  (not an error: a letter that is not sent)
    """There is nothing left that this letter could tell its reader."""


@dataclass(frozen=True)
class Letter:
    """What a maker gives: the context of the templates, and pictures that go inside.

    `shown` are the references of those whose name or face is in it.
    """

    context: Mapping[str, Any]
    images: tuple[InlineImage, ...] = ()
    shown: tuple[str, ...] = ()
    files: tuple[AttachedFile, ...] = ()


Maker = Callable[[User, dict[str, Any]], Letter]
MAKERS: dict[str, Maker] = {}
AddressMaker = Callable[[str, dict[str, Any]], Letter]
ADDRESS_MAKERS: dict[str, AddressMaker] = {}
"""For letters to an address of somebody who has no account, such as who is invited."""


def register(template: str, maker: Maker) -> None:
    """Let `maker` complete each letter of a template. Raises ValueError for a second one."""
    if template in MAKERS:
        raise ValueError(f"{template} has a maker already")
    MAKERS[template] = maker


def register_for_address(template: str, maker: AddressMaker) -> None:
    """Let `maker` complete each letter of a template that goes to an address. Raises ValueError."""
    if template in ADDRESS_MAKERS:
        raise ValueError(f"{template} has a maker already")
    ADDRESS_MAKERS[template] = maker


def address_letter_render(
    *, template: str, address: str, context: Mapping[str, Any]
) -> RenderedEmail:
    """Return a letter as this address gets it now. Raises NothingToSay."""
    maker = ADDRESS_MAKERS.get(template)
    letter = maker(address, dict(context)) if maker else Letter(context)
    scheme = {"base_url": settings.DTAC_BASE_URL, "contact": settings.DTAC_CONTACT_EMAIL}
    rendered = render_email(template, {**letter.context, **scheme})
    return replace(rendered, images=letter.images, files=letter.files)


def letter_render(
    *, template: str, kind: str, user: User, context: Mapping[str, Any]
) -> RenderedEmail:
    """Return a letter as this user gets it now. Raises NothingToSay."""
    maker = MAKERS.get(template)
    letter = maker(user, dict(context)) if maker else Letter(context)
    shared = {"user": user, "base_url": settings.DTAC_BASE_URL, "stop_url": stop_url(user, kind)}
    rendered = render_email(template, {**letter.context, **shared})
    return replace(
        rendered,
        images=letter.images,
        files=letter.files,
        headers=stop_headers(user, kind),
        shown=letter.shown,
    )


def wants(user: User, kind: str) -> bool:
    """Whether the user gets mail of this kind."""
    field = WANTS.get(MailKind(kind))
    return field is None or bool(getattr(user, field))


def stop_url(user: User, kind: str) -> str:
    """Return the address that turns a kind of mail off, "" for a kind that can't be."""
    if MailKind(kind) not in WANTS:
        return ""
    token = signing.dumps([user.pk, str(kind)], salt=SALT)
    return f"{settings.DTAC_BASE_URL}{reverse('mail_stop', args=[token])}"


def stop_headers(user: User, kind: str) -> dict[str, str]:
    """Return the headers of RFC 8058: mail programs show a button that needs no sign-in."""
    url = stop_url(user, kind)
    if not url:
        return {}
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def stop_read(token: str) -> tuple[int, MailKind] | None:
    """Return whose mail of which kind a token turns off; None if it isn't ours.

    It never expires: a letter may be read years later, and the worst it does is less mail.
    """
    try:
        pk, kind = signing.loads(token, salt=SALT)
        found = MailKind(kind)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return (pk, found) if isinstance(pk, int) and found in WANTS else None
