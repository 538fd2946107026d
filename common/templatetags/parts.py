"""Drawing a part of a page (common/parts.py)."""

from typing import Any

from django import template
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.template.loader_tags import BlockNode
from django.utils.safestring import SafeString

from common.parts import drawn, drawn_alike

register = template.Library()


@register.simple_tag
def part(name: str, **values: Any) -> SafeString:
    """Return a part with the values it is given; it sees no others."""
    field = values.get("field")
    return drawn(name, values) if field is None else drawn_alike(name, field, values)


class AlikeNode(Node):
    """What is the same on every page and for everybody, drawn once in a process."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self._drawn: SafeString | None = None

    def render(self, context: Context) -> SafeString:
        """Return it; it sees no variable, so that it can tell nobody of anybody."""
        if self._drawn is None:
            alone = Context()
            assert context.template is not None  # it is being rendered
            with alone.bind_template(context.template):
                self._drawn = self.nodelist.render(alone)
        return self._drawn


@register.tag
def alike(parser: Parser, token: Token) -> AlikeNode:
    """Have what stands up to `{% endalike %}` drawn once.

    Raises TemplateSyntaxError for a block in it: another page may have its own.
    """
    nodelist = parser.parse(("endalike",))
    parser.delete_first_token()
    if nodelist.get_nodes_by_type(BlockNode):
        raise template.TemplateSyntaxError("a block can't be alike on all pages")
    return AlikeNode(nodelist)
