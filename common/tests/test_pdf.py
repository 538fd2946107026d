"""PDFs: what people type comes out as they typed it, whatever it is, in a tagged document."""

import datetime as dt
import io
import re
from typing import Any

import pytest
from pypdf import PdfReader

from common.pdf import Sheet, pdf_render

AT = dt.datetime(2026, 7, 14, 14, 5, tzinfo=dt.UTC)
SHEET = Sheet(title="A title", ref="INC-2026-00017", printed_for="Priya Patel", printed_at=AT)


def content(*facts: tuple[str, str], **parts: Any) -> dict[str, Any]:
    return {"shared": facts or [("For", "x")], "report": None, "exhibits": None, "statement": None,
            **parts}  # fmt: skip


def printed(text: str) -> PdfReader:
    return PdfReader(io.BytesIO(pdf_render("police-pack", content(("For", text)), sheet=SHEET)))


def words(reader: PdfReader) -> str:
    """Return the text of all pages on one line."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def report(**parts: Any) -> dict[str, Any]:
    return {"facts": [], "words": "", "people": [], "goods": [], "totals": [""] * 4, **parts}


@pytest.mark.parametrize(
    "text",
    [
        '#import "@preview/x:0.1.0": *',
        "#read(\"/etc/passwd\") #sys.inputs #panic('x')",
        "$x^2 + y_1$ *bold* _it_ `raw` = Title",
        r"back\slash \u{41} \n C:\Users\x",
        '"]} , "x": [1] <label> @ref // c /* d */',
        "-- --- ... 'single' \"double\" ~ 1/2 (c)",
        "<script>alert(1)</script> {{ 7|add:7 }} %s",
        "O’Neill – “quoted” £1,234.50 €",
    ],
)
def test_markup_is_only_text(text: str) -> None:
    assert f"For {text}" in words(printed(text))


@pytest.mark.parametrize(
    "name",
    ["Zieliński Łucja", "Nguyễn Thị Ái", "Иван Петров", "Γιώργος", "Øystein Åse Þór", "Ş İ ğ"],
)
def test_names_of_europe_and_beyond_are_printed(name: str) -> None:
    assert name in words(printed(name))


def test_scripts_from_right_to_left_are_printed() -> None:
    """The order that comes back is the page's; each letter is there and none was spelt out."""
    for name in ("محمد علي", "שלום"):
        said = words(printed(name))
        assert all(letter in said for letter in name)
        assert "U+" not in said


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("hi 😀.", "hi [grinning face]."),
        ("👨‍👩‍👧", "[man][woman][girl]"),
        ("❤️ x", "❤ x"),
        ("王小明", "[U+738B][U+5C0F][U+660E]"),
        ("สมชาย", "[U+0E2A][U+0E21][U+0E0A][U+0E32][U+0E22]"),
        ("a\x00b\x1b[0m\x7f", "a[U+0000]b[U+001B][0m[U+007F]"),
        ("a\ud800b", "a[U+D800]b"),
        ("\u202egnp.exe", "[U+202E]gnp.exe"),
        ("\u2066x\u2069", "[U+2066]x[U+2069]"),
        ("\uffff \ue000", "[U+FFFF] [U+E000]"),
        ("a\u00adb\u200bc\ufeffd", "abcd"),
        ("one\r\ntwo\x0bthree\u2028four", "one two three four"),
        ("a\tb", "a b"),
        ("e\u0301", "é"),
        ("—\u0901", "—[U+0901]"),  # each has a shape, yet none when one sits on the other
    ],
)
def test_what_has_no_shape_is_spelt_out(typed: str, shown: str) -> None:
    said = words(printed(typed))
    assert f"For {shown}" in said
    assert ("could not be printed" in said) == ("[" in shown)


def test_every_character_of_unicode_prints_or_is_spelt_out() -> None:
    """One in seven of them, in pieces: none stops the document."""
    every = [chr(code) for code in range(0x20, 0x1B580, 7)]  # 16,000 of them
    for start in range(0, len(every), 4000):
        said = words(printed(" ".join(every[start : start + 4000])))
        assert said.count("U+") > 3000


def test_a_word_longer_than_a_line_is_all_there() -> None:
    said = printed("x" * 700 + " end")
    assert words(said).replace(" ", "").count("x") == 700
    assert len(said.pages) == 1


def test_the_document_is_tagged_and_says_what_it_is() -> None:
    reader = printed("x")
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "/StructTreeRoot" in root
    assert reader.metadata.title == "A title"
    assert reader.metadata.author == "Dartford Town Against Crime"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()


def test_head_and_foot_of_each_page() -> None:
    line = ["Razors", "4", "£50.00", "£0.00", "£50.00"]
    data = content(report=report(goods=[line] * 200))
    reader = PdfReader(io.BytesIO(pdf_render("police-pack", data, sheet=SHEET)))
    pages = [re.sub(r"\s+", " ", page.extract_text()) for page in reader.pages]
    assert len(pages) > 3
    assert sum(page.count("Razors 4") for page in pages) == 200
    for number, page in enumerate(pages, start=1):
        assert page.startswith("Dartford Town Against Crime INC-2026-00017")
        assert f"Page {number} of {len(pages)}" in page
        assert "Printed for Priya Patel, Tuesday 14 July 2026, 15:05 London" in page
        assert "Confidential: personal data." in page
        assert "How many" in page  # the table's head is on each page


def test_only_the_bundled_fonts_are_used() -> None:
    pages: Any = printed("plain, Иван, 1 ❤").pages
    fonts = {
        font.get_object()["/BaseFont"].partition("+")[2]
        for page in pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    known = ("LibertinusSerif", "DejaVuSansMono", "NewCM")
    assert all(name.startswith(known) for name in fonts), fonts


def test_the_same_again_is_the_same_to_the_byte() -> None:
    data = content(("For", "PC 1234 Smith 😀"))
    assert pdf_render("police-pack", data, sheet=SHEET) == pdf_render(
        "police-pack", data, sheet=SHEET
    )


def statement(paragraphs: int) -> PdfReader:
    text = "\n\n".join(["I saw a man put razors into a bag. " * 8] * paragraphs)
    made = {"who": "Sam Staff", "age": "Over 18", "occupation": "", "words": text}
    data = content(statement=made)
    return PdfReader(io.BytesIO(pdf_render("police-pack", data, sheet=SHEET)))


@pytest.mark.parametrize("paragraphs", [0, 1, 4, 6, 12, 40])
def test_the_declaration_counts_the_statements_own_pages(paragraphs: int) -> None:
    reader = statement(paragraphs)
    pages = [re.sub(r"\s+", " ", page.extract_text()) for page in reader.pages[1:]]
    assert f"(consisting of {len(pages)} page(s) each signed by me)" in pages[0]
    for number, page in enumerate(pages, start=1):
        assert f"Statement page {number} of {len(pages)}" in page
        assert "Signature witnessed by:" in page
        assert ("Continuation of statement of: Sam Staff" in page) == (number > 1)
    assert sum(page.count("Signature:") for page in pages) == len(pages) + 2


def test_the_declaration_is_that_of_section_9() -> None:
    said = words(statement(1))
    assert "(Criminal Procedure Rules, r 16.2; Criminal Justice Act 1967, s 9)" in said
    assert (
        "This statement (consisting of 1 page(s) each signed by me) is true to the best of my "
        "knowledge and belief and I make it knowing that, if it is tendered in evidence, I shall "
        "be liable to prosecution if I have wilfully stated in it anything which I know to be "
        "false, or do not believe to be true." in said
    )
