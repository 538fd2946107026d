"""Input of the incidents app. Forms parse and check; they never save."""

from .entry import Entry
from .goods import ItemForm, ItemFormSet, items_of
from .log import SEEN_ONLY, ReportForm
from .people import UNKNOWN, PersonForm, PersonFormSet, people_of
from .review import LinkForm, ReviewForm

__all__ = [
    "SEEN_ONLY",
    "UNKNOWN",
    "Entry",
    "ItemForm",
    "ItemFormSet",
    "LinkForm",
    "PersonForm",
    "PersonFormSet",
    "ReportForm",
    "ReviewForm",
    "items_of",
    "people_of",
]
