"""Pages of a member's account: what was agreed, asked for, paid."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from common import dates
from common.http import add_problems, download, form_status
from members.access import get_member, roles_only, user_of
from members.models import Member, Role

from .access import PAYERS
from .accounts import statement, totals
from .documents import PDF, statement_pdf
from .forms import HoldForm, OtherInvoiceForm, PaymentForm, TermsForm
from .invoices import billing_addresses, invoice_issue
from .payments import payment_receive
from .renewals import lapse_hold, lapses_on
from .subscriptions import Offer, agreed_already, first_terms, offer, subscription_agree


@require_safe
@roles_only(*PAYERS)
def account(request: HttpRequest, slug: str) -> HttpResponse:
    """A member's account: its subscriptions, and all that was asked for and paid."""
    user = user_of(request)
    member = get_member(user, slug)
    board = user.role == Role.BOARD
    context = {
        "member": member,
        "back": reverse("money") if board else reverse("member_detail", args=[slug]),
        "entries": statement(member)[::-1],
        "totals": totals(member),
        "subscriptions": member.subscriptions.all(),
        "lapses_on": lapses_on(member) if member.has_access else None,
        "today": dates.today(),
        "page_title": "Account",
    }
    return render(request, "members/money/account.html", context)


@require_safe
@roles_only(*PAYERS)
def account_document(request: HttpRequest, slug: str) -> HttpResponse:
    """A member's account of today as a PDF."""
    member = get_member(user_of(request), slug)
    name = f"account-{member.slug}-{timezone.localdate():%Y-%m-%d}.pdf"
    return download(statement_pdf(member), name, PDF)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def subscription_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Agree a subscription: work it out, look at it, then keep and invoice it."""
    member = get_member(user_of(request), slug)
    form = TermsForm(request.POST or None, first=first_terms(member))
    made: Offer | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = offer(member, form.terms())
            if "agree" in request.POST:
                return _agreed(request, member, form)
        except ValidationError as error:
            add_problems(form, error)
    context = {
        "member": member,
        "form": form,
        "offer": made,
        "addresses": billing_addresses(member),
        "page_title": "Agree a subscription",
    }
    status = 200 if made and not form.errors else form_status(form)
    return render(request, "members/money/subscription.html", context, status=status)


def _agreed(request: HttpRequest, member: Member, form: TermsForm) -> HttpResponse:
    shown = form.cleaned_data["shown"]
    if shown is None:
        raise ValidationError("Work it out first, then look at what it comes to.")
    terms = form.terms()
    there = agreed_already(member, terms, shown)
    if there:
        invoice = there.invoices.first()
    else:
        _, invoice = subscription_agree(
            by=user_of(request), member=member, terms=terms, total=shown
        )
    if invoice is None:
        messages.success(request, "Agreed. There is nothing to pay.")
        return redirect("account", slug=member.slug)
    messages.success(request, f"Agreed. {invoice.ref} is issued{_sent_words(member)}")
    return redirect("invoice", ref=invoice.ref)


def _sent_words(member: Member) -> str:
    """Return what becomes of an invoice by itself."""
    there = billing_addresses(member)
    return " and goes out by e-mail." if there else ". Nobody gets it by e-mail: no contact does."


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def invoice_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Invoice a member for something else than a subscription."""
    user = user_of(request)
    member = get_member(user, slug)
    form = OtherInvoiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = invoice_issue(by=user, member=member, data=form.values())
            messages.success(request, f"{made.ref} is issued{_sent_words(member)}")
            return redirect("invoice", ref=made.ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {
        "member": member,
        "form": form,
        "addresses": billing_addresses(member),
        "page_title": "Invoice for something else",
    }
    return render(request, "members/money/invoice_new.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def payment_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter a payment of a member."""
    user = user_of(request)
    member = get_member(user, slug)
    form = PaymentForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        try:
            invoice = form.cleaned_data["invoice"]
            made = payment_receive(by=user, member=member, data=form.values(), invoice=invoice)
            messages.success(request, f"{made.ref} is entered.")
            return redirect("account", slug=slug)
        except ValidationError as error:
            add_problems(form, error)
    context = {"member": member, "form": form, "page_title": "Enter a payment"}
    return render(request, "members/money/payment_new.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def hold(request: HttpRequest, slug: str) -> HttpResponse:
    """Let a member not lapse by itself for a time, with the reason."""
    user = user_of(request)
    member = get_member(user, slug)
    form = HoldForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        try:
            lapse_hold(by=user, member=member, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect("account", slug=slug)
        except ValidationError as error:
            add_problems(form, error)
    context = {"member": member, "form": form, "lapses_on": lapses_on(member)}
    context["page_title"] = "Wait with lapsing"
    return render(request, "members/money/hold.html", context, status=form_status(form))
