"""Invoiced, received, outstanding, written off: they add up whatever happens, to the penny."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, InternalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import dates
from members.models import (
    Allocation,
    CreditNote,
    Invoice,
    Member,
    Payment,
    Refund,
    WriteOff,
)
from members.money.accounts import NOTHING, received, received_by_day, statement, totals
from members.money.amounts import pro_rata, split_gross, vat_of
from members.money.invoices import (
    InvoiceInput,
    Less,
    Line,
    invoice_credit,
    invoice_issue,
    invoice_write_off,
    take_ref,
)
from members.money.payments import (
    PaymentInput,
    RefundInput,
    allocation_end,
    payment_allocate,
    payment_receive,
    refund_pay,
)
from members.money.schedule import vat_add
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once

PENCE = st.integers(1, 200_000).map(lambda pence: Decimal(pence) / 100)
STEP = st.tuples(
    st.sampled_from(
        ("issue", "pay", "pay", "put", "take_off", "credit", "write_off", "refund", "overpay")
    ),
    st.integers(0, 5),
    st.integers(0, 5),
    PENCE,
)


class Book:
    """The same account kept by hand: what each invoice and payment should have left."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.members = (cast.store.member, cast.otherstore.member)
        self.owed: dict[int, Decimal] = {}
        self.spare: dict[int, Decimal] = {}

    def issue(self, a: int, b: int, amount: Decimal) -> None:
        lines = [Line("Something", amount)] * (1 + b % 2)
        data = InvoiceInput(lines, dates.today())
        row = invoice_issue(by=self.cast.intel, member=self.members[a % 2], data=data, send=False)
        self.owed[row.pk] = sum(
            (line.net + vat_of(line.net, Decimal(20)) for line in lines), NOTHING
        )
        assert row.total == self.owed[row.pk]
        self._put_spare(self.members[a % 2])

    def pay(self, a: int, b: int, amount: Decimal) -> None:
        member = self.members[a % 2]
        first = self._invoice(b)
        if first and first.member_id != member.pk:
            first = None
        data = PaymentInput(dates.today(), amount, "bank")
        row = payment_receive(by=self.cast.intel, member=member, data=data, invoice=first)
        mine = Invoice.objects.filter(member=member).order_by("due_on", "pk")
        keys = [each.pk for each in mine]
        order = [first.pk] if first else []
        for key in [*order, *(key for key in keys if key not in order)]:
            part = min(amount, self.owed[key])
            self.owed[key] -= part
            amount -= part
        self.spare[row.pk] = amount

    def overpay(self, a: int, b: int, amount: Decimal) -> None:
        self.pay(a, b, amount + 5000)

    def put(self, a: int, b: int, amount: Decimal) -> None:
        payment, invoice = self._payment(a), self._invoice(b)
        if payment and invoice:
            payment_allocate(by=self.cast.intel, payment=payment, invoice=invoice, amount=amount)
            self.spare[payment.pk] -= amount
            self.owed[invoice.pk] -= amount

    def take_off(self, a: int, b: int, amount: Decimal) -> None:
        payment, invoice = self._payment(a), self._invoice(b)
        if payment and invoice:
            live = Allocation.objects.filter(payment=payment, invoice=invoice, ended_at=None)
            on = sum((row.amount for row in live), NOTHING)
            assert allocation_end(by=self.cast.intel, payment=payment, invoice=invoice) == (on > 0)
            self.spare[payment.pk] += on
            self.owed[invoice.pk] += on

    def credit(self, a: int, b: int, amount: Decimal) -> None:
        invoice = self._invoice(a)
        if invoice:
            before = self._paid_by(invoice)
            invoice_credit(by=self.cast.intel, invoice=invoice, data=Less(amount, "Wrong."))
            freed = max(NOTHING, amount - self.owed[invoice.pk])
            self.owed[invoice.pk] -= amount - freed
            after = self._paid_by(invoice)
            for key in before:
                self.spare[key] += before[key] - after.get(key, NOTHING)
            assert sum(before.values(), NOTHING) - sum(after.values(), NOTHING) == freed
            if freed:
                self._put_spare(invoice.member)

    def _put_spare(self, member: Member) -> None:
        for payment in Payment.objects.filter(member=member).order_by("received_on", "pk"):
            for row in Invoice.objects.filter(member=member).order_by("due_on", "pk"):
                part = min(self.spare[payment.pk], self.owed[row.pk])
                self.spare[payment.pk] -= part
                self.owed[row.pk] -= part

    def write_off(self, a: int, b: int, amount: Decimal) -> None:
        invoice = self._invoice(a)
        if invoice:
            invoice_write_off(by=self.cast.intel, invoice=invoice, data=Less(amount, "Gone."))
            self.owed[invoice.pk] -= amount

    def refund(self, a: int, b: int, amount: Decimal) -> None:
        payment = self._payment(a)
        if payment:
            data = RefundInput(amount, dates.today(), "bank", "Too much.")
            refund_pay(by=self.cast.intel, payment=payment, data=data)
            self.spare[payment.pk] -= amount

    def _invoice(self, place: int) -> Invoice | None:
        rows = list(Invoice.objects.order_by("pk"))
        return rows[place % len(rows)] if rows else None

    def _payment(self, place: int) -> Payment | None:
        rows = list(Payment.objects.order_by("pk"))
        return rows[place % len(rows)] if rows else None

    def _paid_by(self, invoice: Invoice) -> dict[int, Decimal]:
        found: dict[int, Decimal] = {}
        for row in invoice.allocations.filter(ended_at=None):
            found[row.payment_id] = found.get(row.payment_id, NOTHING) + row.amount
        return found

    def check(self) -> None:
        """Compare each invoice, payment and sum with what was kept by hand."""
        owed = {row.pk: row.outstanding for row in Invoice.objects.with_sums()}
        spare = {row.pk: row.spare for row in Payment.objects.with_sums()}
        assert owed == self.owed
        assert spare == self.spare
        assert min([*owed.values(), *spare.values(), NOTHING]) >= 0
        whole = totals()
        assert whole.outstanding == sum(owed.values(), NOTHING)
        assert whole.on_account == sum(spare.values(), NOTHING)
        for name in ("invoiced", "credited", "allocated", "written_off", "received", "refunded"):
            assert getattr(whole, name) == sum(
                (getattr(totals(member), name) for member in self.members), NOTHING
            )
        for member in self.members:
            lines = statement(member)
            assert (lines[-1].balance if lines else NOTHING) == totals(member).balance
        today = dates.today()
        assert received(since=today, until=today) == whole.received - whole.refunded
        by_day = received_by_day(since=today.replace(day=1))
        assert sum(by_day.values(), NOTHING) == received(since=today, until=today)
        for model, series in ((Invoice, "INV"), (CreditNote, "CRN"), (Payment, "PAY")):
            refs = list(model.objects.order_by("pk").values_list("ref", flat=True))
            assert refs == [f"{series}-{n:05}" for n in range(1, len(refs) + 1)]


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEP, max_size=14))
def test_the_sums_hold_over_any_history(cast: Cast, steps: list[Any]) -> None:
    with transaction.atomic():
        vat_add(by=cast.intel, starts_on=dates.today(), percent=Decimal(20))
        book = Book(cast)
        for name, a, b, amount in steps:
            try:
                with transaction.atomic():
                    kept = dict(book.owed), dict(book.spare)
                    getattr(book, name)(a, b, amount)
            except ValidationError:
                book.owed, book.spare = kept
        book.check()
        transaction.set_rollback(True)


def invoice(cast: Cast, amount: int = 100) -> Invoice:
    """Return an invoice of the store's business, without VAT."""
    data = InvoiceInput([Line("Membership", Decimal(amount))], dates.today())
    return invoice_issue(by=cast.intel, member=cast.store.member, data=data, send=False)


def pay(cast: Cast, amount: int, **more: Any) -> Payment:
    """Return a payment of the store's business."""
    data = PaymentInput(dates.today(), Decimal(amount), "bank")
    return payment_receive(by=cast.intel, member=cast.store.member, data=data, **more)


@given(st.dates(dt.date(2024, 1, 1), dt.date(2032, 12, 31)), PENCE, st.integers(0, 400))
def test_parts_of_a_year_add_up_to_it(start: dt.date, yearly: Decimal, days: int) -> None:
    end = dates.last_day_of_year_from(start)
    assert pro_rata(yearly, start, end) == yearly
    middle = min(start + dt.timedelta(days=days), end - dt.timedelta(days=1))
    first = pro_rata(yearly, start, middle)
    rest = yearly - first
    whole = (end - start).days + 1
    assert abs(rest - yearly * (end - middle).days / whole) <= Decimal("0.005")
    next_end = dates.last_day_of_year_from(end + dt.timedelta(days=1))
    assert pro_rata(yearly, start, next_end) == 2 * yearly


@given(PENCE, st.sampled_from(["0", "5", "17.5", "20"]), st.data())
def test_a_credited_part_splits_without_a_lost_penny(
    net: Decimal, percent: str, data: st.DataObject
) -> None:
    vat = vat_of(net, Decimal(percent))
    gross = Decimal(data.draw(st.integers(1, int((net + vat) * 100)))) / 100
    part, its_vat = split_gross(gross, net=net, vat=vat)
    assert part + its_vat == gross
    assert part >= 0
    assert its_vat >= 0
    if gross == net + vat:
        assert (part, its_vat) == (net, vat)


def test_credits_of_a_whole_invoice_add_up_to_it_to_the_penny(cast: Cast) -> None:
    vat_add(by=cast.intel, starts_on=dates.today(), percent=Decimal(20))
    data = InvoiceInput([Line("Membership", Decimal("33.33"))], dates.today())
    row = invoice_issue(by=cast.intel, member=cast.store.member, data=data, send=False)
    for amount in ("13.33", "13.33", "13.34"):
        invoice_credit(by=cast.intel, invoice=row, data=Less(Decimal(amount), "Wrong."))
    notes = row.credits.all()
    assert sum(note.net for note in notes) == row.net
    assert sum(note.vat for note in notes) == row.vat


def test_a_form_sent_again_with_something_else_in_it_is_refused(cast: Cast) -> None:
    paid = PaymentInput(dates.today(), Decimal(40), "bank")
    payment_receive(by=cast.intel, member=cast.store.member, data=paid)
    other = PaymentInput(dates.today(), Decimal(50), "bank", client_id=paid.client_id)
    with pytest.raises(ValidationError, match="sent already: see PAY-00001"):
        payment_receive(by=cast.intel, member=cast.store.member, data=other)
    row = invoice(cast)
    less = Less(Decimal(10), "Wrong.")
    invoice_credit(by=cast.intel, invoice=row, data=less)
    with pytest.raises(ValidationError, match="sent already"):
        invoice_credit(by=cast.intel, invoice=row, data=Less(Decimal(20), "Wrong.", less.client_id))


def test_a_number_that_was_rolled_back_is_used_again(cast: Cast) -> None:
    first = invoice(cast)
    with transaction.atomic():
        invoice(cast)
        transaction.set_rollback(True)
    assert (first.ref, invoice(cast).ref) == ("INV-00001", "INV-00002")


def test_an_invoice_dated_before_the_last_is_refused_and_takes_no_number(cast: Cast) -> None:
    invoice(cast)
    for day, words in ((-1, "that day or later"), (1, "in the future")):
        data = InvoiceInput([Line("X", Decimal(1))], dates.today() + dt.timedelta(days=day))
        with pytest.raises(ValidationError, match=words):
            invoice_issue(by=cast.intel, member=cast.store.member, data=data)
    assert invoice(cast).ref == "INV-00002"


def test_money_taken_off_by_hand_is_not_put_back_by_a_credit_note(cast: Cast) -> None:
    row = invoice(cast)
    payment = pay(cast, 60)
    allocation_end(by=cast.intel, payment=payment, invoice=row)
    invoice_credit(by=cast.intel, invoice=row, data=Less(Decimal(30), "One radio less."))
    assert Payment.objects.with_sums().get().spare == 60
    assert Invoice.objects.with_sums().get().outstanding == 70


def test_what_is_credited_of_a_paid_invoice_is_spare_and_can_be_paid_back(cast: Cast) -> None:
    row = invoice(cast)
    payment = pay(cast, 100)
    invoice_credit(by=cast.intel, invoice=row, data=Less(Decimal(30), "One radio less."))
    assert Payment.objects.with_sums().get().spare == 30
    data = RefundInput(Decimal(31), dates.today(), "bank", "x")
    with pytest.raises(ValidationError, match="£30 at most"):
        refund_pay(by=cast.intel, payment=payment, data=data)
    assert totals().balance == -30


def test_what_was_paid_before_is_on_no_account(cast: Cast) -> None:
    old = factories.PaymentFactory(member=cast.store.member, amount=Decimal(540))
    row = invoice(cast)
    assert Payment.objects.with_sums().get(pk=old.pk).spare == 0
    assert totals().on_account == 0
    assert totals().balance == row.total
    lines = statement(cast.store.member)
    assert "£540.00, before the scheme used this" in " ".join(line.words for line in lines)
    assert lines[-1].balance == row.total
    data = RefundInput(Decimal(1), dates.today(), "bank", "x")
    with pytest.raises(ValidationError, match="before the scheme used this"):
        refund_pay(by=cast.intel, payment=old, data=data)


REFUSED: tuple[tuple[Callable[[Cast, Invoice, Payment], Any], str], ...] = (
    (lambda c, i, p: invoice_credit(by=c.intel, invoice=i, data=Less(Decimal(101), "x")), "100"),
    (lambda c, i, p: invoice_credit(by=c.intel, invoice=i, data=Less(Decimal(1), " ")), "why"),
    (lambda c, i, p: invoice_write_off(by=c.intel, invoice=i, data=Less(Decimal(61), "x")),
     "60 is owed"),
    (lambda c, i, p: invoice_write_off(by=c.intel, invoice=i, data=Less(Decimal(0), "x")),
     "more than £0"),
    (lambda c, i, p: payment_allocate(by=c.intel, payment=p, invoice=i, amount=Decimal(1)),
     "£0 at most"),
)  # fmt: skip


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_more_than_there_is_is_refused_in_words(cast: Cast, change: Any, words: str) -> None:
    row = invoice(cast)
    payment = pay(cast, 40)
    with pytest.raises(ValidationError, match=words):
        change(cast, row, payment)


def test_a_payment_pays_no_other_members_invoice(cast: Cast) -> None:
    row = invoice(cast)
    data = PaymentInput(dates.today(), Decimal(10), "bank")
    other = payment_receive(by=cast.intel, member=cast.otherstore.member, data=data)
    with pytest.raises(ValidationError, match="another member"):
        payment_allocate(by=cast.intel, payment=other, invoice=row, amount=Decimal(1))
    data = PaymentInput(dates.today(), Decimal(10), "bank")
    with pytest.raises(ValidationError, match="another member"):
        payment_receive(by=cast.intel, member=cast.otherstore.member, data=data, invoice=row)


def test_the_database_refuses_what_no_service_would_do(cast: Cast) -> None:
    row = invoice(cast)
    payment = pay(cast, 40)
    now = {"made_at": row.made_at, "made_by": cast.intel}
    data = PaymentInput(dates.today(), Decimal(10), "bank")
    other = payment_receive(by=cast.intel, member=cast.otherstore.member, data=data)
    tries: tuple[Callable[[], Any], ...] = (
        lambda: Allocation.objects.create(payment=payment, invoice=row, amount=1, **now),
        lambda: Allocation.objects.create(payment=other, invoice=row, amount=1, **now),
        lambda: WriteOff.objects.create(
            invoice=row, on=dates.today(), amount=61, reason="x", **now
        ),
        lambda: Refund.objects.create(
            payment=payment, paid_on=dates.today(), amount=1, reason="x", method="bank", **now
        ),
        lambda: CreditNote.objects.create(
            ref="CRN-9", invoice=row, issued_on=dates.today(), reason="x", net=61, vat=0, total=61,
            **now,
        ),
    )  # fmt: skip
    for change in tries:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    statements = [
        f"{what} members_{table}{how}"
        for table, column in (("invoice", "net"), ("invoiceline", "net"), ("payment", "amount"),
                              ("allocation", "amount"))
        for what, how in (("UPDATE", f" SET {column} = {column} + 1"), ("DELETE FROM", ""))
    ]  # fmt: skip
    with connection.cursor() as cursor:
        for sql in statements:
            with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
                cursor.execute(sql)


def test_a_number_is_only_taken_with_what_it_is_for() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        take_ref("INV")


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_no_gap_and_no_double() -> None:
    cast = make_cast()
    members = [factories.MemberFactory() for _ in range(6)]

    def issue(place: int) -> Callable[[], object]:
        data = InvoiceInput([Line("Membership", Decimal(10))], dates.today())
        return lambda: invoice_issue(by=cast.intel, member=members[place], data=data, send=False)

    assert at_once(*[issue(n) for n in range(6)]) == [None] * 6
    refs = sorted(Invoice.objects.values_list("ref", flat=True))
    assert refs == [f"INV-{n:05}" for n in range(1, 7)]


@pytest.mark.django_db(transaction=True)
def test_money_is_not_spent_twice_by_two_at_once() -> None:
    cast = make_cast()
    payment = pay(cast, 100)
    row = invoice(cast)
    allocation_end(by=cast.intel, payment=payment, invoice=row)
    data = RefundInput(Decimal(60), dates.today(), "bank", "x")
    refused = at_once(
        lambda: payment_allocate(by=cast.intel, payment=payment, invoice=row, amount=Decimal(100)),
        lambda: refund_pay(by=cast.intel, payment=payment, data=data),
    )
    assert sorted(error is None for error in refused) == [False, True]
    assert Payment.objects.with_sums().get().spare in (0, 40)


def test_a_form_sent_twice_counts_once(cast: Cast) -> None:
    row = invoice(cast)
    paid = PaymentInput(dates.today(), Decimal(40), "bank")
    made = [payment_receive(by=cast.intel, member=cast.store.member, data=paid) for _ in range(2)]
    less = Less(Decimal(10), "Wrong.")
    notes = [invoice_credit(by=cast.intel, invoice=row, data=less) for _ in range(2)]
    gone = [
        invoice_write_off(by=cast.intel, invoice=row, data=Less(Decimal(50), "x", less.client_id))
        for _ in range(2)
    ]
    spare = pay(cast, 9)
    back = RefundInput(Decimal(5), dates.today(), "bank", "x")
    backs = [refund_pay(by=cast.intel, payment=spare, data=back) for _ in range(2)]
    for pair in (made, notes, gone, backs):
        assert pair[0] == pair[1]
    assert totals().outstanding == 0
    assert Payment.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_at_once_counts_once() -> None:
    cast = make_cast()
    row = invoice(cast)
    less = Less(Decimal(10), "Wrong.")
    paid = PaymentInput(dates.today(), Decimal(40), "bank")
    for _ in range(3):
        refused = at_once(
            lambda: invoice_credit(by=cast.intel, invoice=row, data=less),
            lambda: invoice_credit(by=cast.intel, invoice=row, data=less),
            lambda: payment_receive(by=cast.intel, member=cast.store.member, data=paid),
            lambda: payment_receive(by=cast.intel, member=cast.store.member, data=paid),
        )
        assert refused == [None] * 4
    assert (CreditNote.objects.count(), Payment.objects.count()) == (1, 1)
