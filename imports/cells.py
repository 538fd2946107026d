"""What cells mean, as people type them: days, pounds, yes and no, telephone numbers, postcodes.

Each reader takes the text of a cell that is not empty and returns what it means. Raises ValueError
with words that say what to do, for "Row 14, Postcode: ..." to be put before them.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac

from common import dates
from common.money import parse_pounds
from members.sites import position_of, postcode_of

Reader = Callable[[str], Any]
DAYS: Final = (
    "%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d-%m-%y", "%d.%m.%Y", "%d.%m.%y", "%Y/%m/%d",
    "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %y", "%d/%b/%Y", "%b %d, %Y",
    "%B %d, %Y",
)  # fmt: skip
CLOCKS: Final = ("%H:%M", "%H:%M:%S", "%H.%M", "%H%M", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p",
                 "%I%p", "%I %p", "%I.%M%p", "%I.%M %p")  # fmt: skip
EXCEL_EPOCH: Final = dt.date(1899, 12, 30)
SERIAL: Final = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)
ORDINAL: Final = re.compile(r"(?<=\d)(st|nd|rd|th)\b", re.IGNORECASE)
WEEKDAY: Final = re.compile(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+", re.IGNORECASE)
YES: Final = {"yes", "y", "true", "1", "x", "t", "on", "✓", "✔"}
NO: Final = {"no", "n", "false", "0", "f", "off", "none", "-", "n/a", "na"}


def plain(text: Any) -> str:
    """Return a cell's text without what no cell means: NUL, other controls, spaces around it."""
    said = str(text)
    if said.isprintable():  # nearly all are
        return said.strip()
    cleaned = "".join(
        char for char in said if char in "\n\t" or unicodedata.category(char) not in UNMEANT
    )
    return cleaned.replace("\xa0", " ").strip()


UNMEANT: Final = ("Cc", "Cs", "Co", "Cn")


def fold(text: str) -> str:
    """Return a text's letters and figures alone, in small: "Shop name*" is "shop name".

    Of any script: two names in Cyrillic are not both nothing. Accents go from Latin letters alone.
    """
    flat = re.sub(r"['’`.]", "", text.casefold())
    if flat.isascii():
        return " ".join(re.findall(r"[a-z0-9]+", flat))
    flat = LATIN_ACCENTS.sub(r"\1", unicodedata.normalize("NFKD", flat))
    kept = (char if unicodedata.category(char)[0] in "LMN" else " " for char in flat)
    return " ".join(unicodedata.normalize("NFKC", "".join(kept)).split())


LATIN_ACCENTS: Final = re.compile(r"([a-z])[\u0300-\u036f]+")


def digest(*parts: str) -> str:
    """Return a keyed digest by which the same cells are known again.

    By the key of this installation: without it nobody finds a date of birth by trying them all.
    """
    return salted_hmac("imports.cells", "\x1f".join(parts), algorithm="sha256").hexdigest()


def line_of(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


def words(text: str) -> str:
    """Return a text as it is, with its lines."""
    return text


def day_of(text: str) -> dt.date:
    """Return a day: 2026-12-31, 31/12/2026, 31 Dec 2026, or Excel's number of it."""
    cleaned = WEEKDAY.sub("", ORDINAL.sub("", line_of(text)))
    cleaned = re.sub(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|\+00:00)?$", "", cleaned).strip()
    serial = SERIAL.fullmatch(cleaned)
    if serial:
        return _real(EXCEL_EPOCH + dt.timedelta(days=int(serial[1])))
    for form in DAYS:
        try:
            found = dt.datetime.strptime(cleaned, form).date()  # noqa: DTZ007  (a day, no moment)
        except ValueError:
            continue
        return _real(found)
    raise ValueError("is not a day. Write it as 31/12/2026: the day first")


def _real(day: dt.date) -> dt.date:
    if not 1900 <= day.year <= 2100:
        raise ValueError("is a day of another century. Write the year with four figures")
    return day


def born_of(text: str) -> dt.date:
    """Return a date of birth: a year of two figures is never one to come."""
    day = day_of(text)
    if day > dates.today() and re.search(r"(?<!\d)\d{2}$", text.strip()):
        return day.replace(year=day.year - 100)
    return day


def clock_of(text: str) -> dt.time:
    """Return a time of day: 14:05, 2.05pm, 1405, or Excel's part of a day."""
    cleaned = line_of(text).upper().replace("HRS", "").replace(".M", "M").strip(" H.")
    cleaned = re.sub(r"^\S+ (?=\d{1,2}:)", "", cleaned)
    if re.fullmatch(r"0?\.\d+", cleaned):
        minutes = round(float(cleaned) * 24 * 60) % (24 * 60)
        return dt.time(minutes // 60, minutes % 60)
    for form in CLOCKS:
        try:
            found = dt.datetime.strptime(cleaned.removesuffix(".000000"), form)  # noqa: DTZ007
        except ValueError:
            continue
        return found.time()
    raise ValueError("is not a time. Write it as 14:05")


def time_in(text: str) -> dt.time | None:
    """Return the time of day that stands behind a day in one cell, or None."""
    found = re.search(r"[T ](\d{1,2}:\d{2}(:\d{2})?)", line_of(text))
    return clock_of(found[1]) if found else None


def moment_of(day: dt.date, clock: dt.time | None) -> dt.datetime:
    """Return a London day and time (noon where none is known) as a moment."""
    return dt.datetime.combine(day, clock or dt.time(12), tzinfo=dates.LONDON)


def money_of(text: str) -> Decimal:
    """Return pounds: £1,234.50."""
    cleaned = re.sub(r"(?i)\s*(gbp|pounds?)\s*", "", line_of(text)).replace("£ ", "£")
    if re.fullmatch(r"£?[\d,]+\.\d{3,}", cleaned):  # a spreadsheet's sums: 12.500000000000002
        whole, _, part = cleaned.partition(".")
        cents = Decimal(f"0.{part}")
        if abs(cents - round(cents, 2)) < Decimal("0.00001") and round(cents, 2) < 1:
            cleaned = f"{whole}{str(round(cents, 2))[1:]}"
    try:
        return parse_pounds(cleaned)
    except ValueError as error:
        raise ValueError(POUNDS.get(str(error), "is not an amount. Write it as 1234.50")) from error


POUNDS: Final = {
    "negative": "is less than nothing. Enter £0 or more",
    "too large": "is too large. Enter less than £10,000,000",
    "more than pence": "has more than two decimals. Enter pounds and pence",
}


def yes_of(text: str) -> bool:
    """Return yes or no."""
    said = text.strip().casefold()
    if said in YES:
        return True
    if said in NO:
        return False
    raise ValueError("is neither yes nor no")


def number_of(text: str) -> int:
    """Return a whole number that is not below 0."""
    cleaned = text.strip().replace(",", "")
    if not re.fullmatch(r"\d{1,6}(\.0+)?", cleaned, re.ASCII):
        raise ValueError("is not a whole number")
    return int(float(cleaned))


def phone_of(text: str) -> str:
    """Return a telephone number; a spreadsheet's lost first 0 is put back."""
    cleaned = line_of(re.sub(r"[^\d+()\- ]", " ", text))
    figures = re.sub(r"\D", "", cleaned)
    if not 7 <= len(figures) <= 15:
        raise ValueError("is not a whole telephone number")
    if len(figures) == 10 and figures == cleaned and figures[0] in "1237":
        return f"0{figures}"
    return cleaned[:30]


def email_of(text: str) -> str:
    """Return an e-mail address in small letters."""
    cleaned = text.strip().removeprefix("mailto:").lower()
    try:
        validate_email(cleaned)
    except ValidationError as error:
        raise ValueError("is not an e-mail address") from error
    return cleaned


def postcode(text: str) -> str:
    """Return a postcode as it is written."""
    try:
        return postcode_of(text)
    except ValidationError as error:
        raise ValueError("is not a whole postcode, such as DA1 1DN") from error


def place_of(text: str) -> tuple[Decimal, ...]:
    """Return latitude and longitude, to a metre."""
    try:
        return position_of(text) or ()
    except ValidationError as error:
        raise ValueError(
            "is not a place in the United Kingdom as maps give it, such as 51.44620, 0.21690"
        ) from error


def several(text: str) -> list[str]:
    """Return what a cell lists, one by one: by lines, semicolons or bars."""
    parts = (line_of(part) for part in re.split(r"[;\n|]", text))
    return [part for part in parts if part]


def names(text: str) -> list[str]:
    """Return names that a cell lists, by commas or slashes too."""
    parts = (line_of(part) for part in re.split(r"[;\n|,/]", text))
    return [part for part in parts if part]


def choice(options: Iterable[tuple[str, str]], also: dict[str, str] | None = None) -> Reader:
    """Return a reader of words from a list: by code, label, synonym, or how a label begins."""
    labels = {str(code): str(label) for code, label in options}
    known = {fold(code): code for code in labels}
    known |= {fold(label): code for code, label in labels.items()}
    known |= {fold(said): code for said, code in (also or {}).items()}

    def read(text: str) -> str:
        said = fold(text)
        if said in known:
            return known[said]
        begun = {code for code, label in labels.items() if fold(label).startswith(said)}
        if len(begun) == 1 and len(said) > 2:
            return begun.pop()
        raise ValueError(f"is none of: {', '.join(labels.values())}")

    return read
