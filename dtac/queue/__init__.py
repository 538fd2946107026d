"""The manager's work queue. What waits for another thing is another function here."""

from members.models import User

from .board_reports import board_reports_due
from .exclusions import exclusions_waiting
from .joining import applications_waiting
from .parts import Part
from .profiles import bulletins_stuck, profiles_due
from .records import of_age_waiting, records_waiting, viewing_waiting
from .reports import intelligence_to_grade
from .retention import retention_due
from .rights import rights_waiting
from .upkeep import upkeep_due


def waiting_besides_reports(user: User) -> list[Part]:
    """Return all parts of the queue but the reports to review, in the page's order."""
    return [
        exclusions_waiting(user),
        rights_waiting(),
        records_waiting(),
        of_age_waiting(),
        profiles_due(),
        viewing_waiting(user),
        retention_due(),
        applications_waiting(),
        bulletins_stuck(),
        board_reports_due(user),
        upkeep_due(user),
        intelligence_to_grade(user),
    ]
