"""Where data was kept until now: the words by which files of one system find each other."""

from .cells import fold
from .models import ImportRun


def source_of(said: str) -> str:
    """Return the words for a source: those of an earlier import where only their case differs.

    "Spreadsheet" and "spreadsheet" are one source; else all its rows would be written twice.
    """
    words = " ".join(said.split())
    known = ImportRun.objects.order_by("source").values_list("source", flat=True).distinct()
    return next((each for each in known if fold(each) == fold(words)), words)
