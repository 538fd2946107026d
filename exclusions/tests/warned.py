"""What tests of warnings do again and again."""

import datetime as dt
from typing import Any

from django.utils import timezone

from exclusions.services import Giving
from incidents.models import Report
from offenders.models import Subject
from tests import factories
from tests.cast import Cast


def giving(at: dt.datetime | None = None, **fields: str) -> Giving:
    values: dict[str, Any] = {"how": "in_person", "given_by": "J. Patel"} | fields
    return Giving(given_at=at or timezone.now(), **values)


def incident(cast: Cast, subject: Subject, **fields: Any) -> Report:
    """An accepted incident that is below the threshold by itself."""
    values = {"outcome": "left"} | fields
    return factories.accepted_incident(cast.intel, cast.staff, cast.shop, subject, **values)
