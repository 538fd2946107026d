"""Sending a report: whole or not at all, and once however often it is sent."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import constraint_messages
from common.files import check_file
from common.http import plain_text
from common.originals import with_originals
from common.prepared import Prepared
from common.refs import yearly_ref
from common.wake import wake
from incidents import actions
from incidents.models import (
    Attachment,
    IncidentType,
    Involvement,
    Report,
    ReportCounter,
    StolenItem,
)
from members.models import Premises, User
from members.reportable import may_report_at
from offenders.models import ProfileVersion, Subject

from .alerts import alert_with_report

EARLIEST = dt.timedelta(days=366)
"""How long after it happened something may still be reported."""
SAME_MOMENT = dt.timedelta(minutes=30)
"""Two tries of a report say "just now" this far apart at most, by how long each was under way."""
SENT_ALREADY = "Sent already. Add this under Reports."


LOOKS = (
    "part", "named_as", "sex", "age_band", "height", "build", "hair", "clothing", "marks",
    "carrying", "description",
)  # fmt: skip
READ_ALREADY: Final = ("type", "member", "premises", "area", "reporter")
TOLD = (
    "type", "premises", "occurred_at", "words", "outcome", "violence", "weapon", "weapon_words",
    "injury", "threats", "vehicle_registration", "vehicle_words", "methods", "police_told",
    "police_ref", "to_finish",
)  # fmt: skip


@dataclass(frozen=True)
class PersonInput:
    """Somebody in the report: a subject the reporter recognised, or a description.

    `pk` is the row that a correction is about; None is somebody new.
    """

    subject: Subject | None = None
    part: str = Involvement.Part.DID_IT
    named_as: str = ""
    sex: str = ""
    age_band: str = ""
    height: str = ""
    build: str = ""
    hair: str = ""
    clothing: str = ""
    marks: str = ""
    carrying: str = ""
    description: str = ""
    pk: int | None = None


@dataclass(frozen=True)
class ItemInput:
    """Goods. Values are pounds for all of the quantity."""

    category: str
    description: str = ""
    quantity: int = 1
    value_stolen: Decimal = Decimal(0)
    value_recovered: Decimal = Decimal(0)


@dataclass(frozen=True)
class ReportInput:
    """A report as its sender means it. `type` None is a sighting; `alert` tells members at once.

    `content` counts what was typed on the phone: mended there, it is one more.
    """

    client_id: uuid.UUID
    type: IncidentType | None
    premises: Premises
    occurred_at: dt.datetime
    words: str = ""
    outcome: str = Report.Outcome.UNKNOWN
    violence: bool = False
    weapon: str = ""
    weapon_words: str = ""
    injury: str = ""
    threats: bool = False
    vehicle_registration: str = ""
    vehicle_words: str = ""
    methods: Sequence[str] = field(default_factory=tuple)
    police_told: bool = False
    police_ref: str = ""
    to_finish: bool = False
    people: Sequence[PersonInput] = field(default_factory=tuple)
    items: Sequence[ItemInput] = field(default_factory=tuple)
    files: "Sequence[UploadedFile[Any]]" = field(default_factory=tuple)
    alert: bool = False
    content: int = 1


def report_submit(*, by: User, data: ReportInput) -> Report:
    """Store a report and return it; the same `client_id` again returns the report it made.

    What was mended on the phone after a try whose answer was lost is a correction of it.

    Raises ValidationError for what is wrong, PermissionDenied for premises or subjects that are
    not the sender's to report on, or a client_id that is somebody else's.
    """
    earlier = _sent_before(by, data.client_id)
    if earlier:
        if data.content > earlier.content:
            earlier = _mended(by, earlier, data)
        # The answer was lost, or the switch put on late.
        if data.alert and (earlier.revision == 1 or data.content > 1):
            alert_with_report(by=by, report=earlier)
        return earlier
    check_rights(by, data)

    def save(attachments: list[Attachment]) -> Report:
        return _save(by, data, attachments)

    try:
        return with_files(by, data.files, save)
    except IntegrityError:  # the same form, sent twice at the same moment
        earlier = _sent_before(by, data.client_id)
        if earlier:
            return _mended(by, earlier, data) if data.content > earlier.content else earlier
        raise


def _mended(by: User, earlier: Report, data: ReportInput) -> Report:
    """Correct a report by what its phone says now. Raises ValidationError if that can't be."""
    from .change import report_change  # built upon this module

    if not earlier.is_open or earlier.revision > 1:
        raise ValidationError(SENT_ALREADY, code="sent")
    moment = data.occurred_at
    if moment.second or moment.microsecond:  # told by the clock, so by when each try set out
        same = abs(moment - earlier.occurred_at) < SAME_MOMENT
        moment = earlier.occurred_at if same else min(moment, earlier.sent_at)
    held = set(earlier.attachments.values_list("sha256", flat=True))
    files = [file for file in data.files if _sha256(file) not in held]
    data = replace(data, occurred_at=moment, files=files)
    try:
        report_change(by=by, report=earlier, revision=earlier.revision, data=data)
    except ValidationError as error:
        if getattr(error, "code", "") != "stale":
            raise
    done: Report = Report.objects.select_related("type").get(pk=earlier.pk)
    if done.content < data.content:
        raise ValidationError(SENT_ALREADY, code="sent")
    return done


def _sha256(file: "UploadedFile[Any]") -> str:
    digest = hashlib.sha256()
    file.seek(0)
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def with_files(
    by: User,
    files: "Sequence[UploadedFile[Any]]",
    save: Callable[[list[Attachment]], Report],
) -> Report:
    """Store files, then call `save` in a transaction; no row, so no file. Returns its report."""

    def make(file: "File[Any]") -> Attachment:
        kind = (getattr(file, "checked", None) or check_file(file)).kind
        name = plain_text(file.name, limit=120)
        return Attachment(added_by=by, file_name=name, kind=kind)

    return with_originals(files, make, save)


def _sent_before(by: User, client_id: uuid.UUID) -> Report | None:
    report: Report | None = next(iter(SENT.rows(client_id=client_id)), None)
    if report and report.reporter_id != by.pk:
        raise PermissionDenied
    return report


SENT: Final = Prepared(
    lambda shape, client_id: Report.objects.filter(client_id=client_id).select_related("type"),
    planned=True,
)


def check_rights(by: User, data: ReportInput) -> None:
    """Raise PermissionDenied for premises or subjects that are not this user's to report on."""
    if not may_report_at(by, data.premises):
        raise PermissionDenied
    named = {person.subject.pk for person in data.people if person.subject}
    if by.is_intel or not named:
        return
    visible = ProfileVersion.objects.visible_to(by).filter(subject__in=named)
    if visible.count() != len(named):
        raise PermissionDenied


def _save(by: User, data: ReportInput, attachments: list[Attachment]) -> Report:
    now = timezone.now()
    _check_moment(data.occurred_at, now)
    kind = Report.Kind.INCIDENT if data.type else Report.Kind.SIGHTING
    year = dates.london_date(now).year
    prefix = "INC" if data.type else "SIG"
    report = Report(
        ref=yearly_ref(prefix, year, ReportCounter.take(prefix, year), digits=5),
        kind=kind,
        client_id=data.client_id,
        content=data.content,
        member=data.premises.member if by.is_intel else by.member,
        reporter=by,
        sent_at=now,
    )
    fill(report, data)
    save_report(report)
    _save_parts(report, data, attachments)
    refs = [person.subject.ref for person in data.people if person.subject]
    record(
        actions.REPORT_SUBMITTED,
        by=by,
        ref=report.ref,
        subjects=refs,
        kind=kind,
        type=data.type.code if data.type else "",
        files=len(attachments),
    )
    if data.alert:
        alert_with_report(by=by, report=report)
    return report


def save_report(report: Report) -> None:
    """Store a report's own row. Raises ValidationError.

    Its constraints are left to the database alone, which says the same in the same words: asking
    it about each beforehand made half of the statements of a submission. So is whether the rows it
    belongs to are there: they were just read.
    """
    report.full_clean(exclude=READ_ALREADY, validate_unique=False, validate_constraints=False)
    with constraint_messages(Report):
        report.save()


def _check_moment(moment: dt.datetime, now: dt.datetime) -> None:
    if moment > now:
        raise ValidationError({"occurred_at": "This is in the future."})
    if moment < now - EARLIEST:
        raise ValidationError({"occurred_at": "This is more than a year ago."})


def fill(report: Report, data: ReportInput) -> None:
    """Copy what was told into a report's own columns; the sums are those of its goods."""
    for name in TOLD:
        setattr(report, name, getattr(data, name))
    report.methods = list(data.methods)
    report.area = data.premises.area
    report.value_stolen = sum((item.value_stolen for item in data.items), Decimal(0))
    report.value_recovered = sum((item.value_recovered for item in data.items), Decimal(0))


def _save_parts(report: Report, data: ReportInput, attachments: list[Attachment]) -> None:
    people = [person_row(report, person, named_by=report.reporter) for person in data.people]
    for row in people:
        row.full_clean(exclude=["report", "named_by"], validate_constraints=False)
    with constraint_messages(Involvement):
        Involvement.objects.bulk_create(people)
    save_items(report, data.items)
    save_attachments(report, attachments)
    wake_matching()


def person_row(report: Report, person: PersonInput, *, named_by: User) -> Involvement:
    """Return an unsaved row for somebody in a report; `named_by` is who says that it was them."""
    looks = {name: getattr(person, name) for name in LOOKS}
    row = Involvement(report=report, confidence=Involvement.Confidence.POSSIBLE, **looks)
    if person.subject:
        row.subject, row.named_by = person.subject, named_by
        row.confidence = Involvement.Confidence.REPORTED
    return row


def save_items(report: Report, items: Sequence[ItemInput]) -> None:
    """Add a report's goods. Raises ValidationError."""
    rows = [StolenItem(report=report, **asdict(item)) for item in items]
    for row in rows:
        row.full_clean(exclude=["report"], validate_constraints=False)
    with constraint_messages(StolenItem):
        StolenItem.objects.bulk_create(rows)


def save_attachments(report: Report, attachments: list[Attachment]) -> None:
    """Number a report's new files after those it has, and add them. The report must be locked."""
    if not attachments:
        return
    held = report.attachments.count()
    for number, attachment in enumerate(attachments, start=held + 1):
        attachment.report = report
        attachment.number = number
    Attachment.objects.bulk_create(attachments)
    transaction.on_commit(_wake_variants, robust=True)


def _wake_variants() -> None:
    from incidents.tasks import attachment_variants_sweep  # tasks are above services

    wake(attachment_variants_sweep)


def wake_matching() -> None:
    """Have the worker look for whom the unknown people may be, once this is committed."""
    transaction.on_commit(_wake_matching, robust=True)


def _wake_matching() -> None:
    from incidents.tasks import involvement_match_sweep  # tasks are above services

    wake(involvement_match_sweep)
