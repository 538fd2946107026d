"""Parts of pages that are drawn dozens of times in one: fields, faces, the bar of pages.

They are Jinja templates (`common/jinja2/parts/`), several times as fast; pages are Django
templates and ask for them with `{% part %}`. Django's own widgets have Jinja templates too.
"""

from collections.abc import Hashable
from typing import Any, Final

from django.forms import BoundField
from django.forms.renderers import BaseRenderer
from django.template import engines
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from jinja2 import Environment

from common.templatetags.icons import lucide

ENGINE = "parts"


def environment(**options: Any) -> Environment:
    """Return the environment that TEMPLATES asks for."""
    made = Environment(**options)  # noqa: S701 - Django's backend turns escaping on
    made.globals.update(static=static, lucide=lucide)
    return made


class Renderer(BaseRenderer):
    """Draws forms and their widgets (FORM_RENDERER)."""

    def get_template(self, template_name: str) -> Any:
        """Return the template of a widget."""
        return engines[ENGINE].get_template(template_name)


def drawn(name: str, values: dict[str, Any]) -> SafeString:
    """Return a part as HTML."""
    html = engines[ENGINE].get_template(f"parts/{name}.html").render(values)
    return mark_safe(html)  # noqa: S308 - the template escaped what it was given


def drawn_alike(name: str, field: BoundField, values: dict[str, Any]) -> SafeString:
    """Return a field as HTML, drawn once for everybody where its form says so.

    A form's class names such fields in `drawn_alike`: while they are empty, what they show is
    written in the code. Those in `drawn_by_choices` show what can be chosen and what is, and are
    drawn once for each of these. So they tell nothing of anybody and are never out of date.
    """
    key = _key(name, field, values)
    if key is None:
        return drawn(name, values)
    if key not in _alike:
        _alike[key] = drawn(name, values)
    return _alike[key]


def _key(name: str, field: BoundField, values: dict[str, Any]) -> Hashable:
    """Return what a field's looks depend on; None where that is more than its form's class."""
    form = field.form
    by_choices = field.name in getattr(form, "drawn_by_choices", ())
    is_empty = field.name in getattr(form, "drawn_alike", ()) and field.name not in form.initial
    if form.is_bound or not (by_choices or is_empty):
        return None
    others = sorted((key, value) for key, value in values.items() if key != "field")
    key = (name, type(form), field.html_name, form.use_required_attribute, *others)
    if not by_choices:
        return key
    offered: Any = field.field
    choices = tuple((str(at), str(label)) for at, label in offered.choices)
    chosen = str(field.value())
    return (*key, chosen, choices) if chosen in dict(choices) else None


_alike: Final[dict[Hashable, SafeString]] = {}
