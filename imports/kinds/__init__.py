"""The kinds of files, in the order in which they are imported."""

from typing import Final

from .associations import Associations
from .base import Before, Field, Kind, Line, Match, Told
from .incidents import Incidents
from .members import Members, PremisesKind, Users
from .money import Payments, Subscriptions
from .notices import Notices
from .subjects import Subjects

KINDS: Final[dict[str, Kind]] = {
    kind.code: kind
    for kind in (
        Members(), PremisesKind(), Users(), Subscriptions(), Payments(), Subjects(),
        Associations(), Incidents(), Notices(),
    )
}  # fmt: skip

__all__ = ["KINDS", "Before", "Field", "Kind", "Line", "Match", "Told"]
