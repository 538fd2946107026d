"""Pages of the access log."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.services import record
from common.exports import csv_bytes
from common.http import download, query_text
from common.lists import chips
from members import actions
from members.access import roles_only, user_of
from members.models import Role
from members.signin.proof import proof_needed

from .entries import HEAD, MOST, lines, logs_of, narrowed
from .forms import ALL, OWN, NarrowForm

SHOWN = 50
KEPT = ("show", "kind", "who", "business", "ref", "since", "until")


@require_safe
def access_log(request: HttpRequest) -> HttpResponse:
    """Who looked at what: a user's own; a manager's business's; everything for the manager.

    The latest first, then page by page into the past: nobody counts millions of rows for a page.
    """
    user = user_of(request)
    logs = logs_of(user)
    show = query_text(request, "show")
    scope = show if show in logs else OWN
    form = NarrowForm({name: query_text(request, name) for name in KEPT}, scope=scope)
    valid = form.is_valid()
    rows = narrowed(logs[scope][1], form.cleaned_data) if valid else logs[scope][1].none()
    before = query_text(request, "before", limit=18)
    page = rows.filter(pk__lt=int(before)) if before.isdecimal() else rows
    found = list(page[: SHOWN + 1])
    if scope != OWN:
        record(actions.LOG_VIEWED, by=user, scope=scope, **_asked(form))
    asked = {name: value for name in KEPT if (value := query_text(request, name))}
    context = {
        "form": form,
        "entries": found[:SHOWN],
        "older": urlencode({**asked, "before": found[SHOWN - 1].pk}) if found[SHOWN:] else "",
        "is_first": page is rows,
        "first": urlencode(asked),
        "tabs": chips([(key, label) for key, (label, _) in logs.items()], scope),
        "show": scope,
        "narrowed": any(value for value in form.cleaned_data.values()) or not valid,
        "may_export": scope == ALL and valid,
    }
    return render(request, "members/access_log.html", context)


@require_safe
@roles_only(Role.INTEL)
@proof_needed(download=True)
def access_log_file(request: HttpRequest) -> HttpResponse:
    """The latest entries that were asked for as CSV, for who has to look into something."""
    user = user_of(request)
    form = NarrowForm({name: query_text(request, name) for name in KEPT}, scope=ALL)
    rows = logs_of(user)[ALL][1]
    rows = narrowed(rows, form.cleaned_data) if form.is_valid() else rows.none()
    content = csv_bytes(HEAD, lines(rows[:MOST]))
    record(actions.LOG_EXPORTED, by=user, **_asked(form))
    return download(content, "d-tac-access-log.csv", "text/csv")


def _asked(form: NarrowForm) -> dict[str, Any]:
    """Return what was asked for, as the log keeps it: of what was typed only what was searched."""
    if not form.is_valid():
        return {}
    found = form.cleaned_data
    words = " ".join(found[name] for name in ("who", "business", "ref") if found.get(name))
    days = {name: found[name].isoformat() for name in ("since", "until") if found.get(name)}
    kind = {"kind": found["kind"]} if found.get("kind") else {}
    return {**({"q": words} if words else {}), **kind, **days}
