"""What the lists and new entries of the registers have in common."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from common.fields import Renewed
from common.http import add_problems, form_status, query_text

PAGE = 30


def shown(request: HttpRequest, shows: Sequence[tuple[str, str]]) -> str:
    """Return which part of a list is asked for; the first, where it is none."""
    show = query_text(request, "show")
    return show if show in dict(shows) else shows[0][0]


def page_of(request: HttpRequest, rows: "QuerySet[Any]") -> "Page[Any]":
    """Return the page of a list that is asked for."""
    return Paginator(rows, PAGE).get_page(query_text(request, "page"))


def entry_new(
    request: HttpRequest,
    form_class: Callable[..., Any],
    make: Callable[[Any], Any],
    *,
    view: str,
    said: str,
    **context: Any,
) -> HttpResponse:
    """Ask for a new entry of a register and make it; `make` gets the valid form.

    Leads to the entry's page (`view`), or shows the form with what is wrong.
    """
    form = form_class(request.POST or None, initial={"client_id": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            made = make(form)
            messages.success(request, said.format(made.ref))
            return redirect(view, ref=made.ref)
        except ValidationError as error:
            if isinstance(form, Renewed) and getattr(error, "code", "") == "changed":
                form.renew()
            add_problems(form, error)
    whole = {"form": form, **context}
    return render(request, "records/entry_form.html", whole, status=form_status(form))
