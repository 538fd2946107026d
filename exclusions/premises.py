"""The list of premises that people are excluded from: kept as versions, made as it changes."""

import hashlib
import json
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from members.models import Premises

from .models import PremisesList

LOCK = 0x44544143_0002


@transaction.atomic
def premises_list_current() -> PremisesList:
    """Return the list as it stands now; a new version is made if it differs from the last.

    Run twice or by two at once it makes one version: whoever comes second finds it unchanged.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    rows = covered_rows()
    digest = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
    last = PremisesList.objects.first()
    if last is not None and last.sha256 == digest:
        return last
    return PremisesList.objects.create(
        number=last.number + 1 if last else 1, made_at=timezone.now(), rows=rows, sha256=digest
    )


def covered_rows() -> list[dict[str, Any]]:
    """Return the premises covered today, by member and name, as a version keeps them."""
    sites = Premises.objects.covered().select_related("member").order_by("member__name", "name")
    return [
        {
            "member": site.member.name,
            "name": site.name,
            "address": site.address,
            "postcode": site.postcode,
            "since": site.since.isoformat(),
        }
        for site in sites
    ]
