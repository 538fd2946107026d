"""The demo's requests about records: one open, one to be told, one that stands."""

import datetime as dt
import uuid

from common import dates
from members.models import User
from members.sharing import Sharing, share_kept_file
from offenders.models import ProfileVersion, Subject
from records.models import RightsRequest
from records.requests.services import (
    RequestInput,
    request_decide,
    request_record,
    request_tell,
)


def load_rights(*, users: dict[str, User]) -> None:
    """Add a rectification that is open, an erasure refused and to be told, an objection granted."""
    intel = users["intel@dtac.example"]
    shown = ProfileVersion.objects.live().filter(known=True, subject__notices=None)
    people = [row.subject for row in shown.order_by("-pk").select_related("subject")[:3]]
    _share(intel, people[0])
    objected = _asked(intel, people[0], 25, "objection", "I was cleared in court in March.")
    objected = _decide(intel, objected, "granted", "The court cleared them; nothing else is known.")
    request_tell(
        by=intel, request=objected, revision=objected.revision, on=dates.today(), how="post"
    )
    erased = _asked(intel, people[1], 20, "erasure", "Take my data off your computers.")
    _decide(intel, erased, "refused", "Three accepted incidents this year; members need to know.")
    name = people[2].name
    _asked(
        intel, people[2], 12, "rectification", "My name is spelt wrong.", wrong_words=name,
        right_words=f"{name}e",
    )  # fmt: skip


def _asked(
    by: User, subject: Subject, ago: int, kind: str, words: str, **more: str
) -> RightsRequest:
    data = RequestInput(
        kind=kind,
        asker=f"{subject.name}, 12 Priory Road, Dartford",
        received_on=dates.today() - dt.timedelta(days=ago),
        received_how="post",
        words=words,
        identified="Driving licence seen at the office.",
        **more,
    )
    return request_record(by=by, subject=subject, client_id=uuid.uuid4(), data=data)


def _decide(by: User, row: RightsRequest, decision: str, reasons: str) -> RightsRequest:
    return request_decide(
        by=by, request=row, revision=row.revision, decision=decision, reasons=reasons
    )


def _share(by: User, subject: Subject) -> None:
    what = Sharing(
        client_id=uuid.uuid4(),
        record=subject.ref,
        recipient="PC 4471 Hill, Kent Police",
        purpose="Prevention and detection of crime",
        lawful_basis="Data Protection Act 2018, Schedule 2, paragraph 2: crime and taxation",
        fields=["Name", "Photo"],
        subjects=[subject.ref],
    )
    share_kept_file(by=by, sharing=what, sha256="0" * 64, byte_size=48_211)
