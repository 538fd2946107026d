"""The bank's file: read, its lines matched to who paid, each line once."""

import csv
import datetime as dt
import hashlib
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.services import record
from common.money import parse_pounds
from members import actions
from members.models import BankLine, Invoice, Member, Payment, User

from .payments import PaymentInput, payment_receive

MOST_LINES: Final = 5000
MOST_BYTES: Final = 2_000_000
DAYS: Final = ("%d/%m/%Y", "%Y-%m-%d", "%d %b %Y", "%d-%m-%Y", "%d/%m/%y", "%d-%b-%Y")
HEADS: Final = {
    "on": ("date", "transaction date", "posting date", "value date"),
    "words": (
        "description",
        "details",
        "narrative",
        "transaction description",
        "memo",
        "reference",
    ),
    "amount": ("amount", "value", "amount gbp"),
    "in": ("paid in", "money in", "credit", "credit amount", "in"),
}
"""How banks name their columns."""


@dataclass(frozen=True)
class Entry:
    """A line of the file that brought money in."""

    on: dt.date
    words: str
    amount: Decimal


@dataclass(frozen=True)
class Read:
    """What became of a file: new lines, lines that were there, lines that brought nothing in."""

    new: int
    known: int
    left_out: int


@dataclass(frozen=True)
class Suggestion:
    """An invoice that a line of the bank may pay, and why."""

    invoice: Invoice
    why: str


def entries_of(content: bytes) -> tuple[list[Entry], int]:
    """Return the lines of a bank's CSV that brought money in, and how many did not.

    Raises ValidationError: not a table, columns that say nothing, a line that can't be read (with
    its number), or too many. Nothing of a file with a fault is taken.
    """
    if len(content) > MOST_BYTES:
        raise ValidationError("This file is too large. Send a shorter period.")
    try:
        rows = list(csv.reader(io.StringIO(_text(content), newline=None)))
    except csv.Error as error:
        raise ValidationError("This is not a CSV file that can be read.") from error
    place, columns = _columns(rows)
    entries, left_out = [], 0
    for number, row in enumerate(rows[place + 1 :], start=place + 2):
        if not any(cell.strip() for cell in row):
            continue
        entry = _entry(row, columns, number)
        if entry:
            entries.append(entry)
        else:
            left_out += 1
    if len(entries) > MOST_LINES:
        raise ValidationError(f"{MOST_LINES} lines at most. Send a shorter period.")
    return entries, left_out


def _text(content: bytes) -> str:
    if b"\x00" in content:
        raise ValidationError("This is not a CSV file. Choose CSV when you get it from the bank.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _columns(rows: list[list[str]]) -> tuple[int, dict[str, int]]:
    """Return which row is the head, and where each column is. Banks put lines above it."""
    for place, row in enumerate(rows[:20]):
        names = [cell.strip().lower().removesuffix("(£)").strip() for cell in row]
        found = {
            key: next((names.index(name) for name in known if name in names), -1)
            for key, known in HEADS.items()
        }
        if found["on"] >= 0 and found["words"] >= 0 and max(found["amount"], found["in"]) >= 0:
            return place, found
    raise ValidationError("No head with date, description and amount (or money in) was found.")


def _entry(row: list[str], columns: dict[str, int], number: int) -> Entry | None:
    column = columns["in"] if columns["in"] >= 0 else columns["amount"]
    cells = [row[place].strip() if place < len(row) else "" for place in (
        columns["on"], columns["words"], column)]  # fmt: skip
    amount = cells[2].replace("+", "").strip()
    if not amount or amount.startswith(("-", "(")):
        return None
    try:
        value = parse_pounds(amount)
    except ValueError as error:
        raise ValidationError(f"Line {number}: “{amount[:30]}” is no amount.") from error
    on = _day(cells[0])
    if on is None:
        raise ValidationError(f"Line {number}: “{cells[0][:30]}” is no day.")
    words = " ".join(cells[1].replace("\x00", "").split())[:300]
    return Entry(on, words, value) if value else None


def _day(text: str) -> dt.date | None:
    for form in DAYS:
        try:
            return dt.datetime.strptime(text, form).date()  # noqa: DTZ007  (a day, no moment)
        except ValueError:
            continue
    return None


@transaction.atomic
def bank_read(*, by: User, content: bytes) -> Read:
    """Take in a file of the bank. One that overlaps with an earlier one doubles nothing.

    Lines alike in day, amount and words are told apart by how many of them there are: a file has
    whole days. Raises ValidationError as entries_of() does.
    """
    entries, left_out = entries_of(content)
    seen: Counter[str] = Counter()
    rows = []
    for entry in entries:
        text = _text_of(entry)
        seen[text] += 1
        rows.append(
            BankLine(
                fingerprint=hashlib.sha256(f"{text}\x1f{seen[text]}".encode()).hexdigest(),
                made_at=timezone.now(),
                made_by=by,
                **vars(entry),
            )
        )
    there = BankLine.objects.filter(fingerprint__in=[row.fingerprint for row in rows]).count()
    BankLine.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    record(actions.BANK_READ, by=by, lines=len(rows) - there)
    return Read(len(rows) - there, there, left_out)


def _text_of(entry: Entry) -> str:
    return "\x1f".join((entry.on.isoformat(), str(entry.amount), entry.words.lower()))


def suggestions_for(lines: Iterable[BankLine], *, most: int = 3) -> dict[int, list[Suggestion]]:
    """Return for each line (by key) the invoices it may pay, the likeliest first. One query.

    First an invoice that the bank's words name, then owed ones of this very amount, those of a
    member whose name is in the words before the others.
    """
    lines = list(lines)
    refs = {ref for line in lines for ref in _refs(line.words)}
    wanted = Q(outstanding__in={line.amount for line in lines}) | Q(ref__in=refs)
    owed = list(
        Invoice.objects.owed()
        .filter(wanted)
        .select_related("member")
        .order_by("due_on", "pk")[:500]
    )
    return {line.pk: _ranked(line, owed)[:most] for line in lines}


def _ranked(line: BankLine, owed: list[Invoice]) -> list[Suggestion]:
    named = set(_refs(line.words))
    found = []
    for invoice in owed:
        named_here = invoice.ref in named
        same = invoice.outstanding == line.amount
        name = _name_in(invoice.member, line.words)
        if not named_here and not same:
            continue
        why = [
            words
            for holds, words in (
                (named_here, "its number"), (same, "the amount"), (name, "the name"),
            )
            if holds
        ]  # fmt: skip
        rank = (not named_here, not (name and same), not name)
        found.append((rank, Suggestion(invoice, ", ".join(why))))
    found.sort(key=lambda each: each[0])
    return [suggestion for _, suggestion in found]


def _refs(words: str) -> list[str]:
    """Return the numbers of invoices in a bank's words: "INV-00017", "inv 17", "INV00017"."""
    cleaned = words.upper().replace("-", " ").replace("INV", " INV ").split()
    following = pairwise(cleaned)
    return [f"INV-{int(b):05}" for a, b in following if a == "INV" and b.isascii() and b.isdigit()]


def _name_in(member: Member, words: str) -> bool:
    said = set(words.lower().replace("'", "").replace("’", "").split())
    parts = [part for part in member.name.lower().replace("’", "").split() if len(part) > 3]
    return bool(parts) and sum(part in said for part in parts) * 2 >= len(parts)


@transaction.atomic
def bank_match(
    *, by: User, line: BankLine, member: Member, invoice: Invoice | None = None
) -> Payment:
    """Make a line of the bank a payment of a member, put to `invoice` first.

    Raises ValidationError: it is one already or was set aside (code "stale").
    """
    row = _open(line)
    data = PaymentInput(row.on, row.amount, Payment.Method.BANK, row.words[:60], row.uuid)
    made = payment_receive(by=by, member=member, data=data, invoice=invoice)
    row.payment = made
    row.save(update_fields=["payment"])
    return made


@transaction.atomic
def bank_set_aside(*, by: User, line: BankLine, words: str) -> None:
    """Say that a line is nothing of a member's. Raises ValidationError: no words, or "stale"."""
    row = _open(line)
    if not words.strip():
        raise ValidationError({"words": "Write what it is instead."})
    row.set_aside_at, row.set_aside_by = timezone.now(), by
    row.set_aside_words = words.strip()
    row.full_clean()
    row.save()
    record(actions.BANK_SET_ASIDE, by=by, line=row.pk)


def _open(line: BankLine) -> BankLine:
    row: BankLine = BankLine.objects.select_for_update(of=("self",)).get(pk=line.pk)
    if row.payment_id is not None or row.set_aside_at is not None:
        raise ValidationError("This line is dealt with already.", code="stale")
    return row
