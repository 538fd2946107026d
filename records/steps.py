"""Pages with several forms, one for each step: which was sent, and what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from common.fields import PlainForm
from common.http import add_problems, form_status
from members.access import user_of


@dataclass(frozen=True)
class Step:
    """Something that is done with a record: with which form, by which service, and what is said."""

    form: type[PlainForm]
    take: Callable[..., Any]
    said: str


@dataclass
class Steps:
    """The forms of a page, by the names of their steps; the one that was refused is bound."""

    forms: dict[str, Any]
    done: bool = False
    status: int = 200


def steps_of(
    request: HttpRequest, steps: Mapping[str, Step], *, found: Any, name: str, **initial: Any
) -> Steps:
    """Return the forms of a page, after the step that was sent is taken.

    The service gets the record as `name`. A step that there isn't is none: nothing is done.
    """
    page = Steps({key: step.form(prefix=key, initial=initial) for key, step in steps.items()})
    sent = str(request.POST.get("step", "")) if request.method == "POST" else ""
    if sent not in steps:
        page.done = request.method == "POST"
        return page
    step = steps[sent]
    form = page.forms[sent] = step.form(request.POST, prefix=sent)
    if form.is_valid():
        try:
            step.take(by=user_of(request), **{name: found}, **form.cleaned_data)
            messages.success(request, step.said)
            page.done = True
        except ValidationError as error:
            add_problems(form, error)
    page.status = form_status(form)
    return page
