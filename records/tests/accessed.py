"""Steps of subject access, as tests take them."""

import uuid
from typing import Any

from django.core.files.storage import default_storage

from members.models import SharingRecord
from records.models import AccessPack, AccessRequest
from records.sar.pack import pack_hand_out, pack_order
from records.sar.services import access_search, item_decide
from tests.cast import Cast


def searched(cast: Cast, row: AccessRequest, *refs: str, names: Any = None) -> AccessRequest:
    row.refresh_from_db()
    access_search(
        by=cast.intel, access=row, revision=row.revision, names=names or row.names, born=None,
        subject_refs=refs,
    )  # fmt: skip
    row.refresh_from_db()
    return row


def all_given(cast: Cast, row: AccessRequest) -> AccessRequest:
    """Give everything, without what is proposed to be removed."""
    for item in row.items.all():
        item_decide(by=cast.intel, item=item, given=True, removed=item.removed, boxes=item.boxes)
    row.refresh_from_db()
    return row


def ordered(cast: Cast, row: AccessRequest) -> AccessPack:
    return pack_order(by=cast.intel, access=row, revision=row.revision, client_id=uuid.uuid4())


def handed(cast: Cast, pack: AccessPack) -> SharingRecord:
    pack.refresh_from_db()
    return pack_hand_out(
        by=cast.intel, pack=pack, client_id=uuid.uuid4(), recipient="Kevin Marsh, by post"
    )


def stored(name: str) -> bytes:
    with default_storage.open(name, "rb") as file:
        return bytes(file.read())
