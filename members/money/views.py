"""Pages of the scheme's money: overview, fees, bank, renewals, the year."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from common import dates
from common.charts import bar_chart
from common.exports import ODS, csv_bytes, ods_bytes
from common.http import add_problems, download, form_status, query_text
from common.lists import chips
from common.money import pounds
from members.access import roles_only, user_of
from members.models import BankLine, FeeRate, Invoice, Role, VatRate
from members.money_querysets import AGES
from members.signin.proof import proof_needed

from . import figures
from .access import READERS, get_line
from .accounts import NOTHING, totals
from .bank import bank_match, bank_read, bank_set_aside, suggestions_for
from .forms import AsideForm, BankFileForm, FeeForm, MatchForm, VatForm
from .renewals import ending, lapses_of, owing
from .schedule import fee_add, fee_remove, vat_add

BANK_SHOWS = (("open", "To match"), ("matched", "Payments"), ("aside", "Set aside"))


@require_safe
@roles_only(*READERS)
def money(request: HttpRequest) -> HttpResponse:
    """What is invoiced, received, owed and by how long; each figure leads to its rows."""
    today = dates.today()
    ages = Invoice.objects.by_age(today)
    year = figures.year_of("")
    context = {
        "totals": totals(),
        "ages": [(key, words, ages[key]) for key, words in AGES],
        "year": year,
        "income": figures.income(year),
        "to_match": BankLine.objects.filter(payment=None, set_aside_at=None).count(),
        "ending": ending().count(),
        "owing": owing().count(),
        "page_title": "Money",
    }
    return render(request, "members/money/money.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def fees(request: HttpRequest) -> HttpResponse:
    """The fee schedule and the rate of VAT: what holds, what is to come."""
    user = user_of(request)
    vat_sent = "vat" in request.POST
    fee_sent = request.method == "POST" and not vat_sent and "remove" not in request.POST
    form = FeeForm(request.POST if fee_sent else None)
    vat = VatForm(request.POST if vat_sent else None, prefix="rate")
    pressed = vat if vat_sent else form
    try:
        if "remove" in request.POST:
            _fee_out(request)
            return redirect("fees")
        if fee_sent and form.is_valid():
            fee_add(by=user, **form.cleaned_data)
            return redirect("fees")
        if vat_sent and vat.is_valid():
            vat_add(by=user, **vat.cleaned_data)
            return redirect("fees")
    except ValidationError as error:
        add_problems(pressed, error)
    context = {
        "rates": FeeRate.objects.select_related("made_by"),
        "vats": VatRate.objects.select_related("made_by"),
        "form": form,
        "vat": vat,
        "today": dates.today(),
        "page_title": "Fees",
    }
    return render(request, "members/money/fees.html", context, status=form_status(pressed))


def _fee_out(request: HttpRequest) -> None:
    """Take out the line that was asked for, if it has not begun."""
    text = request.POST.get("remove", "")
    key = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    rate = FeeRate.objects.filter(pk=key).first()
    if rate is None:
        return
    try:
        fee_remove(by=user_of(request), rate=rate)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def bank(request: HttpRequest) -> HttpResponse:
    """The bank's file: send it, and match what came in."""
    form = BankFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            read = bank_read(by=user_of(request), content=form.cleaned_data["file"].read())
            messages.success(
                request,
                f"{read.new} new, {read.known} known already,"
                f" {read.left_out} that brought nothing in.",
            )
            return redirect("bank")
        except ValidationError as error:
            form.add_error("file", error)
    show = query_text(request, "show")
    show = show if show in dict(BANK_SHOWS) else "open"
    parts: dict[str, dict[str, Any]] = {
        "open": {"payment": None, "set_aside_at": None},
        "matched": {"payment__isnull": False},
        "aside": {"set_aside_at__isnull": False},
    }
    rows = BankLine.objects.filter(**parts[show]).select_related("payment__member", "set_aside_by")
    page = Paginator(rows, 50).get_page(query_text(request, "page"))
    lines = list(page)
    suggested = suggestions_for(lines) if show == "open" and lines else {}
    context = {
        "page": page,
        "lines": [(line, suggested.get(line.pk, [])) for line in lines],
        "chips": chips(BANK_SHOWS, show),
        "show": show,
        "form": form,
        "page_title": "Bank",
    }
    return render(request, "members/money/bank.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def bank_line(request: HttpRequest, name: uuid.UUID) -> HttpResponse:
    """A line of the bank: whose payment it is, or what it is instead."""
    user = user_of(request)
    line = get_line(name)
    aside_sent = "aside" in request.POST
    match = MatchForm(request.POST if request.method == "POST" and not aside_sent else None)
    aside = AsideForm(request.POST if aside_sent else None)
    form: Any = aside if aside_sent else match
    if request.method == "POST" and form.is_valid():
        try:
            if aside_sent:
                bank_set_aside(by=user, line=line, words=form.cleaned_data["words"])
                messages.success(request, "Set aside.")
            else:
                data = form.cleaned_data
                made = bank_match(by=user, line=line, member=data["whose"], invoice=data["found"])
                messages.success(request, f"{made.ref} of {made.member.name} is entered.")
            return redirect("bank")
        except ValidationError as error:
            add_problems(form, error)
    context = {
        "line": line,
        "suggestions": suggestions_for([line])[line.pk],
        "match": match,
        "aside": aside,
        "form": form,
        "page_title": pounds(line.amount, pence=True),
    }
    return render(request, "members/money/bank_line.html", context, status=form_status(form))


@require_safe
@roles_only(*READERS)
def renewals(request: HttpRequest) -> HttpResponse:
    """Subscriptions that end soon, and members with money due: when they lapse by themselves."""
    page = Paginator(owing(), 25).get_page(query_text(request, "page"))
    context = {
        "ending": list(ending().prefetch_related("reminders")[:100]),
        "page": page,
        "owing": lapses_of(page),
        "today": dates.today(),
        "page_title": "Renewals",
    }
    return render(request, "members/money/renewals.html", context)


@require_safe
@roles_only(*READERS)
def year(request: HttpRequest) -> HttpResponse:
    """A financial year: income by month, sector and kind, and what is still to come."""
    shown = figures.year_of(query_text(request, "year"))
    found = figures.income(shown)
    this = figures.year_of("")
    expected = figures.forecast() if shown == this else []
    context = {
        "year": shown,
        "years": [figures.Year(this.first.replace(year=this.first.year - n)) for n in range(4)],
        "income": found,
        "chart": bar_chart(
            [
                (f"{month.first:%b}", float(max(month.income, NOTHING)), pounds(month.income))
                for month in found.months
            ]
        ),
        "expected": expected,
        "expected_total": found.total + sum(row.counted for row in expected),
        "page_title": f"Year {shown.words}",
    }
    return render(request, "members/money/year.html", context)


@require_safe
@roles_only(*READERS)
@proof_needed(download=True)
def ledger(request: HttpRequest, kind: str) -> HttpResponse:
    """Each transaction of a year as CSV or ODS, for the accountant."""
    shown = figures.year_of(query_text(request, "year"))
    rows = figures.ledger(shown)
    name = f"d-tac-ledger-{shown.first.year}-{shown.last.year}"
    if kind == "csv":
        return download(csv_bytes(figures.LEDGER_HEAD, rows), f"{name}.csv", "text/csv")
    if kind == "ods":
        return download(ods_bytes("Ledger", figures.LEDGER_HEAD, rows), f"{name}.ods", ODS)
    raise Http404
