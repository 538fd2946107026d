"""Icons as the package draws them, each drawn once: a page has dozens, always the same ones.

Stands in for the package's own tag, `{% load lucide %}` (TEMPLATES in dtac/settings/base.py).
"""

import functools

from django import template
from lucide.templatetags.lucide import _render_icon

register = template.Library()


@functools.lru_cache(maxsize=1024)
def _drawn(name: str, size: int | None, attributes: tuple[tuple[str, str], ...]) -> str:
    drawn: str = _render_icon(name, size, **dict(attributes))
    return drawn


@register.simple_tag
def lucide(name: str, *, size: int | None = 24, **attributes: object) -> str:
    """Return the icon of a name as SVG, so many pixels wide, with these attributes."""
    return _drawn(name, size, tuple((key, str(value)) for key, value in attributes.items()))
