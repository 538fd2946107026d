"""PDFs as a reader has them."""

import io

from pypdf import PdfReader


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF on one line."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)
