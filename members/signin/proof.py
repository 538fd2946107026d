"""Asking again who it is, before what can't be taken back: exports, packs, roles, second factors.

The last proof is in the session: signing in is one, and so is the page that asks again.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypedDict
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]
MOST_KEPT: Final = 200_000
"""Characters of a form that are kept while it is asked who it is."""
LEFT_OUT: Final = "csrfmiddlewaretoken"


class Kept(TypedDict):
    """A form that was sent and waits until it is known again who it is from."""

    path: str
    fields: list[list[str]]
    files: bool


def proof_needed(
    *, download: bool = False, posts_only: bool = False
) -> Callable[[Page[P]], Page[P]]:
    """Ask again who it is if the last proof is too old; then go on where the request was.

    A form that was sent comes back filled in. Put it beneath `roles_only`, so that who may not open
    the page learns nothing of it. `download`: what it answers is a file, not a page.
    `posts_only`: looking at the page needs none.
    """

    def decorate(view: Page[P]) -> Page[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            asks = request.method == "POST" or not posts_only
            if not asks or proved_lately(request):
                return view(request, *args, **kwargs)
            return ask(request)

        guarded.proof_needed = True  # type: ignore[attr-defined]
        guarded.is_download = download  # type: ignore[attr-defined]
        return guarded

    return decorate


def proved_lately(request: HttpRequest) -> bool:
    """Whether this session has shown who it is within the time that the settings say."""
    age = time.time() - float(request.session.get("proved_at", 0))
    return bool(age < settings.DTAC_PROOF_MINUTES * 60)


def ask(request: HttpRequest) -> HttpResponse:
    """Lead to the page that asks; keep what was sent."""
    path = request.get_full_path()
    request.session.pop("kept_form", None)
    if request.method == "POST":
        fields = [[name, value] for name, values in request.POST.lists() for value in values]
        fields = [pair for pair in fields if pair[0] != LEFT_OUT]
        if sum(len(name) + len(value) for name, value in fields) <= MOST_KEPT:
            kept: Kept = {"path": path, "fields": fields, "files": bool(request.FILES)}
            request.session["kept_form"] = kept
    return HttpResponseRedirect(f"{reverse('prove')}?{urlencode({'next': path})}")


def proved(request: HttpRequest) -> None:
    """Note that it is known again who this is; the session gets a new key."""
    request.session.cycle_key()
    request.session["proved_at"] = time.time()


def kept_form(request: HttpRequest, path: str) -> Kept | None:
    """Return the form that was sent to this address and waits, and keep it no longer."""
    kept: Kept | None = request.session.pop("kept_form", None)
    return kept if kept and kept["path"] == path else None


def path_after(wanted: str) -> str:
    """Return the page of ours that was wanted, or the first one."""
    here = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if here and wanted.startswith("/") else reverse("home")


def is_download(path: str) -> bool:
    """Whether a file is what this address answers with."""
    view: Any = _view_of(path)
    return bool(getattr(view, "is_download", False))


def _view_of(path: str) -> object | None:
    try:
        return resolve(path.partition("?")[0]).func
    except Resolver404:
        return None
