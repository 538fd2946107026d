"""Wording of dates and money in templates."""

import datetime as dt
from decimal import Decimal

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

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
def pence(value: Decimal | None) -> str:
    """Return an amount to the penny, as accounts have it: £1,234.50."""
    return "" if value is None else money.pounds(value, pence=True)


@register.filter
def whole_pounds(value: Decimal | None) -> str:
    """An amount to the nearest pound, £1,234; nothing for None."""
    return "" if value is None else money.pounds(value, pence=False)


@register.filter
def grouped(value: int | None) -> str:
    """A number with commas between thousands: 12,345; nothing for None."""
    return "" if value is None else f"{value:,}"


@register.filter
def drawn_bars(chart: BarChart, tone: str) -> SafeString:
    """The bars of a chart, as the parts of an SVG. Made here: a page has many of them."""
    return mark_safe("".join(_bar(chart, bar, tone) for bar in chart.bars))  # noqa: S308


def _bar(chart: BarChart, bar: Bar, tone: str) -> str:
    """Only words are escaped: the rest are numbers of our own."""
    place = f'x="{bar.x}" y="{bar.y}" width="{bar.width}" height="{bar.height}"'
    drawn = (
        f"<g><title>{escape(bar.label)}: {escape(bar.words)}</title>"
        f'<rect class="bar {escape(tone)}" {place} rx="3"></rect>'
    )
    if bar.foot:
        place = f'x="{bar.middle}" y="{chart.height - 5}"'
        drawn += f'<text {place} text-anchor="middle">{escape(bar.foot)}</text>'
    return f"{drawn}</g>"


@register.filter
def attr(value: object, name: str) -> object:
    """The value of a mapping by a variable key, or an attribute."""
    if isinstance(value, dict):
        return value.get(name)
    return getattr(value, name, None)
