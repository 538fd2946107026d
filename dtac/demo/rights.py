"""The demo's requests about records: one open, one to be told, one that stands."""

import datetime as dt
import uuid

from django.conf import settings
from django.utils import timezone

from common import dates
from common.variants import make_waiting_variants
from members.models import User
from members.sharing import Sharing, share_kept_file
from offenders.models import Photo, ProfileVersion, Subject
from records.bodies.services import body_save
from records.breaches.services import (
    BreachInput,
    breach_close,
    breach_people,
    breach_record,
    breach_regulator,
)
from records.complaints.services import (
    ComplaintInput,
    complaint_acknowledge,
    complaint_record,
    complaint_step,
)
from records.models import AccessRequest, Complaint, DataBreach, RightsRequest
from records.privacy.services import PrivacyInput, privacy_record
from records.requests.services import (
    RequestInput,
    request_decide,
    request_record,
    request_tell,
)
from records.sar.pack import pack_hand_out, pack_make, pack_order
from records.sar.services import (
    AccessInput,
    access_answer,
    access_record,
    access_search,
    item_decide,
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
    _registers(intel, people[1])
    _access(intel)
    _bodies(intel)
    name = people[2].name
    _asked(
        intel, people[2], 12, "rectification", "My name is spelt wrong.", wrong_words=name,
        right_words=f"{name}e",
    )  # fmt: skip


def _bodies(by: User) -> None:
    """Add the host, the mail service and two who decide over the data with the scheme."""
    today = dates.today()
    since = dates.add_months(today, -20)
    rows = (
        ("processor", "Thameside Hosting Ltd", "Runs the server and keeps its backups.",
         "Everything", "Slough, England", "Hosting contract and Schedule 2 of 4 April 2025", 120),
        ("processor", "Northgate Mail", "Passes on the scheme’s e-mail.",
         "E-mail addresses, references", "Leeds, England", "Terms for processors, 2025", -3),
        ("joint", "Kent Police", "Decides with the scheme on what is shared about offences.",
         "Subjects, incidents, intelligence", "Maidstone, England",
         "Information-sharing agreement of 2 June 2025", 200),
        ("controller", "Dartford Borough Council", "Receives figures and evidence packs.",
         "Evidence packs", "Dartford, England", "", 300),
        ("controller", "Dartford Town Against Crime", "Runs the scheme and answers for it.",
         "Everything", "Dartford, England", "", 250),
    )  # fmt: skip
    for kind, name, does, kinds, place, contract, days in rows:
        fields = {
            "kind": kind, "name": name, "does": does, "kinds": kinds, "place": place,
            "contract": contract, "contact": "Data protection officer", "starts_on": since,
            "review_on": today + dt.timedelta(days=days),
        }  # fmt: skip
        if name == settings.DTAC_SCHEME_NAME:
            fields["registration"] = "ZX000000"
            fields["registered_until"] = today + dt.timedelta(days=30)
        body_save(by=by, body=None, revision=1, fields=fields)


def _access(by: User) -> None:
    """Add a request for access that is half decided, and one that was answered with a pack."""
    who = Subject.objects.exclude(name="").order_by("pk")[2]
    for ago, done in ((40, True), (9, False)):
        data = AccessInput(
            asker=f"{who.name}, 7 Lowfield Street, Dartford",
            names=[who.name],
            received_on=dates.today() - dt.timedelta(days=ago),
            received_how="email",
            words="Please send me everything you hold about me.",
            identified="Passport seen at the office.",
        )
        row = access_record(by=by, client_id=uuid.uuid4(), data=data)
        make_waiting_variants(Photo.objects.filter(subject=who))
        access_search(
            by=by, access=row, revision=row.revision, names=row.names, born=None,
            subject_refs=[who.ref],
        )  # fmt: skip
        items = list(row.items.all())
        for item in items if done else items[: len(items) // 2]:
            item_decide(by=by, item=item, given=True, removed=item.removed)
        if done:
            _answered(by, row)


def _answered(by: User, row: AccessRequest) -> None:
    row.refresh_from_db()
    pack = pack_order(by=by, access=row, revision=row.revision, client_id=uuid.uuid4())
    pack_make(pack_id=pack.pk)
    pack.refresh_from_db()
    pack_hand_out(by=by, pack=pack, client_id=uuid.uuid4(), recipient=row.asker)
    row.refresh_from_db()
    on = row.received_on + dt.timedelta(days=21)
    access_answer(by=by, access=row, revision=row.revision, outcome="given", on=on)


def _registers(by: User, subject: Subject) -> None:
    """Add two complaints, two data breaches (one closed), and a privacy notice that is withheld."""
    today, now = dates.today(), timezone.now()
    late = _complaint(by, "decision", "Lee Park, by e-mail", 12, "Nobody told me why I am banned.")
    complaint_acknowledge(
        by=by, complaint=late, revision=late.revision, on=today - dt.timedelta(days=9)
    )
    late.refresh_from_db()
    words = "Read the notice and the letter; both give the reason. Asked the store how it was said."
    complaint_step(
        by=by, complaint=late, revision=late.revision, on=today - dt.timedelta(days=5), words=words
    )
    _complaint(by, "conduct", "A. Webb, 4 Spital Street", 3, "Staff spoke of me in the shop.")
    lost = BreachInput(
        what="A store manager left a phone on a bus while signed in. Told by telephone.",
        kinds="Names and photos of subjects in the gallery",
        people="Subjects published to all members",
        people_count=45,
        risk=DataBreach.Risk.RISK,
        measures="Her sessions were ended at once; the phone was locked and found again.",
    )
    breach_record(by=by, client_id=uuid.uuid4(), aware_at=now - dt.timedelta(hours=51), data=lost)
    sent = BreachInput(
        what="An invoice went to the wrong member.",
        kinds="A business’s name and what it owes",
        people="One member business",
        people_count=0,
        risk=DataBreach.Risk.UNLIKELY,
        measures="Asked to delete it; they did.",
    )
    row = breach_record(
        by=by, client_id=uuid.uuid4(), aware_at=now - dt.timedelta(days=40), data=sent
    )
    row = breach_regulator(
        by=by,
        breach=row,
        revision=row.revision,
        told_at=None,
        not_because="No personal data of anybody but a contact’s name.",
    )
    row = breach_people(
        by=by, breach=row, revision=row.revision, told_on=None, not_because="No high risk."
    )
    breach_close(
        by=by, breach=row, revision=row.revision, lessons="Addresses are chosen, not typed."
    )
    review = today + dt.timedelta(days=20)
    why = "A search of his address is planned; told now, he would move what is there."
    data = PrivacyInput(withheld="prejudice", words=why, review_on=review)
    privacy_record(by=by, subject=subject, data=data)


def _complaint(by: User, about: str, who: str, ago: int, words: str) -> Complaint:
    received = dates.today() - dt.timedelta(days=ago)
    data = ComplaintInput(about, who, received, "email", words)
    return complaint_record(by=by, client_id=uuid.uuid4(), data=data)


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
