"""Codes of the log, said to people."""

from django import template

from audit.actions import words_for

register = template.Library()


@register.filter
def action_words(code: str) -> str:
    """The words of an action's code."""
    return words_for(code)
