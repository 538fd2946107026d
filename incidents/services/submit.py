"""Sending a report: whole or not at all, and once however often it is sent."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.images import store_original
from common.refs import yearly_ref
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
from offenders.models import ProfileVersion, Subject

EARLIEST = dt.timedelta(days=366)
"""How long after it happened something may still be reported."""


@dataclass(frozen=True)
class PersonInput:
    """Somebody in the report: a subject the reporter recognised, or a description."""

    subject: Subject | None = None
    sex: str = ""
    age_band: str = ""
    height: str = ""
    build: str = ""
    hair: str = ""
    description: str = ""


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
    """A report as its sender means it. `type` None is a sighting."""

    client_id: uuid.UUID
    type: IncidentType | None
    premises: Premises
    occurred_at: dt.datetime
    words: str = ""
    outcome: str = Report.Outcome.UNKNOWN
    violence: bool = False
    police_ref: str = ""
    people: Sequence[PersonInput] = field(default_factory=tuple)
    items: Sequence[ItemInput] = field(default_factory=tuple)
    photos: "Sequence[UploadedFile[Any]]" = field(default_factory=tuple)


def report_submit(*, by: User, data: ReportInput) -> Report:
    """Store a report and return it; the same `client_id` again returns the report it made.

    Raises ValidationError for what is wrong, PermissionDenied for premises or subjects that are
    not the sender's to report on, or a client_id that is somebody else's.
    """
    earlier = _sent_before(by, data.client_id)
    if earlier:
        return earlier
    _check_rights(by, data)
    attachments: list[Attachment] = []
    try:
        for photo in data.photos:
            attachment = Attachment(added_by=by)
            attachments.append(attachment)
            store_original(photo, into=attachment)
        with transaction.atomic():
            return _save(by, data, attachments)
    except BaseException as error:
        for attachment in attachments:  # no row, so no file
            if attachment.original:
                default_storage.delete(str(attachment.original.name))
        if isinstance(error, IntegrityError):  # the same form, sent twice at the same moment
            earlier = _sent_before(by, data.client_id)
            if earlier:
                return earlier
        raise


def _sent_before(by: User, client_id: uuid.UUID) -> Report | None:
    report = Report.objects.filter(client_id=client_id).select_related("type").first()
    if report and report.reporter_id != by.pk:
        raise PermissionDenied
    return report


def _check_rights(by: User, data: ReportInput) -> None:
    if not Premises.objects.reportable_by(by).filter(pk=data.premises.pk).exists():
        raise PermissionDenied
    named = {person.subject.pk for person in data.people if person.subject}
    if by.is_intel or not named:
        return
    visible = ProfileVersion.objects.visible_to(by).filter(subject__in=named)
    if visible.count() != len(named):
        raise PermissionDenied


def _save(by: User, data: ReportInput, attachments: list[Attachment]) -> Report:
    now = timezone.now()
    if data.occurred_at > now:
        raise ValidationError({"occurred_at": "This is in the future."})
    if data.occurred_at < now - EARLIEST:
        raise ValidationError({"occurred_at": "This is more than a year ago."})
    kind = Report.Kind.INCIDENT if data.type else Report.Kind.SIGHTING
    year = dates.london_date(now).year
    prefix = "INC" if data.type else "SIG"
    report = Report(
        ref=yearly_ref(prefix, year, ReportCounter.take(prefix, year), digits=5),
        kind=kind,
        client_id=data.client_id,
        type=data.type,
        member=data.premises.member if by.is_intel else by.member,
        premises=data.premises,
        area=data.premises.area,
        reporter=by,
        occurred_at=data.occurred_at,
        sent_at=now,
        words=data.words,
        outcome=data.outcome,
        violence=data.violence,
        police_ref=data.police_ref,
        value_stolen=sum((item.value_stolen for item in data.items), Decimal(0)),
        value_recovered=sum((item.value_recovered for item in data.items), Decimal(0)),
    )
    report.full_clean(validate_unique=False)
    report.save()
    _save_parts(report, data, attachments)
    refs = [person.subject.ref for person in data.people if person.subject]
    record(
        actions.REPORT_SUBMITTED,
        by=by,
        ref=report.ref,
        subjects=refs,
        kind=kind,
        type=data.type.code if data.type else "",
        photos=len(attachments),
    )
    return report


def _save_parts(report: Report, data: ReportInput, attachments: list[Attachment]) -> None:
    people = [
        Involvement(
            report=report,
            subject=person.subject,
            confidence=(
                Involvement.Confidence.REPORTED
                if person.subject
                else Involvement.Confidence.POSSIBLE
            ),
            sex=person.sex,
            age_band=person.age_band,
            height=person.height,
            build=person.build,
            hair=person.hair,
            description=person.description,
        )
        for person in data.people
    ]
    items = [
        StolenItem(
            report=report,
            category=item.category,
            description=item.description,
            quantity=item.quantity,
            value_stolen=item.value_stolen,
            value_recovered=item.value_recovered,
        )
        for item in data.items
    ]
    for row in [*people, *items]:
        row.full_clean(exclude=["report"])
    Involvement.objects.bulk_create(people)
    StolenItem.objects.bulk_create(items)
    for attachment in attachments:
        attachment.report = report
    Attachment.objects.bulk_create(attachments)
    if attachments:
        transaction.on_commit(_wake_variants, robust=True)


def _wake_variants() -> None:
    from incidents.tasks import attachment_variants_sweep  # tasks are above services

    attachment_variants_sweep.delay()
