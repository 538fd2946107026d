"""Pages of invoices and payments, of all members."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from common import dates
from common.http import add_problems, download, form_status, query_text
from common.lists import chips
from members.access import roles_only, user_of
from members.models import Invoice, Member, Payment, Role
from members.money_querysets import AGES, of_age

from .access import PAYERS, READERS, get_credit, get_invoice, get_payment
from .documents import PDF, credit_pdf, invoice_pdf
from .forms import AmountForm, PutForm, RefundForm, TakeOffForm
from .invoices import billing_addresses, invoice_credit, invoice_send, invoice_write_off
from .payments import allocation_end, payment_allocate, refund_pay

SHOWS = (
    ("owed", "Owed"),
    ("overdue", "Overdue"),
    ("settled", "Settled"),
    ("credited", "Credited"),
    ("written_off", "Written off"),
    ("all", "All"),
)
PAYMENT_SHOWS = (
    ("all", "All"),
    ("put", "Put to invoices"),
    ("spare", "Put to nothing yet"),
    ("back", "Paid back"),
)


def narrowed(request: HttpRequest, day: str) -> Q:
    """Return the condition of the words and days in an address: what a figure leads to."""
    found = Q()
    text = query_text(request, "q")
    if text:
        found &= Q(member__name__icontains=text) | Q(ref__icontains=text)
    for name, how in (("since", "gte"), ("until", "lte")):
        try:
            found &= Q(**{f"{day}__{how}": dt.date.fromisoformat(query_text(request, name))})
        except ValueError:
            continue
    for name, known in (("sector", Member.Sector.values), ("kind", Member.Kind.values)):
        if (value := query_text(request, name)) in known:
            found &= Q(**{f"member__{name}": value})
    return found


@require_safe
@roles_only(*READERS)
def invoice_list(request: HttpRequest) -> HttpResponse:
    """Invoices: owed, overdue, settled, all; of a span, a sector, an age."""
    show, age = query_text(request, "show"), query_text(request, "age")
    show = show if show in dict(SHOWS) else "owed"
    rows = Invoice.objects.visible_to(user_of(request)).part(show)
    rows = rows.filter(narrowed(request, "issued_on")).select_related("member")
    if age in dict(AGES):
        rows = rows.filter(of_age(age, dates.today()))
    page = Paginator(rows, 50).get_page(query_text(request, "page"))
    text = query_text(request, "q")
    context = {
        "page": page,
        "chips": chips(SHOWS, show, q=text),
        "q": text,
        "show": show,
        "age": dict(AGES).get(age, ""),
        "today": dates.today(),
        "page_title": "Invoices",
    }
    return render(request, "members/money/invoice_list.html", context)


@require_safe
@roles_only(*PAYERS)
def invoice(request: HttpRequest, ref: str) -> HttpResponse:
    """One invoice: what it asks for, what took it down, what is left."""
    row = get_invoice(user_of(request), ref)
    context = {
        "invoice": row,
        "lines": row.lines.all(),
        "credits": row.credits.all(),
        "write_offs": row.write_offs.select_related("made_by"),
        "allocations": row.allocations.filter(ended_at=None).select_related("payment"),
        "today": dates.today(),
        "page_title": row.ref,
    }
    return render(request, "members/money/invoice.html", context)


@require_safe
@roles_only(*PAYERS)
def invoice_document(request: HttpRequest, ref: str) -> HttpResponse:
    """An invoice as a PDF."""
    row = get_invoice(user_of(request), ref)
    return download(invoice_pdf(row), f"{row.ref}.pdf", PDF)


@require_safe
@roles_only(*PAYERS)
def credit_document(request: HttpRequest, ref: str, note: str) -> HttpResponse:
    """A credit note as a PDF."""
    found = get_credit(get_invoice(user_of(request), ref), note)
    return download(credit_pdf(found), f"{found.ref}.pdf", PDF)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def invoice_change(request: HttpRequest, ref: str) -> HttpResponse:
    """Credit an invoice, write part of it off, or e-mail it again."""
    user = user_of(request)
    row = get_invoice(user, ref)
    if "send" in request.POST:
        sent = invoice_send(by=user, invoice=row)
        words = f"It goes to {', '.join(sent)}." if sent else "No contact gets invoices by e-mail."
        (messages.success if sent else messages.warning)(request, words)
        return redirect("invoice", ref=ref)
    forms = _bound(request, {"credit": AmountForm, "write_off": AmountForm})
    changes = {"credit": invoice_credit, "write_off": invoice_write_off}
    for name, change in changes.items():
        form = forms[name]
        if form.is_bound and form.is_valid():
            try:
                change(by=user, invoice=row, data=form.values())
                messages.success(request, "Done.")
                return redirect("invoice", ref=ref)
            except ValidationError as error:
                add_problems(form, error)
    context = {
        "invoice": row,
        "addresses": billing_addresses(row.member),
        "page_title": f"Change {row.ref}",
        "form": next((form for form in forms.values() if form.is_bound), forms["credit"]),
        **forms,
    }
    status = form_status(context["form"])
    return render(request, "members/money/invoice_change.html", context, status=status)


def _bound(request: HttpRequest, kinds: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Return the forms of a page by name; the one whose button was pressed has what was sent."""
    return {
        name: kind(request.POST if name in request.POST else None, prefix=name, **kwargs)
        for name, kind in kinds.items()
    }


@require_safe
@roles_only(*READERS)
def payment_list(request: HttpRequest) -> HttpResponse:
    """Payments, newest first; of a span, a sector; or those that pay nothing yet."""
    show = query_text(request, "show")
    show = show if show in dict(PAYMENT_SHOWS) else "all"
    rows = Payment.objects.visible_to(user_of(request)).part(show)
    rows = rows.filter(narrowed(request, "received_on")).select_related("member")
    page = Paginator(rows, 50).get_page(query_text(request, "page"))
    text = query_text(request, "q")
    context = {
        "page": page,
        "chips": chips(PAYMENT_SHOWS, show, q=text),
        "q": text,
        "show": show,
        "page_title": "Payments",
    }
    return render(request, "members/money/payment_list.html", context)


@require_safe
@roles_only(*PAYERS)
def payment(request: HttpRequest, ref: str) -> HttpResponse:
    """One payment: which invoices it pays, what was paid back, what is spare."""
    row = get_payment(user_of(request), ref)
    context = {
        "payment": row,
        "allocations": row.allocations.filter(ended_at=None).select_related("invoice"),
        "refunds": row.refunds.select_related("made_by"),
        "page_title": row.ref,
    }
    return render(request, "members/money/payment.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def payment_change(request: HttpRequest, ref: str) -> HttpResponse:
    """Put a payment to an invoice, take it off one, or enter that it was paid back."""
    user = user_of(request)
    row = get_payment(user, ref)
    forms = _bound(request, {"put": PutForm, "off": TakeOffForm}, payment=row)
    forms |= _bound(request, {"back": RefundForm})
    pressed = next((name for name, form in forms.items() if form.is_bound), "")
    if pressed and forms[pressed].is_valid():
        try:
            if pressed == "back":
                refund_pay(by=user, payment=row, data=forms[pressed].values())
            else:
                PAYMENT_CHANGES[pressed](by=user, payment=row, **forms[pressed].cleaned_data)
            messages.success(request, "Done.")
            return redirect("payment", ref=ref)
        except ValidationError as error:
            add_problems(forms[pressed], error)
    form = forms[pressed or "put"]
    context = {"payment": row, "form": form, "page_title": f"Change {row.ref}", **forms}
    return render(request, "members/money/payment_change.html", context, status=form_status(form))


PAYMENT_CHANGES: dict[str, Callable[..., object]] = {
    "put": payment_allocate,
    "off": allocation_end,
}
