"""Pages of the register of exclusions, and its files."""

import datetime as dt

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from audit.services import record
from common import dates
from common.exports import ODS, csv_bytes, ods_bytes
from common.http import download, query_text
from members.access import roles_only, user_of
from members.models import Role
from members.signin.proof import proof_needed

from . import actions
from .register import HEAD, MOST, Asked, figures, lines, register_rows, with_facts
from .register_forms import RegisterForm


def _form(request: HttpRequest) -> tuple[RegisterForm, Asked]:
    form = RegisterForm(request.GET)
    asked = form.asked()
    typed = {"show": asked.show, "on": asked.on, "since": asked.since, "until": asked.until}
    if form.is_valid():
        form = RegisterForm({**typed, "q": asked.text})
    return form, asked


@require_safe
@roles_only(Role.INTEL)
def register(request: HttpRequest) -> HttpResponse:
    """The register: search it, see what was in force on any day, and the CSP's figures."""
    user = user_of(request)
    form, asked = _form(request)
    rows = register_rows(user, asked)
    page = Paginator(rows, 50).get_page(query_text(request, "page"))
    shown = list(with_facts(page.object_list))
    record(
        actions.NOTICES_LISTED,
        by=user,
        subjects=[notice.subject.ref for notice in shown],
        show=f"register, {asked.show}",
        page=page.number,
    )
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "form": form,
        "asked": asked,
        "page": page,
        "query": kept.urlencode(),
        "head": HEAD,
        "rows": list(zip(shown, lines(shown, asked.on), strict=True)),
        "figures": figures(asked),
        "page_title": "Register of exclusions",
    }
    return render(request, "exclusions/register.html", context)


@require_safe
@roles_only(Role.INTEL)
@proof_needed(download=True)
def register_export(request: HttpRequest, kind: str) -> HttpResponse:
    """The register, as it is narrowed on the page, as CSV or ODS."""
    user = user_of(request)
    _, asked = _form(request)
    rows = register_rows(user, asked)
    if rows.count() > MOST:
        messages.warning(request, f"These are more than {MOST:,}. Choose a shorter time.")
        return redirect(f"{reverse('exclusion_register')}?{request.GET.urlencode()}")
    shown = list(with_facts(rows))
    record(
        actions.REGISTER_EXPORTED,
        by=user,
        subjects=[notice.subject.ref for notice in shown],
        kind=kind,
        show=asked.show,
        on=asked.on.isoformat(),
        rows=len(shown),
    )
    table = lines(shown, asked.on)
    name = f"exclusions-{dt.date.isoformat(dates.today())}.{kind}"
    if kind == "csv":
        return download(csv_bytes(HEAD, table), name, "text/csv; charset=utf-8")
    return download(ods_bytes("Register", HEAD, table), name, ODS)
