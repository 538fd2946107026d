"""Records and rights: every register on one page, and each as a file."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.services import record
from common import dates
from common.exports import csv_bytes
from common.http import download
from members.access import roles_only, user_of
from members.models import Role
from members.signin.proof import proof_needed

from . import actions
from .registers import REGISTERS


@require_safe
@roles_only(Role.INTEL)
def records(request: HttpRequest) -> HttpResponse:
    """Every register: what it is for, and how much waits in it."""
    user = user_of(request)
    record(actions.REGISTERS_VIEWED, by=user)
    context = {
        "registers": [(each, each.open(user)) for each in REGISTERS.values()],
        "page_title": "Records and rights",
    }
    return render(request, "records/records.html", context)


@require_safe
@roles_only(Role.INTEL)
@proof_needed(download=True)
def register_file(request: HttpRequest, name: str) -> HttpResponse:
    """A register as CSV."""
    user = user_of(request)
    found = REGISTERS.get(name)
    if found is None:
        raise Http404
    rows = list(found.rows(user))
    subjects = sorted(set(found.subjects(user)))
    record(actions.REGISTER_EXPORTED, by=user, subjects=subjects, register=name, rows=len(rows))
    content = csv_bytes(found.head, rows)
    return download(content, f"{name}-{dates.today()}.csv", "text/csv; charset=utf-8")
