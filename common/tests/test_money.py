"""Money as people type it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import parse_pounds, pounds

AMOUNTS = st.decimals(0, 9999999, places=2, allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("£1,234.50", "1234.50"), ("12", "12.00"), (" 12.5 ", "12.50"), ("£ 5", "5.00"), ("0", "0")],
)
def test_pounds_and_commas_are_taken(text: str, amount: str) -> None:
    assert parse_pounds(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "-1",
        "1.234",
        "abc",
        "",
        "NaN",
        "Infinity",
        "1e400",
        "99999999999",
        "１２",
        "1_0",
        "12,50",
        "1e3",
        "1,2,3",
        "-0",
    ],
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_pounds(text)


@given(AMOUNTS)
def test_what_is_shown_can_be_typed_back(amount: Decimal) -> None:
    assert parse_pounds(pounds(amount, pence=True)) == amount


@given(st.text(max_size=20))
def test_no_text_breaks_it(text: str) -> None:
    try:
        amount = parse_pounds(text)
    except ValueError:
        return
    assert amount >= 0
    assert amount == amount.quantize(Decimal("0.01"))
