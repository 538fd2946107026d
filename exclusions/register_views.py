"""Pages of the register of exclusions, and its files."""

import datetime as dt
from typing import Any

from django import forms
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

from . import actions
from .register import HEAD, MOST, Asked, figures, lines, register_rows, with_facts

SHOWS = [
    ("in_force", "In force on the day"),
    ("served", "Served from … to …"),
    ("all", "All"),
]


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Enter a day, such as 14/03/2026."},
    )


class RegisterForm(forms.Form):
    """What is asked of the register. What is left out is today, and this financial year."""

    show = forms.ChoiceField(label="Which", choices=SHOWS, required=False)
    on = _day("On")
    since = _day("From")
    until = _day("To")
    q = forms.CharField(label="Name or reference", required=False, max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def asked(self) -> Asked:
        """Return it, with the usual for what was left out or is no day."""
        self.is_valid()  # what is no day is left out
        data = self.cleaned_data
        today = dates.today()
        return Asked(
            show=data.get("show") or "in_force",
            on=data.get("on") or today,
            since=data.get("since") or dates.financial_year_start(today),
            until=data.get("until") or today,
            text=str(data.get("q") or "").replace("\x00", ""),
        )


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
