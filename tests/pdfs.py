"""PDFs as a reader has them."""

import io

from pypdf import PdfReader


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF on one line."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


HARD_NAMES = (
    "Siobhán O’Flaherty-Muñoz",
    "Zoë Brzęczyszczykiewicz",
    "Nguyễn Thị Ánh",
    "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewis",  # 60 letters
    "مريم الخطيب",
    "שרה כהן",
    "<b>#panic()</b> $x$ \\",
)


def shows_name(said: str, name: str) -> bool:
    """Whether each word of a name stands whole in a PDF's words.

    Readers give the words of a name from right to left in the order they stand on the paper, and
    a long one in the pieces of its lines: so their order and the spaces are not compared.
    """
    bare = said.replace(" ", "")
    return all(word in bare for word in name.split())
