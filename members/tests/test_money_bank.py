"""The bank's file: read as banks write it, each line once, matched to who paid."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from members.models import BankLine, Payment
from members.money.bank import bank_match, bank_read, bank_set_aside, entries_of, suggestions_for
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once

HEAD = "Date,Description,Amount,Balance\n"
FILE = (
    HEAD + '03/11/2026,FP MARLOWE CHEMIST INV 1,"1,000.00",5000.00\n'
    "03/11/2026,CARD PURCHASE,-12.50,4987.50\n"
    "04/11/2026,FP PENFOLD,100,5087.50\n"
    "04/11/2026,FP PENFOLD,100,5187.50\n"
).encode()
OTHER_BANK = (
    "Account,12345678\n\nTransaction Date,Details,Money Out,Money In\n"
    "2026-11-05,Transfer from A,,25.00\n2026-11-05,Rent,900.00,\n"
).encode("utf-8-sig")


@pytest.mark.parametrize(
    ("content", "amounts", "left_out"),
    [(FILE, ["1000.00", "100.00", "100.00"], 1), (OTHER_BANK, ["25.00"], 1)],
)
def test_banks_write_it_differently(content: bytes, amounts: list[str], left_out: int) -> None:
    entries, out = entries_of(content)
    assert [str(entry.amount) for entry in entries] == amounts
    assert out == left_out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"hello", "No head"),
        (b"", "No head"),
        (b"PK\x03\x04\x00\x00", "not a CSV"),
        (HEAD.encode() + b"3 Nov,FP,10\n", "Line 2: .3 Nov. is no day"),
        (HEAD.encode() + b"03/11/2026,FP,ten\n", "Line 2: .ten. is no amount"),
        (HEAD.encode() + b"03/11/2026,FP,1.234\n", "is no amount"),
        (HEAD.encode() + b'03/11/2026,"' + b"x" * 140_000 + b'",1.00', "can be read"),
    ],
)
def test_a_file_with_a_fault_is_refused_whole(cast: Cast, content: bytes, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        bank_read(by=cast.intel, content=FILE[:0] + content)
    assert not BankLine.objects.exists()


def test_the_same_file_again_or_one_that_overlaps_doubles_nothing(cast: Cast) -> None:
    assert bank_read(by=cast.intel, content=FILE).new == 3
    again = bank_read(by=cast.intel, content=FILE + b"05/11/2026,FP NEW,7.00,1\n")
    assert (again.new, again.known) == (1, 3)
    assert BankLine.objects.count() == 4


def test_lines_that_differ_by_case_are_two(cast: Cast) -> None:
    lines = b"03/11/2026,FP Smith,10,1\r03/11/2026,FP SMITH,10,1\r"
    read = bank_read(by=cast.intel, content=HEAD.replace("\n", "\r").encode() + lines)
    assert (read.new, BankLine.objects.count()) == (2, 2)


def test_a_number_in_the_words_leads_before_an_amount_and_a_name(cast: Cast) -> None:
    named = factories.invoice(cast.intel, cast.store.member, 70)
    same = factories.invoice(cast.intel, cast.store.member, 50)
    other = factories.invoice(cast.intel, cast.otherstore.member, 50)
    by_number = factories.bank_line(cast.intel, words=f"FP {named.ref}", amount="50.00")
    by_name = factories.bank_line(cast.intel, words="FP PENFOLD ARMS", amount="50.00")
    by_nothing = factories.bank_line(cast.intel, words="GRANT", amount="13.00")
    found = suggestions_for([by_number, by_name, by_nothing])
    assert found[by_number.pk][0].invoice == named
    assert [each.invoice for each in found[by_name.pk]] == [other, same]
    assert found[by_name.pk][0].why == "the amount, the name"
    assert found[by_nothing.pk] == []


def test_a_line_is_a_payment_once(cast: Cast) -> None:
    invoice = factories.invoice(cast.intel, cast.store.member, 100)
    line = factories.bank_line(cast.intel)
    made = bank_match(by=cast.intel, line=line, member=cast.store.member, invoice=invoice)
    assert (made.amount, made.received_on.isoformat()) == (Decimal(100), "2026-11-01")
    with pytest.raises(ValidationError, match="dealt with already"):
        bank_match(by=cast.intel, line=line, member=cast.store.member)
    with pytest.raises(ValidationError, match="dealt with already"):
        bank_set_aside(by=cast.intel, line=line, words="Grant")


@pytest.mark.django_db(transaction=True)
def test_two_clicks_on_one_line_make_one_payment() -> None:
    cast = make_cast()
    line = factories.bank_line(cast.intel)

    def match() -> None:
        bank_match(by=cast.intel, line=line, member=cast.store.member)

    assert sorted(error is None for error in at_once(match, match)) == [False, True]
    assert Payment.objects.count() == 1


def test_the_pages_from_the_file_to_the_payment(cast: Cast, client_of) -> None:
    client = client_of("intel")
    invoice = factories.invoice(cast.intel, cast.store.member, 100)
    refused = client.post("/money/bank/", {"file": SimpleUploadedFile("x.csv", b"nothing")})
    assert refused.status_code == 422
    file = SimpleUploadedFile("x.csv", FILE.replace(b"INV 1", b"INV 00001"))
    assert client.post("/money/bank/", {"file": file}).status_code == 302
    page = client.get("/money/bank/").content.decode()
    assert invoice.ref in page
    line = BankLine.objects.get(amount=1000)
    where = f"/money/bank/{line.uuid}/"
    assert client.post(where, {"invoice": "INV-09999"}).status_code == 422
    assert client.post(where, {"invoice": invoice.ref}).status_code == 302
    paid = Payment.objects.with_sums().get()
    assert (paid.allocated, paid.spare) == (100, 900)
    other = BankLine.objects.filter(payment=None)[0]
    aside = client.post(f"/money/bank/{other.uuid}/", {"aside": "1", "words": "A grant"})
    assert aside.status_code == 302
    assert BankLine.objects.filter(set_aside_words="A grant").count() == 1
