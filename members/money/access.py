"""One row of money, or 404."""

import uuid

from django.http import Http404

from members.models import BankLine, CreditNote, Invoice, Payment, Role, User

READERS = (Role.INTEL, Role.BOARD)
"""Who sees the scheme's money."""
PAYERS = (Role.INTEL, Role.BOARD, Role.MANAGER, Role.AGENCY)
"""Who sees an account: the scheme all, a member manager their own business's."""


def get_invoice(user: User, ref: str) -> Invoice:
    """Return an invoice with its sums that this user may see. Raises Http404."""
    rows = Invoice.objects.visible_to(user).with_sums().select_related("member", "made_by")
    found: Invoice | None = rows.filter(ref=ref).first()
    if found is None:
        raise Http404
    return found


def get_credit(invoice: Invoice, ref: str) -> CreditNote:
    """Return a credit note of an invoice that the user may see. Raises Http404."""
    found: CreditNote | None = invoice.credits.filter(ref=ref).first()
    if found is None:
        raise Http404
    return found


def get_payment(user: User, ref: str) -> Payment:
    """Return a payment with its sums that this user may see. Raises Http404."""
    rows = Payment.objects.visible_to(user).with_sums().select_related("member", "made_by")
    found: Payment | None = rows.filter(ref=ref).first()
    if found is None:
        raise Http404
    return found


def get_line(name: uuid.UUID) -> BankLine:
    """Return a line of the bank; only the Intelligence Manager's pages ask. Raises Http404."""
    found = BankLine.objects.select_related("payment", "set_aside_by").filter(uuid=name).first()
    if found is None:
        raise Http404
    return found
