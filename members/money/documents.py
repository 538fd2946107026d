"""Invoices, credit notes and statements as PDFs, and the letters that carry them."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils import timezone

from common import dates
from common.emails import AttachedFile
from common.money import pounds
from common.pdf import Sheet, pdf_render
from members.letters import Letter, register_for_address
from members.models import CreditNote, Invoice, Member

from .accounts import statement, totals

PDF = "application/pdf"
HANDLING = "An account between the scheme and its member."


def invoice_pdf(invoice: Invoice) -> bytes:
    """Return an invoice as a PDF: the same bytes whenever it is asked for."""
    data = _head(invoice.billed_name, invoice.billed_address, invoice.vat_number) | {
        "facts": [
            ("Invoice", invoice.ref),
            ("Date", dates.short_date(invoice.issued_on)),
            ("To be paid by", dates.short_date(invoice.due_on)),
            ("Your order", invoice.order_number),
        ],
        "lines": [
            (line.words, f"{line.vat_percent.normalize():f} %", _two(line.net), _two(line.vat))
            for line in invoice.lines.all()
        ],
        "sums": _sums(invoice, "To pay"),
        "pay": invoice.how_to_pay,
        "quote": invoice.ref,
        "words": "",
        "vat": _shows_vat(invoice),
    }
    sheet = _sheet("Invoice", invoice.ref, invoice.billed_name, invoice.made_at)
    return pdf_render("invoice", data, sheet=sheet)


def credit_pdf(note: CreditNote) -> bytes:
    """Return a credit note as a PDF: the same bytes whenever it is asked for."""
    invoice = note.invoice
    data = _head(invoice.billed_name, invoice.billed_address, invoice.vat_number) | {
        "facts": [
            ("Credit note", note.ref),
            ("Date", dates.short_date(note.issued_on)),
            ("For invoice", f"{invoice.ref} of {dates.short_date(invoice.issued_on)}"),
        ],
        "lines": [],
        "sums": _sums(note, "Credited"),
        "pay": "",
        "quote": "",
        "words": note.reason,
        "vat": _shows_vat(note),
    }
    sheet = _sheet("Credit note", note.ref, invoice.billed_name, note.made_at)
    return pdf_render("invoice", data, sheet=sheet)


def _sums(paper: Invoice | CreditNote, words: str) -> list[tuple[str, str]]:
    """Return the sums of a paper. Who isn't registered for VAT says nothing of it (Notice 700)."""
    whole = (words, _two(paper.total))
    if not _shows_vat(paper):
        return [whole]
    return [("Before VAT", _two(paper.net)), ("VAT", _two(paper.vat)), whole]


def _shows_vat(paper: Invoice | CreditNote) -> bool:
    invoice = paper if isinstance(paper, Invoice) else paper.invoice
    return bool(paper.vat or invoice.vat_number)


def statement_pdf(member: Member) -> bytes:
    """Return a member's account of today as a PDF."""
    sums, now = totals(member), timezone.now()
    data = _head(member.name, "", settings.DTAC_VAT_NUMBER) | {
        "facts": [("As of", dates.in_full(now))],
        "entries": [
            (
                dates.short_date(entry.on),
                entry.ref,
                entry.words,
                _two(entry.asked) if entry.asked else "",
                _two(entry.paid) if entry.paid else "",
                _two(entry.balance),
            )
            for entry in statement(member)
        ],
        "balance": _balance_words(sums.balance),
        "pay": settings.DTAC_BANK_DETAILS,
    }
    return pdf_render("account", data, sheet=_sheet("Statement", member.name, member.name, now))


def _balance_words(balance: Any) -> str:
    if balance > 0:
        return f"{pounds(balance, pence=True)} is left to pay."
    if balance < 0:
        return f"{pounds(-balance, pence=True)} is on your account."
    return "Nothing is left to pay."


def _head(name: str, address: str, vat_number: str) -> dict[str, Any]:
    contact = [
        settings.DTAC_CONTACT_ADDRESS,
        settings.DTAC_CONTACT_EMAIL,
        f"VAT {vat_number}" if vat_number else "",
    ]
    return {"to": name, "address": address, "from": [part for part in contact if part]}


def _sheet(title: str, ref: str, to: str, at: dt.datetime) -> Sheet:
    return Sheet(
        title=title,
        ref=ref,
        printed_for=to,
        printed_at=at.replace(microsecond=0),
        handling=HANDLING,
    )


def _two(amount: Any) -> str:
    return pounds(amount, pence=True)


def _invoice_letter(address: str, context: dict[str, Any]) -> Letter:
    row = Invoice.objects.with_sums().select_related("member").get(ref=context["ref"])
    said = {
        "ref": row.ref,
        "business": row.billed_name,
        "total": _two(row.total),
        "due": dates.short_date(row.due_on),
        "path": f"/money/invoices/{row.ref}/",
    }
    return Letter(said, files=(AttachedFile(f"{row.ref}.pdf", invoice_pdf(row), PDF),))


def _credit_letter(address: str, context: dict[str, Any]) -> Letter:
    row = CreditNote.objects.select_related("invoice").get(ref=context["ref"])
    said = {
        "ref": row.ref,
        "invoice": row.invoice.ref,
        "business": row.invoice.billed_name,
        "total": _two(row.total),
        "reason": row.reason,
    }
    return Letter(said, files=(AttachedFile(f"{row.ref}.pdf", credit_pdf(row), PDF),))


register_for_address("invoice", _invoice_letter)
register_for_address("credit-note", _credit_letter)
