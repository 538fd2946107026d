"""Rows for tests. Each makes the least that its constraints ask for; services make the rest."""

import datetime as dt
import io
import struct
import uuid
from decimal import Decimal
from typing import Any

import factory
import pillow_heif
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from board.models import ReportVersion
from board.reports.attachments import attachment_add
from board.reports.kinds import wanted_of
from board.reports.services import (
    report_approve,
    report_freeze,
    report_start,
    report_write,
)
from board.reports.services import report_submit as paper_submit
from board.tallies import tallies_refresh
from common import dates
from exclusions.evidence.make import pack_make
from exclusions.models import (
    Appeal,
    CaseFile,
    CaseStatement,
    EvidencePack,
    Notice,
    SpotNumber,
    WarningLetter,
)
from exclusions.services import (
    AppealInput,
    Giving,
    Service,
    Spot,
    StatementInput,
    appeal_decide,
    appeal_panel_add,
    appeal_receive,
    case_open,
    case_pick,
    notice_raise,
    notice_record_service,
    notice_serve_on_the_spot,
    pack_order,
    statement_add,
    warning_give,
    warning_raise,
)
from imports.models import ImportRun
from imports.running import run_work
from imports.services import Upload, mapping_of, run_map, run_upload, run_write
from incidents.models import Alert, IncidentType, IntelligenceReport, Question, Report
from incidents.services import (
    AlertInput,
    ItemInput,
    PersonInput,
    ReportInput,
    alert_raise,
    involvement_link,
    report_accept,
    report_submit,
)
from incidents.services.intelligence import (
    Grade,
    IntelligenceInput,
    intelligence_give,
    intelligence_grade,
    intelligence_share,
)
from members.awards.services import (
    AwardInput,
    BidInput,
    Seen,
    award_apply,
    award_check_and_give,
    award_save,
)
from members.documents.services import DocumentInput, document_enter
from members.equipment.services import EquipmentInput, LoanInput, item_enter, item_lend
from members.joining.applications import ApplicationInput, application_receive
from members.joining.invitations import InvitationInput, invitation_make
from members.meetings.services import MeetingInput, meeting_enter, minutes_publish
from members.models import (
    Application,
    Area,
    Award,
    AwardEntry,
    BankLine,
    Course,
    Document,
    EquipmentItem,
    ExclusionAuthority,
    Invitation,
    Invoice,
    Meeting,
    Member,
    Payment,
    Premises,
    Role,
    SharingRecord,
    TrainingPlace,
    TrainingSession,
    User,
)
from members.money.bank import bank_read
from members.money.invoices import InvoiceInput, Line, invoice_issue
from members.money.payments import PaymentInput, payment_receive
from members.sharing import Sharing, share_kept_file
from members.somebody import PersonInput as Trainee
from members.training.services import (
    CourseInput,
    SessionInput,
    attendance_mark,
    course_save,
    person_book,
    session_enter,
)
from offenders.models import Bulletin, Ground, ProfileVersion, Recognition, Subject, UnusualViewing
from offenders.services import (
    PhotoFacts,
    ProfileDraft,
    bulletin_create,
    photo_add,
    profile_publish,
    recognition_give,
    subject_create,
)
from records.accreditation.services import requirement_save
from records.bodies.services import body_save
from records.breaches.services import BreachInput, breach_record
from records.complaints.services import ComplaintInput, complaint_record, complaint_step
from records.models import (
    AccessPack,
    AccessRequest,
    Complaint,
    DataBody,
    DataBreach,
    PrivacyNotice,
    RetentionHold,
    RetentionRun,
    RightsRequest,
    RunItem,
    StandardRequirement,
)
from records.privacy.services import PrivacyInput, privacy_record
from records.requests.services import RequestInput, request_decide, request_record
from records.retention.holds import HoldInput, hold_place
from records.sar.pack import pack_make as access_pack_make
from records.sar.pack import pack_order as access_pack_order
from records.sar.services import AccessInput, access_record, access_search, item_decide


class AreaFactory(factory.django.DjangoModelFactory):  # type: ignore[misc]
    class Meta:
        model = Area
        django_get_or_create = ("slug",)

    name = "Town Centre"
    slug = factory.LazyAttribute(lambda area: area.name.lower().replace(" ", "-"))


class MemberFactory(factory.django.DjangoModelFactory):  # type: ignore[misc]
    class Meta:
        model = Member
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Member {n}")
    slug = factory.Sequence(lambda n: f"member-{n}")
    kind = "full"
    status = "active"
    sector = "large_retail"
    area = factory.SubFactory(AreaFactory)
    joined_on = dt.date(2020, 1, 1)

    @factory.post_generation
    def signed(self, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        """Let it have signed the authorisation to exclude, unless told signed=False."""
        if create and extracted is not False:
            ExclusionAuthority.objects.create(
                member=self, signed_on=dt.date(2020, 1, 1), recorded_at=timezone.now()
            )


class PremisesFactory(factory.django.DjangoModelFactory):  # type: ignore[misc]
    class Meta:
        model = Premises

    member = factory.SubFactory(MemberFactory)
    name = factory.LazyAttribute(lambda site: f"{site.member.name}, High Street")
    address = "1 High Street"
    postcode = "DA1 1DE"
    area = factory.LazyAttribute(lambda site: site.member.area)


class UserFactory(factory.django.DjangoModelFactory):  # type: ignore[misc]
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"user{n}@test.example")
    name = factory.Sequence(lambda n: f"User {n}")
    member = factory.SubFactory(MemberFactory)
    role = Role.REPORTER
    password = "!"
    certified_until = dt.date(2199, 12, 31)


def application(**fields: Any) -> Application:
    """Return an application from the public form."""
    data: dict[str, Any] = {
        "business": "The New Bakery", "sector": "independent", "address": "4 Spital Street",
        "postcode": "DA1 2DJ", "area": AreaFactory(), "name": "Rae Miller", "position": "Owner",
        "email": "rae@bakery.example",
    }  # fmt: skip
    return application_receive(client_id=uuid.uuid4(), data=ApplicationInput(**{**data, **fields}))


def invitation(by: User, email: str = "new@test.example", **fields: Any) -> Invitation:
    """Return an open invitation to the business of `by`."""
    data = InvitationInput(email, "Nia Newcomer", fields.pop("role", Role.REPORTER), **fields)
    return invitation_make(by=by, member=by.member, data=data)


def invoice(by: User, member: Member, amount: int = 100, **fields: Any) -> Invoice:
    """Return an invoice of today for membership, before VAT; nobody is e-mailed."""
    data = InvoiceInput([Line("Membership", Decimal(amount))], dates.today(), **fields)
    return invoice_issue(by=by, member=member, data=data, send=False)


def payment(by: User, member: Member, amount: int = 100, **fields: Any) -> Payment:
    """Return a payment of today by bank transfer, put to what is owed."""
    data = PaymentInput(dates.today(), Decimal(amount), "bank")
    return payment_receive(by=by, member=member, data=data, **fields)


def bank_line(by: User, words: str = "FP MARLOWE", amount: str = "100.00") -> BankLine:
    """Return a line of the bank that is to be matched."""
    bank_read(by=by, content=f"Date,Description,Amount\n01/11/2026,{words},{amount}\n".encode())
    return BankLine.objects.get(words=words)


def import_run(by: User, source: str = "Old system", bad: bool = True) -> ImportRun:
    """Return an import of members that was checked: with a problem in it, or imported."""
    head = "Name,Sector,Area,Status,Joined on\n"
    good = f"Bakery of {source},Independent retail,Town Centre,Prospect,\n"
    content = head + good + (f"Mill of {source},Pub,Nowhere,Prospect,31/31/2020\n" if bad else "")
    file = SimpleUploadedFile("members.csv", content.encode())
    run = run_upload(by=by, data=Upload(kind="members", source=source, file=file))
    run_work(run_id=run_map(by=by, run=run, mapping=mapping_of(run)).pk)
    run.refresh_from_db()
    if not bad:
        run_work(run_id=run_write(by=by, run=run).pk)
        run.refresh_from_db()
    return run


class PaymentFactory(factory.django.DjangoModelFactory):  # type: ignore[misc]
    class Meta:
        model = Payment

    ref = factory.Sequence(lambda n: f"PAY-{90000 + n}")

    member = factory.SubFactory(MemberFactory)
    received_on = factory.LazyFunction(dt.date.today)
    amount = 100
    method = "bank"


def incident_type(code: str = "shop-theft", **fields: Any) -> IncidentType:
    """Return a type of incident, made the first time."""
    defaults = {
        "label": "Shop theft",
        "family": "crime",
        "harm": 20,
        "asks": [question.value for question in Question],
        "is_common": True,
        "effective_from": dt.date(2020, 1, 1),
    }
    made, _ = IncidentType.objects.get_or_create(code=code, defaults=defaults | fields)
    return made  # type: ignore[no-any-return]


def image_bytes(
    kind: str = "JPEG", size: tuple[int, int] = (300, 400), colour: str = "teal"
) -> bytes:
    """Return a small picture's bytes in a format."""
    pillow_heif.register_heif_opener()  # it writes them, too
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind)
    return buffer.getvalue()


def video_bytes(brand: bytes = b"isom") -> bytes:
    """Return the smallest whole video file: its boxes, with no picture in them."""
    boxes = ((b"ftyp", brand + b"\x00\x00\x00\x00" + brand), (b"moov", b"\x00" * 16))
    boxes += ((b"mdat", b"\x00" * 32),)
    return b"".join(struct.pack(">I4s", len(body) + 8, name) + body for name, body in boxes)


def upload(
    name: str = "photo.jpg", content: bytes | None = None, content_type: str = "image/jpeg"
) -> SimpleUploadedFile:
    """Return an uploaded file, a small JPEG unless told otherwise."""
    return SimpleUploadedFile(name, content or image_bytes(), content_type)


def subject(by: User, *, photo: bool = True, **fields: Any) -> Subject:
    """Return a known adult subject with a photo that may be published."""
    values = {
        "status": "known",
        "name": "Kevin Marsh",
        "date_of_birth": dt.date(1989, 6, 4),
        "description": "Slim, about 180 cm, swallow tattoo on the left of the neck.",
        "mo": "Conceals razors in a foil-lined bag.",
    } | fields
    aliases = values.pop("aliases", ())
    made = subject_create(by=by, fields=values, aliases=aliases)
    if photo:
        facts = PhotoFacts(source="CCTV", may_publish=True, bystanders_clear=True)
        content = image_bytes(colour=f"#{uuid.uuid4().hex[:6]}")
        photo_add(by=by, subject=made, upload=upload(content=content), facts=facts)
    return made


def draft(subject: Subject, **fields: Any) -> ProfileDraft:
    """Return a draft that may be published."""
    values: dict[str, Any] = {
        "line": "Conceals razors",
        "description": subject.description or "A man in a grey hoodie.",
        "mo": subject.mo,
        "ground": Ground.UNLAWFUL_ACTS,
        "necessity": "Repeated thefts from several members.",
        "review_on": dates.today() + dt.timedelta(days=90),
        "expires_on": dates.today() + dt.timedelta(days=180),
        "audience": "all",
        "photos": list(subject.photos.all()),
    }
    return ProfileDraft(**values | fields)


def published(by: User, **fields: Any) -> ProfileVersion:
    """Return a published profile of a new subject. `draft_*` fields go to the draft."""
    of_draft = {key[6:]: fields.pop(key) for key in list(fields) if key.startswith("draft_")}
    made = subject(by, **fields)
    return profile_publish(by=by, subject=made, revision=1, draft=draft(made, **of_draft))


def recognition(by: User, version: ProfileVersion, **fields: Any) -> Recognition:
    """Return a name that a member gave to somebody sought."""
    values = {"client_id": uuid.uuid4(), "name": "Ricky Dunn"} | fields
    return recognition_give(by=by, version=version, **values)


def report(by: User, premises: Premises, **fields: Any) -> Report:
    """Return a report as sent: a sighting, or an incident where `type` is given."""
    people = fields.pop("people", None) or [PersonInput(description="grey hoodie")]
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "type": None,
        "premises": premises,
        "occurred_at": timezone.now() - dt.timedelta(minutes=5),
        "people": people,
    }
    return report_submit(by=by, data=ReportInput(**values | fields))


def many_known(intel: User, names: list[str], *, first: int = 1) -> list[Subject]:
    """Return published subjects of these names, numbered from `first`, made without services."""
    now, in_a_year = timezone.now(), dates.add_months(dates.today(), 12)
    subjects = Subject.objects.bulk_create(
        Subject(ref=f"D-{number:04}", status="known", name=name, created_by=intel)
        for number, name in enumerate(names, start=first)
    )
    ProfileVersion.objects.bulk_create(
        ProfileVersion(
            subject=subject,
            number=1,
            known=True,
            name=subject.name,
            line="Hides goods in bags",
            description="Male, tall, grey hoodie, black bag.",
            ground=Ground.UNLAWFUL_ACTS,
            necessity="x",
            review_on=in_a_year,
            expires_on=in_a_year,
            published_at=now,
            active_at=now,
            published_by=intel,
        )
        for subject in subjects
    )
    return subjects


def accepted_incident(
    intel: User, by: User, premises: Premises, subject: Subject, **fields: Any
) -> Report:
    """Return an accepted shop theft by a subject, linked by the manager."""
    values: dict[str, Any] = {
        "type": incident_type(),
        "outcome": "arrested",
        "items": [ItemInput(category="cosmetics", value_stolen=50)],
    }
    sent = report(by, premises, **values | fields)
    person = sent.people.get()
    linked = involvement_link(
        by=intel, report=sent, revision=sent.revision, involvement=person, subject=subject
    )
    return report_accept(by=intel, report=linked, revision=linked.revision)


def raised_notice(intel: User, by: User, premises: Premises, subject: Subject) -> Notice:
    """Return a notice that is still to be served, citing an arrest at the premises."""
    incident = accepted_incident(intel, by, premises, subject)
    return notice_raise(by=intel, subject=subject, reports=[incident], reason="Arrested.")


def served_notice(
    intel: User, by: User, premises: Premises, subject: Subject, *, ago: dt.timedelta | None = None
) -> Notice:
    """Return a notice served just now, or some time ago (its other dates moved along)."""
    notice = raised_notice(intel, by, premises, subject)
    return serve(intel, notice, ago=ago)


def serve(intel: User, notice: Notice, *, ago: dt.timedelta | None = None) -> Notice:
    """Record that a notice was served just now, or some time ago (raised the day before)."""
    served_at = timezone.now() - (ago or dt.timedelta())
    Notice.objects.filter(pk=notice.pk).update(raised_at=served_at - dt.timedelta(days=1))
    service = Service(served_at=served_at, method="in_person", served_by="J. Patel")
    return notice_record_service(by=intel, notice=notice, service=service)


def raised_warning(
    intel: User,
    by: User,
    premises: Premises,
    subject: Subject,
    *,
    ago: dt.timedelta | None = None,
    **fields: Any,
) -> WarningLetter:
    """Return a warning letter that is still to be given, written just now or some time ago."""
    at = timezone.now() - (ago or dt.timedelta())
    with time_machine.travel(at, tick=False):
        before = {"outcome": "left", "occurred_at": at - dt.timedelta(days=1)}
        incident = accepted_incident(intel, by, premises, subject, **before)
        return warning_raise(
            by=intel, subject=subject, reports=[incident], reason="Took a coat.", **fields
        )


def given_warning(
    intel: User,
    by: User,
    premises: Premises,
    subject: Subject,
    *,
    ago: dt.timedelta = dt.timedelta(minutes=30),
) -> WarningLetter:
    """Return a warning that runs since half an hour ago, or was given some time ago."""
    letter = raised_warning(intel, by, premises, subject, ago=ago)
    at = timezone.now() - ago
    with time_machine.travel(max(at, letter.raised_at), tick=False):
        giving = Giving(given_at=timezone.now(), how="in_person", given_by="J. Patel")
        return warning_give(by=intel, letter=letter, giving=giving)


def spot_notice(store: User, premises: Premises, number: SpotNumber) -> Notice:
    """Return a notice that a member manager served on the spot just now, still to be confirmed."""
    arrest = report(
        store,
        premises,
        type=incident_type(),
        outcome="arrested",
        people=[PersonInput(named_as="Zoë")],
    )
    spot = Spot(name="Zoë Ash", date_of_birth=dt.date(1990, 3, 14), reason="Arrested here.")
    service = Service(timezone.now(), "in_person", "J. Patel", premises)
    return notice_serve_on_the_spot(
        by=store, number=number, person=arrest.people.get(), spot=spot, service=service
    )


def appeal(intel: User, notice: Notice, *panel: User, **fields: Any) -> Appeal:
    """Return an open appeal against a notice in force, for these of the Board to decide."""
    values = {
        "kind": "appeal",
        "received_on": dates.today(),
        "received_how": "post",
        "words": "It was not me.",
    }
    made = appeal_receive(by=intel, notice=notice, data=AppealInput(**values | fields))
    for user in panel:
        appeal_panel_add(by=intel, appeal=made, user=user)
    return made


def decided_appeal(cast: Any, notice: Notice, decision: str = "refused") -> Appeal:
    """Return an appeal that the Board has decided."""
    made = appeal(cast.intel, notice, cast.board)
    return appeal_decide(
        by=cast.board, appeal=made, decision=decision, reasons="The film shows it."
    )


def case_file(intel: User, subject: Subject, *reports: Report, **fields: Any) -> CaseFile:
    """Return an open case file for a civil injunction, with these incidents."""
    values: dict[str, Any] = {"kind": "injunction", "words": "To keep out of the town centre."}
    made = case_open(by=intel, subject=subject, client_id=uuid.uuid4(), **values | fields)
    return case_pick(by=intel, case=made, revision=1, reports=reports) if reports else made


def case_statement(cast: Any, case: CaseFile, **fields: Any) -> CaseStatement:
    """Return a witness statement on the first incident of a case file, its name withheld."""
    values = {
        "member": cast.shop.member,
        "witness_name": cast.staff.name,
        "words": "I saw him.",
        "incident": case.incidents.first(),
    }
    data = StatementInput(**values | fields)
    return statement_add(by=cast.intel, case=case, client_id=uuid.uuid4(), data=data)


def evidence_pack(intel: User, case: CaseFile) -> EvidencePack:
    """Return a pack of a case file, made as the worker makes it."""
    case.refresh_from_db()
    pack = pack_order(
        by=intel, case=case, revision=case.revision, client_id=uuid.uuid4(), names_checked=True
    )
    assert pack_make(pack_id=pack.pk)
    pack.refresh_from_db()
    return pack


def breach(cast: Any, intel: User) -> tuple[Notice, Report]:
    """Return a notice in force, and an accepted sighting of that person at the other business."""
    banned = published(intel, name="Rod Stone").subject
    notice = served_notice(intel, cast.staff, cast.shop, banned, ago=dt.timedelta(days=9))
    seen = report(cast.other, cast.pub, people=[PersonInput(subject=banned)])
    return notice, report_accept(by=intel, report=seen, revision=seen.revision)


def unusual_viewing(user: User) -> UnusualViewing:
    """Return a burst of viewing that waits to be looked into."""
    now = timezone.now()
    ago = now - dt.timedelta(minutes=12)
    return UnusualViewing.objects.create(user=user, began_at=ago, last_at=now, profiles=41)


def grown_up(intel: User) -> Subject:
    """Return a record that was made when its person was 17, who turned 18 today."""
    row = subject(intel, date_of_birth=dates.add_months(dates.today(), -18 * 12))
    made = timezone.now() - dt.timedelta(days=90)
    Subject.objects.filter(pk=row.pk).update(created_at=made)
    return row


def requirement(intel: User, **fields: Any) -> StandardRequirement:
    """Return a requirement of accreditation that the manager's words show."""
    given = StandardRequirement.objects.count()
    values = {
        "edition": "A standard",
        "section": "Information",
        "number": f"9.{given}",
        "words": "Members are told what is done with data about them.",
        "evidence": "words",
        "note": "",
    }
    return requirement_save(by=intel, requirement=None, fields=values | fields)


def hold(intel: User, subject: Subject, **fields: Any) -> RetentionHold:
    """Return a hold on a record, to be looked at in three months."""
    values: dict[str, Any] = {
        "owner": intel,
        "reason": "court",
        "words": "Claim at the county court.",
        "review_on": dates.today() + dt.timedelta(days=90),
    }
    data = HoldInput(**values | fields)
    return hold_place(by=intel, subject=subject, client_id=uuid.uuid4(), data=data)


def rights_request(intel: User, subject: Subject, **fields: Any) -> RightsRequest:
    """Return a request about a record, an objection that came in today."""
    values: dict[str, Any] = {
        "kind": "objection",
        "asker": "Kevin Marsh, 1 High Street",
        "identified": "Driving licence seen.",
        "received_on": dates.today(),
        "received_how": "post",
        "words": "I object.",
    }
    data = RequestInput(**values | fields)
    return request_record(by=intel, subject=subject, client_id=uuid.uuid4(), data=data)


def access_request(intel: User, **fields: Any) -> AccessRequest:
    """Return a request for access that came in today."""
    values: dict[str, Any] = {
        "asker": "Kevin Marsh, 1 High Street",
        "names": ["Kevin Marsh"],
        "identified": "Driving licence seen.",
        "received_on": dates.today(),
        "received_how": "post",
        "words": "What do you hold about me?",
    }
    data = AccessInput(**values | fields)
    return access_record(by=intel, client_id=uuid.uuid4(), data=data)


def access_pack(intel: User, *subjects: str) -> AccessPack:
    """Return a made pack of the working records of these subjects; the rest is left out."""
    row = access_request(intel)
    access_search(
        by=intel, access=row, revision=1, names=row.names, born=None, subject_refs=subjects
    )
    for item in row.items.all():
        given = item.source in ("record", "photo")
        item_decide(
            by=intel, item=item, given=given, left_because="" if given else "double",
            removed=item.removed,
        )  # fmt: skip
    row.refresh_from_db()
    pack = access_pack_order(by=intel, access=row, revision=row.revision, client_id=uuid.uuid4())
    access_pack_make(pack_id=pack.pk)
    pack.refresh_from_db()
    return pack


def complaint(intel: User, *subjects: str, **fields: Any) -> Complaint:
    """Return a complaint that came in today, with one step taken."""
    values: dict[str, Any] = {
        "about": "data",
        "complainant": "Ann Lee, 3 High Street",
        "received_on": dates.today(),
        "received_how": "email",
        "words": "You gave my name away.",
        "subject_refs": subjects,
    }
    data = ComplaintInput(**values | fields)
    row = complaint_record(by=intel, client_id=uuid.uuid4(), data=data)
    complaint_step(by=intel, complaint=row, revision=1, on=dates.today(), words="Rang the shop.")
    row.refresh_from_db()
    return row


def data_breach(intel: User, *, hours: int = 1, **fields: Any) -> DataBreach:
    """Return a data breach that the scheme has known of for so many hours."""
    values = {"what": "A phone was lost.", "kinds": "Names and photos", "people": "Subjects"}
    aware = timezone.now() - dt.timedelta(hours=hours)
    data = BreachInput(**values | fields)
    return breach_record(by=intel, client_id=uuid.uuid4(), aware_at=aware, data=data)


def data_body(intel: User, **fields: Any) -> DataBody:
    """Return a processor, to be looked at again in a year."""
    values: dict[str, Any] = {
        "kind": "processor",
        "name": "Example Hosting Ltd",
        "contact": "dpo@host.example",
        "does": "Runs the server.",
        "kinds": "Everything",
        "place": "London",
        "contract": "Hosting contract of 1 March 2026",
        "starts_on": dates.today(),
        "review_on": dates.today() + dt.timedelta(days=365),
    }
    return body_save(by=intel, body=None, revision=1, fields=values | fields)


def withheld_privacy(intel: User, subject: Subject) -> PrivacyNotice:
    """Return that somebody is not told for now, to be looked at again in a month."""
    review = dates.today() + dt.timedelta(days=30)
    data = PrivacyInput(withheld="prejudice", words="He would move his goods.", review_on=review)
    return privacy_record(by=intel, subject=subject, data=data)


def granted_request(intel: User, subject: Subject) -> RightsRequest:
    """Return an objection that was granted and stands; one recipient is yet to be told."""
    share(intel, subject.ref)
    row = rights_request(intel, subject)
    return request_decide(by=intel, request=row, revision=1, decision="granted", reasons="Weighed.")


def share(by: User, *subjects: str, record: str = "INC-2026-00001") -> SharingRecord:
    """Return an entry of the register of sharing: data of these subjects went to the police."""
    what = Sharing(
        client_id=uuid.uuid4(),
        record=record,
        recipient="PC 1 Smith, Kent Police",
        purpose="Prevention and detection of crime",
        lawful_basis="DPA 2018, Schedule 2",
        fields=["Name"],
        subjects=subjects,
    )
    return share_kept_file(by=by, sharing=what, sha256="0" * 64, byte_size=1)


def night(on: dt.date | None = None) -> RetentionRun:
    """Return a night (today's) that deleted one record, kept one, and failed with one."""
    now = timezone.now()
    row = RetentionRun.objects.create(on=on or dates.today(), made_at=now, finished_at=now)
    for number, state in enumerate(("deleted", "skipped", "failed")):
        RunItem.objects.create(
            run=row,
            category="subject",
            ref=f"D-9{number}{row.pk}",
            due_on=row.on,
            because="12 months after the record was made",
            state=state,
        )
    return row


def bulletin(intel: User, *versions: ProfileVersion, **fields: Any) -> Bulletin:
    """Return a draft bulletin."""
    values = {"headline": "Watch for these", "opening": "Seen this week."} | fields
    return bulletin_create(by=intel, fields=values, versions=list(versions))


def alert(by: User, premises: Premises, **fields: Any) -> Alert:
    """Return an alert raised by itself, for the area of the premises."""
    values = {"client_id": uuid.uuid4(), "premises": premises, "text": "Loud group by the tills."}
    return alert_raise(by=by, data=AlertInput(**values | fields))


def intelligence(by: User, **fields: Any) -> IntelligenceReport:
    """Return intelligence as it was given."""
    values: dict[str, Any] = {
        "client_id": uuid.uuid4(),
        "text": "They meet behind the bus station on Fridays.",
    }
    return intelligence_give(by=by, data=IntelligenceInput(**values | fields))


def graded_intelligence(intel: User, by: User, **grade: Any) -> IntelligenceReport:
    """Return graded intelligence, 2B P unless told otherwise."""
    given = intelligence(by)
    values = {"source_evaluation": "2", "assessment": "B", "handling": "P"} | grade
    return intelligence_grade(
        by=intel, intelligence=given, revision=1, grade=Grade(**values), subjects=[]
    )


def shared_intelligence(
    intel: User, by: User, *, audience: dict[str, Any] | None = None, **grade: Any
) -> IntelligenceReport:
    """Return intelligence that is shared, with everybody unless told otherwise."""
    row = graded_intelligence(intel, by, **grade)
    return intelligence_share(
        by=intel,
        intelligence=row,
        revision=row.revision,
        text="A group meets near the bus station at weekends.",
        audience=audience or {"audience": "all"},
        until=dates.today() + dt.timedelta(days=30),
    )


def equipment(intel: User, kind: str = "RAD", **fields: Any) -> EquipmentItem:
    """Return an item in store, a radio unless told otherwise, that the scheme has had for long."""
    values = {
        "kind": kind,
        "maker": "Halden",
        "model": "DR-40",
        "serial": uuid.uuid4().hex[:12],
        "in_use_from": dt.date(2020, 1, 1),
    } | fields
    return item_enter(by=intel, data=EquipmentInput(**values))


def lent(intel: User, member: Member, *, kind: str = "RAD", **fields: Any) -> EquipmentItem:
    """Return an item that a member has on loan."""
    item = equipment(intel, kind)
    loan = LoanInput(**{"member": member, "since": dates.today(), **fields})
    item_lend(by=intel, item=item, revision=item.revision, data=loan)
    item.refresh_from_db()
    return item


def course(intel: User, **fields: Any) -> Course:
    """Return a course whose certificate holds a year, made the first time."""
    values = {"name": "Shop Safe radio", "kind": "radio", "holds_months": 12} | fields
    found = Course.objects.filter(name=values["name"]).first()
    return found or course_save(by=intel, data=CourseInput(**values))


def training(intel: User, on: dt.date | None = None, **fields: Any) -> TrainingSession:
    """Return a session of a course, today unless told otherwise, with room for ten."""
    values = {
        "course": fields.pop("course", None) or course(intel),
        "on": on or dates.today(),
        "starts": dt.time(9, 30),
        "place": "The Civic Centre",
        "trainer": "Dana Whitlock",
        "places": 10,
    } | fields
    return session_enter(by=intel, data=SessionInput(**values))


def certified(intel: User, user: User, on: dt.date | None = None, **fields: Any) -> TrainingPlace:
    """Return the place of a user who passed a course."""
    session = training(intel, on, **fields)
    place = person_book(by=intel, session=session, data=Trainee(user=user))
    attendance_mark(by=intel, session=session, revision=2, outcomes={place.pk: "passed"})
    place.refresh_from_db()
    return place


def meeting(intel: User, **fields: Any) -> Meeting:
    """Return a meeting of all members, today unless told otherwise."""
    values = {
        "kind": "scheme",
        "on": dates.today(),
        "starts": dt.time(9, 30),
        "place": "The Civic Centre",
        "agenda": "Welcome",
    } | fields
    return meeting_enter(by=intel, data=MeetingInput(**values))


def minuted(intel: User, **fields: Any) -> Meeting:
    """Return a meeting whose minutes are published."""
    row = meeting(intel, **fields)
    minutes_publish(by=intel, meeting=row, revision=1, body="All agreed.")
    row.refresh_from_db()
    return row


def award(intel: User, **fields: Any) -> Award:
    """Return an award with two criteria, made the first time."""
    values = {
        "name": "Safer Business",
        "holds_months": 12,
        "criteria": ("Staff are trained", "The radio is on"),
    } | fields
    found = Award.objects.filter(name=values["name"]).first()
    return found or award_save(by=intel, data=AwardInput(**values))


def award_bid(intel: User, member: Member, **fields: Any) -> AwardEntry:
    """Return a member's bid for an award."""
    whose = fields.pop("premises", None)
    bid = BidInput(award(intel, **fields), member, whose)
    return award_apply(by=intel, data=bid)


def award_held(intel: User, member: Member, **fields: Any) -> AwardEntry:
    """Return an award that a member holds from today."""
    row = award_bid(intel, member, **fields)
    seen = {check.pk: Seen(is_met=True) for check in row.checks.all()}
    return award_check_and_give(by=intel, entry=row, revision=1, seen=seen)


def document(intel: User, **fields: Any) -> Document:
    """Return a document that everybody reads, to be reviewed in a year."""
    values = {
        "title": "Code of practice",
        "kind": "code",
        "readers": "all",
        "owner": intel,
        "review_on": dates.add_months(dates.today(), 12),
        "body": "Be careful.\n\nBe kind.",
    } | fields
    return document_enter(by=intel, data=DocumentInput(**values))


WORDS = {"summary": "All went well.", "achievements": "Two meetings.", "forward": "More of it."}


def board_report(
    cast: Any, *, kind: str = "quarterly", ago: int = 1, state: str = "approved", files: int = 1
) -> ReportVersion:
    """Return the first version of a report on a quarter (or year) so many before this one."""
    wanted = wanted_of(kind, dates.today())
    for _ in range(ago):
        wanted = wanted.before
    intel: User = cast.intel
    tallies_refresh()
    row = report_start(by=intel, wanted=wanted)
    report_write(by=intel, version=row, revision=1, words=WORDS)
    for place in range(files):
        row.refresh_from_db()
        file = upload(content=image_bytes(size=(300, 400 + place)))
        attachment_add(
            by=intel, version=row, revision=row.revision, file=file, name=f"Picture {place}"
        )
    row.refresh_from_db()
    if state == "draft":
        return row
    report_freeze(by=intel, version=row, revision=row.revision)
    paper_submit(by=intel, version=row, revision=row.revision + 1)
    row.refresh_from_db()
    if state == "approved":
        report_approve(by=cast.board, version=row, revision=row.revision)
        row.refresh_from_db()
    return row
