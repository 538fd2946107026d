"""Entering and changing who decides over the data, and who processes it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.services import record
from common.db import check_revision, constraint_messages
from members.models import User
from records import actions
from records.models import DataBody


@transaction.atomic
def body_save(
    *, by: User, body: DataBody | None, revision: int, fields: Mapping[str, Any]
) -> DataBody:
    """Enter a controller or processor, or change one.

    Raises ValidationError: a processor without a contract, days out of order, entered already, or
    (code "stale") changed since the form was shown.
    """
    if body is None:
        row = DataBody()
    else:
        row = DataBody.objects.select_for_update(of=("self",)).get(pk=body.pk)
        check_revision(row, revision)
        row.revision += 1
    for name, value in fields.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.changed_at, row.changed_by = timezone.now(), by
    row.full_clean()
    with constraint_messages(DataBody):
        row.save()
    action = actions.BODY_ENTERED if body is None else actions.BODY_CHANGED
    record(action, by=by, ref=f"body-{row.pk}", kind=row.kind)
    return row
