"""Types of requests, and small answers that views share."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse


class BusyError(Exception):
    """There is too much to do just now: the same can be sent again soon."""


def query_text(request: HttpRequest, name: str, *, limit: int = 100) -> str:
    """Return a query-string value as plain_text() does."""
    return plain_text(request.GET.get(name, ""), limit=limit)


def plain_text(value: Any, *, limit: int = 100) -> str:
    """Return what somebody typed as one trimmed text: cut, and without NUL."""
    return str(value or "").replace("\x00", "").strip()[:limit]


def add_problems(form: Any, error: ValidationError) -> None:
    """Put a service's refusal beside the fields it names, the rest on top of the form.

    Of what somebody changed meanwhile, the form leads to a fresh page of it (`stale`).
    """
    form.stale = getattr(error, "code", "") == "stale"
    if hasattr(error, "error_dict"):
        for name, found in error.error_dict.items():
            form.add_error(name if name in form.fields else None, found)
    else:
        form.add_error(None, error)


def typed(form: Any, *, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what is in a form's fields, to show it again without judging it."""
    return {name: form[name].value() for name in form.fields if name not in leave_out}


def form_status(form: Any) -> int:
    """Return 422 for a page that shows a refused form, 200 for a fresh one."""
    return 422 if form.is_bound else 200


def download(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Return a file to be saved, that no browser or proxy keeps. `name` is ours, never typed."""
    answer = HttpResponse(content, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
