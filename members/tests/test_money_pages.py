"""Accounts, invoices and the year as people see them, print them and give them to an accountant."""

import csv
import datetime as dt
import io
import uuid
from decimal import Decimal

import pytest
import time_machine

from common import dates
from members.letters import address_letter_render
from members.models import FeeRate, Member, OutboundEmail, Subscription
from members.money.figures import Year, forecast, income, ledger
from members.money.invoices import Less, invoice_credit, invoice_send, invoice_write_off
from members.money.payments import RefundInput, refund_pay
from members.money.schedule import vat_add
from members.pipeline import ContactInput, contact_save
from tests import factories
from tests.cast import Cast
from tests.pdfs import text_of


@pytest.fixture
def billed(cast: Cast) -> Member:
    """A member whose invoices go to an address, in a scheme that charges VAT."""
    vat_add(by=cast.intel, starts_on=dates.today(), percent=Decimal(20))
    member = cast.store.member
    contact_save(
        by=cast.intel, member=member,
        data=ContactInput("Bill", email="bill@marlowe.example", is_billing=True),
    )  # fmt: skip
    return member


def test_an_invoice_goes_out_with_its_pdf_and_is_printed_the_same_each_time(
    cast: Cast, billed: Member, client_of
) -> None:
    row = factories.invoice(cast.intel, billed, 500)
    assert invoice_send(by=cast.intel, invoice=row) == ["bill@marlowe.example"]
    mail = OutboundEmail.objects.get(template="invoice")
    letter = address_letter_render(template="invoice", address=mail.address, context=mail.context)
    (file,) = letter.files
    assert file.name == f"{row.ref}.pdf"
    assert "£600.00" in letter.text
    words = text_of(file.content)
    for said in (row.ref, "Marlowe Chemist", "£500.00", "£100.00", "£600.00", "20 %"):
        assert said in words
    theirs = client_of("store").get(f"/money/invoices/{row.ref}/invoice.pdf")
    assert theirs.content == file.content


def test_a_credit_note_goes_out_and_is_in_the_account(
    cast: Cast, billed: Member, client_of
) -> None:
    row = factories.invoice(cast.intel, billed, 500)
    client = client_of("intel")
    where = f"/money/invoices/{row.ref}/change/"
    sent = {
        "credit": "1", "credit-amount": "60", "credit-reason": "One month closed.",
        "credit-client_id": str(uuid.uuid4()),
    }  # fmt: skip
    assert client.post(where, {**sent, "credit-amount": "601"}).status_code == 422
    assert client.post(where, sent).status_code == 302
    note = row.credits.get()
    assert (note.net, note.vat) == (Decimal(50), Decimal(10))
    mail = OutboundEmail.objects.get(template="credit-note")
    letter = address_letter_render(template=mail.template, address="x", context=mail.context)
    assert "One month closed." in text_of(letter.files[0].content)
    account = client_of("store").get(f"/members/{billed.slug}/account/").content.decode()
    assert note.ref in account
    assert "£540.00 is left to pay" in account
    pdf = client_of("store").get(f"/members/{billed.slug}/account/account.pdf").content
    assert "£540.00 is left to pay." in text_of(pdf)


def test_the_boards_pages_lead_from_a_figure_to_its_rows_and_name_no_subject(
    cast: Cast, billed: Member, client_of
) -> None:
    late = factories.invoice(cast.intel, billed, 500)
    factories.payment(cast.intel, billed, 100)
    board = client_of("board")
    page = board.get("/money/").content.decode()
    assert "£500.00" in page  # outstanding: 600 less 100
    rows = board.get("/money/invoices/?show=owed&age=due").content.decode()
    assert late.ref in rows
    assert late.ref not in board.get("/money/invoices/?show=owed&age=30").content.decode()
    assert late.ref in board.get("/money/invoices/?show=all&sector=large_retail").content.decode()
    assert late.ref not in board.get("/money/invoices/?show=all&sector=venue").content.decode()
    assert board.get(f"/members/{billed.slug}/account/").status_code == 200
    with time_machine.travel(dates.london_midnight(late.due_on + dt.timedelta(days=3))):
        board = client_of("board")
        assert late.ref in board.get("/money/invoices/?show=overdue").content.decode()
        assert late.ref in board.get("/money/invoices/?show=owed&age=30").content.decode()


def test_the_year_adds_up_and_the_ledger_has_each_penny(
    cast: Cast, billed: Member, client_of
) -> None:
    intel, today = cast.intel, dates.today()
    row = factories.invoice(intel, billed, 500)
    other = factories.invoice(intel, cast.otherstore.member, 100)
    invoice_credit(by=intel, invoice=row, data=Less(Decimal(60), "=cmd"))
    invoice_write_off(by=intel, invoice=other, data=Less(Decimal(20), "Gone."))
    payment = factories.payment(intel, billed, 600)
    refund_pay(by=intel, payment=payment, data=RefundInput(Decimal(60), today, "bank", "Spare."))
    year = Year(dates.financial_year_start(today))
    found = income(year)
    assert found.total == 550  # 500 + 100 - 50
    assert found.total_received == 540
    assert {words: amount for _, words, amount in found.by_sector} == {
        "Large retail": 450, "Licensed premises": 100,
    }  # fmt: skip
    assert sum(amount for *_, amount in found.by_kind) == found.total
    rows = ledger(year)
    gross = {kind: sum(r[7] for r in rows if r[1] == kind) for kind in {r[1] for r in rows}}
    assert gross == {
        "Invoice": 720, "Credit note": -60, "Write-off": -20, "Payment": 600, "Refund": -60,
    }  # fmt: skip
    sheet = client_of("board").get("/money/ledger.csv").content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(sheet)))
    assert len(lines) == len(rows) + 1
    assert "'=cmd" in sheet
    assert client_of("board").get("/money/ledger.ods").content[:2] == b"PK"
    assert "£550.00" in client_of("intel").get("/money/year/").content.decode()
    assert client_of("intel").get("/money/year/?year=1999").status_code == 200


def test_a_second_click_on_agree_leads_to_the_same_invoice(cast: Cast, client_of) -> None:
    today = dates.today()
    FeeRate.objects.create(
        item="membership", kind="full", starts_on=today, amount=480, made_at="2026-01-01T00:00Z",
        made_by=cast.intel,
    )  # fmt: skip
    sent = {"starts_on": today.isoformat(), "radios": "0", "shown": "480.00", "agree": "1",
            "ends_on": dates.last_day_of_year_from(today).isoformat()}  # fmt: skip
    where = f"/members/{cast.store.member.slug}/subscription/"
    clicks = [client_of("intel").post(where, sent).url for _ in range(2)]
    assert clicks == ["/money/invoices/INV-00001/"] * 2


def test_the_forecast_counts_renewals_and_each_step_for_a_part(cast: Cast) -> None:
    today = dates.today()
    FeeRate.objects.create(
        item="membership", kind="full", starts_on=today, amount=480, made_at="2026-01-01T00:00Z",
        made_by=cast.intel,
    )  # fmt: skip
    last = Year(dates.financial_year_start(today)).last
    if last > today:
        ends_on = last - dt.timedelta(days=1)
        Subscription.objects.create(
            member=cast.store.member, starts_on=ends_on - dt.timedelta(days=364), ends_on=ends_on,
            fee=400, rental=100,
        )  # fmt: skip
    for status in ("prospect", "applied", "applied"):
        factories.MemberFactory(status=status, joined_on=None)
    found = {row.words: row.counted for row in forecast()}
    assert found == {"Renewals": 450, "Prospect": 48, "Contacted": 0, "Applied": 720}


def test_money_of_others_is_not_there(cast: Cast, client_of) -> None:
    row = factories.invoice(cast.intel, cast.otherstore.member)
    paid = factories.payment(cast.intel, cast.otherstore.member)
    for who in ("store", "police", "staff", "admin"):
        client = client_of(who)
        for path in (
            f"/money/invoices/{row.ref}/", f"/money/invoices/{row.ref}/invoice.pdf",
            f"/money/payments/{paid.ref}/", f"/members/{row.member.slug}/account/",
            f"/members/{row.member.slug}/account/account.pdf", "/money/", "/money/invoices/",
        ):  # fmt: skip
            assert client.get(path).status_code == 404, (who, path)


def test_the_pages_put_take_off_and_pay_back(cast: Cast, client_of) -> None:
    member = cast.store.member
    paid = factories.payment(cast.intel, member, 100)
    row = factories.invoice(cast.intel, member, 80)
    client = client_of("intel")
    where = f"/money/payments/{paid.ref}/change/"
    assert client.post(where, {"off": "1", "off-invoice": row.ref}).status_code == 302
    put = {"put": "1", "put-invoice": row.ref, "put-amount": "80"}
    assert client.post(where, {**put, "put-amount": "81"}).status_code == 422
    assert client.post(where, put).status_code == 302
    back = {"back": "1", "back-amount": "30", "back-paid_on": dates.today().isoformat(),
            "back-method": "bank", "back-reason": "Too much.",
            "back-client_id": str(uuid.uuid4())}  # fmt: skip
    assert client.post(where, back).status_code == 422
    assert client.post(where, {"off": "1", "off-invoice": row.ref}).status_code == 302
    assert client.post(where, back).status_code == 302
    page = client.get(f"/money/payments/{paid.ref}/").content.decode()
    assert "£70.00" in page
