"""Drawing a part of a page (common/parts.py)."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from common.parts import drawn, drawn_alike

register = template.Library()


@register.simple_tag
def part(name: str, **values: Any) -> SafeString:
    """Return a part with the values it is given; it sees no others."""
    field = values.get("field")
    return drawn(name, values) if field is None else drawn_alike(name, field, values)
