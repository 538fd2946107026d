"""The square that an authenticator app scans."""

from urllib.parse import quote, urlencode

import segno
from django.utils.safestring import SafeString, mark_safe

NAME = "D-TAC"


def qr_svg(email: str, secret: str) -> SafeString:
    """Return the square with the secret as SVG within the page."""
    label = quote(f"{NAME}:{email}")
    link = f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': NAME})}"
    square = segno.make(link, micro=False, error="m")
    drawn = square.svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True)
    return mark_safe(drawn)  # noqa: S308  (drawn by the library from numbers; holds no text)
