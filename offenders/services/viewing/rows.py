"""The rows that the manager looks into."""

import datetime as dt
from typing import Any

from audit.services import record
from offenders import actions
from offenders.models import UnusualViewing


def begin(
    kind: UnusualViewing.Kind,
    user: int,
    began_at: dt.datetime,
    last_at: dt.datetime,
    profiles: int,
    **more: Any,
) -> None:
    """Write down unusual viewing of a user (key)."""
    row = UnusualViewing(
        kind=kind, user_id=user, began_at=began_at, last_at=last_at, profiles=profiles, **more
    )
    row.full_clean()
    row.save()
    record(
        actions.VIEWING_NOTED,
        by=None,
        ref=f"viewing-{row.pk}",
        kind=kind.value,
        profiles=row.profiles,
    )
