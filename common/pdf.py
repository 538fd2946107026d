"""PDFs: a typst template filled with data, tagged for screen readers (PDF/UA-1).

Data travels as JSON (`sys.inputs`), so nothing that a person typed is ever read as markup. The
fonts are those in typst's own package, so that every machine prints the same; a character that
none of them has is spelt out, never left out. docs/decisions/0010-typst-for-pdfs.md says why.
"""

import base64
import datetime as dt
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from common import dates

TEMPLATES = Path(settings.BASE_DIR) / "templates" / "pdf"
STANDARD: Final = "ua-1"  # with it typst refuses a character it can’t draw, and says so
CONFIDENTIAL = "Confidential: personal data. Keep it safe, use it only for what it was given for."

# Never looked up: every bundled text font has them.
ALWAYS_SHOWN = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("\n£€–—‘’“”·•…é")
LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Say nothing by themselves: hyphens and spaces without width, byte order mark, variation selectors.
UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff\ufe00-\ufe0f]")
JOINERS = "\u200c\u200d"


PICTURE = (400, 500)
"""The frame that a picture is fitted into, in its own proportions."""


@dataclass(frozen=True)
class Sheet:
    """What the head and foot of each page say, and the document's own facts.

    `printed_at` is also the file's date: the same data and sheet give the same bytes.
    """

    title: str
    ref: str
    printed_for: str
    printed_at: dt.datetime
    handling: str = CONFIDENTIAL

    def said(self) -> dict[str, str]:
        """Return it as the templates read it."""
        return {
            "scheme": settings.DTAC_SCHEME_NAME,
            "title": self.title,
            "ref": self.ref,
            "printed": f"Printed for {self.printed_for}, {dates.in_full(self.printed_at)} London",
            "handling": self.handling,
        }


def _typst() -> Any:
    import typst  # seven megabytes in each process, and few pages make a PDF

    return typst


def pdf_render(
    template: str,
    data: Mapping[str, Any],
    *,
    sheet: Sheet,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return a PDF of templates/pdf/<template>.typ; nothing is written to disk.

    `data` is plain JSON; `pictures` are JPEGs that the template shows by name. Raises
    typst.TypstError for a fault of the template, never for a text.
    """
    whole = {"data": dict(data), "sheet": sheet.said()}
    try:
        said = _printable(whole, _refused(_unusual(whole)))
        return _compile(template, said, sheet.printed_at, pictures or {})
    except _typst().TypstError:
        # Each character has a shape, yet not beside its neighbours: spell out all unusual ones.
        said = _printable(whole, _unusual(whole))
        return _compile(template, said, sheet.printed_at, pictures or {})


def _compile(
    template: str, whole: dict[str, Any], at: dt.datetime, pictures: Mapping[str, bytes]
) -> bytes:
    told = whole | {"pictures": {name: _as_svg(jpeg) for name, jpeg in pictures.items()}}
    made = _typst().compile(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={name: json.dumps(value) for name, value in told.items()},
        pdf_standards=STANDARD,
        timestamp=int(at.timestamp()),
        format="pdf",
    )
    assert isinstance(made, bytes)
    return made


def _as_svg(jpeg: bytes) -> str:
    """Return a JPEG inside an SVG: inputs are text, and this way nothing is written to disk."""
    coded = base64.b64encode(jpeg).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {PICTURE[0]} {PICTURE[1]}">'
        f'<image width="{PICTURE[0]}" height="{PICTURE[1]}" '
        f'href="data:image/jpeg;base64,{coded}"/></svg>'
    )


@lru_cache(maxsize=1)
def _fonts() -> Any:
    more = [str(settings.DTAC_PDF_FONTS)] if settings.DTAC_PDF_FONTS else []
    return _typst().Fonts(include_system_fonts=False, font_paths=more)


# --- Characters that can't be printed ------------------------------------------------------


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)


def _tidy(text: str) -> str:
    """Return the text with one kind of line break and without what nobody sees."""
    text = UNSEEN.sub("", LINE_BREAKS.sub("\n", text)).replace("\t", "    ")
    return unicodedata.normalize("NFC", text)


def _unusual(value: Any) -> frozenset[str]:
    return frozenset(char for text in _texts(value) for char in _tidy(text)) - ALWAYS_SHOWN


@lru_cache(maxsize=64)
def _refused(chars: frozenset[str]) -> frozenset[str]:
    """Return those that are no text (controls, halves of characters) or have no shape here.

    One character a line is set and the lines that typst complains of are read; then the rest must
    pass, so that nothing rests on how it words its complaint.
    """
    refused = {char for char in chars if unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn")}
    # What turns the reading direction round could make a text say another thing.
    refused |= {c for c in chars if unicodedata.category(c) == "Cf" and c not in JOINERS}
    asked = sorted(chars - refused - set(JOINERS))
    while asked:
        bad = _refused_lines([f'#"a\\u{{{ord(char):x}}}"' for char in asked])
        if not bad:
            break
        refused |= {asked[line] for line in bad}
        asked = [char for line, char in enumerate(asked) if line not in bad]
    return frozenset(refused)


def _refused_lines(lines: list[str]) -> set[int]:
    source = ['#set document(title: "-"); #set text(font: "Libertinus Serif")', *lines]
    try:
        _typst().compile(
            "\n".join(source).encode(),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            pdf_standards=STANDARD,
            format="pdf",
        )
    except _typst().TypstError as error:
        found = {int(line) - 2 for line in re.findall(r"\.typ:(\d+):", error.diagnostic)}
        known = {line for line in found if 0 <= line < len(lines)}
        return known or set(range(len(lines)))
    return set()


def _printable(value: Any, refused: frozenset[str]) -> Any:
    """Return the data with refused characters spelt out, and whether there were any."""
    spelt = _speller(refused)
    whole = _mapped(value, spelt)
    whole["sheet"]["spelt_out"] = bool(refused - set(JOINERS))
    return whole


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _mapped(part, change) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(part, change) for part in value]
    return value


def _speller(refused: frozenset[str]) -> Callable[[str], str]:
    table = {ord(char): _spelt(char) for char in refused}
    if any(unicodedata.category(char).startswith("S") for char in refused):
        # Joiners hold pictures together; without the pictures they are nothing.
        table |= {ord(char): "" for char in JOINERS}
    return lambda text: _tidy(text).translate(table)


def _spelt(char: str) -> str:
    """Return "[grinning face]" for a picture or sign, "[U+738B]" for any other character."""
    if char in JOINERS:
        return ""
    if unicodedata.category(char).startswith("S"):
        return f"[{unicodedata.name(char, f'U+{ord(char):04X}').lower()}]"
    return f"[U+{ord(char):04X}]"
