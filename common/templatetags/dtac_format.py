"""Wording of dates and money in templates."""

import datetime as dt
from decimal import Decimal

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common import dates, money
from common.charts import Bar, BarChart

register = template.Library()


@register.filter
def short_date(value: dt.date | dt.datetime | None) -> str:
    """A date as 13 Mar 2027 (London); nothing for None."""
    if value is None:
        return ""
    day = dates.london_date(value) if isinstance(value, dt.datetime) else value
    return dates.short_date(day)


@register.filter
def when(value: dt.datetime | None) -> SafeString | str:
    """A moment in words people use, with the full London time on hover."""
    if value is None:
        return ""
    local = value.astimezone(dates.LONDON)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(timespec="seconds"),
        f"{local:%A} {local.day} {local:%B %Y, %H:%M %Z}",
        dates.in_words(value),
    )


@register.filter
def pounds(value: Decimal | None) -> str:
    """An amount as £1,234 or £1,234.50; nothing for None."""
    return "" if value is None else money.pounds(value)


@register.filter
def whole_pounds(value: Decimal | None) -> str:
    """An amount to the nearest pound, £1,234; nothing for None."""
    return "" if value is None else money.pounds(value, pence=False)


@register.filter
def grouped(value: int | None) -> str:
    """A number with commas between thousands: 12,345; nothing for None."""
    return "" if value is None else f"{value:,}"


BAR = (
    "<g><title>{}: {}</title>"
    '<rect class="bar {}" x="{}" y="{}" width="{}" height="{}" rx="3"></rect>{}</g>'
)


@register.filter
def drawn_bars(chart: BarChart, tone: str) -> SafeString:
    """The bars of a chart, as the parts of an SVG. Made here: a page has many of them."""
    return format_html_join(
        "",
        BAR,
        (
            (bar.label, bar.words, tone, bar.x, bar.y, bar.width, bar.height, _foot(chart, bar))
            for bar in chart.bars
        ),
    )


def _foot(chart: BarChart, bar: Bar) -> SafeString | str:
    if not bar.foot:
        return ""
    place = (bar.middle, chart.height - 5)
    return format_html('<text x="{}" y="{}" text-anchor="middle">{}</text>', *place, bar.foot)


@register.filter
def attr(value: object, name: str) -> object:
    """The value of a mapping by a variable key, or an attribute."""
    if isinstance(value, dict):
        return value.get(name)
    return getattr(value, name, None)
