"""Case files: opened, filled with incidents and statements, closed; packs of them ordered."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import check_revision, constraint_messages, once
from common.originals import sha256_of
from common.refs import yearly_ref
from exclusions import actions
from exclusions.evidence.contents import no_longer_citable
from exclusions.evidence.names import names_left_in
from exclusions.models import (
    CaseFile,
    CaseIncident,
    CaseStatement,
    EvidencePack,
    NoticeCounter,
)
from incidents.models import Report
from incidents.police_pack.statement import recognised_by
from members.models import Member, SharingRecord, User
from members.sharing import Sharing, share_kept_file
from offenders.models import Subject
from offenders.services import locked_subject

from .raising import citable_reports

KEEPS_MONTHS: Final = 6
"""So long after its last change an open case file keeps the record from being deleted ..."""
MOST_MONTHS: Final = 24
"""... and no longer than this after it was opened: then a hold does, with its reviews."""
MOST_INCIDENTS: Final = 500
"""Of one case file: a pack of more is no pack that a court reads."""


def case_open(
    *, by: User, subject: Subject, client_id: uuid.UUID, kind: str, words: str
) -> CaseFile:
    """Open a case file about a subject; the same `client_id` again returns the one it made.

    Raises ValidationError: no words, or a record that became part of another.
    """

    def make() -> CaseFile:
        locked_subject(subject)
        case = CaseFile(
            ref=_number("CASE"),
            client_id=client_id,
            subject=subject,
            kind=kind,
            words=words.strip(),
            made_at=timezone.now(),
            made_by=by,
        )
        case.keeps_until = _keeps_until(case)
        case.full_clean()
        case.save()
        record(actions.CASE_OPENED, by=by, ref=case.ref, subjects=[subject.ref])
        return case

    return once(CaseFile, client_id, make)


def _keeps_until(case: CaseFile) -> dt.date:
    """Return until when an open case file keeps the record: it can't be a hold without an end."""
    opened = dates.london_date(case.made_at)
    return min(dates.add_months(dates.today(), KEEPS_MONTHS), dates.add_months(opened, MOST_MONTHS))


def _number(prefix: str) -> str:
    year = dates.today().year
    return yearly_ref(prefix, year, NoticeCounter.take(prefix, year), digits=4)


def _locked(case: CaseFile, revision: int | None = None) -> CaseFile:
    """Return the case file, locked and open. Raises ValidationError ("stale")."""
    row: CaseFile = (
        CaseFile.objects.select_for_update(of=("self",)).select_related("subject").get(pk=case.pk)
    )
    if not row.is_open:
        raise ValidationError("This case file is closed.", code="stale")
    if revision is not None:
        check_revision(row, revision)
    return row


def _changed(row: CaseFile, by: User) -> None:
    row.revision += 1
    row.keeps_until = _keeps_until(row)
    row.full_clean()
    row.save()
    record(actions.CASE_CHANGED, by=by, ref=row.ref, subjects=[row.subject.ref])


@transaction.atomic
def case_change(*, by: User, case: CaseFile, revision: int, kind: str, words: str) -> CaseFile:
    """Change what is asked for, and why. Raises ValidationError: stale, closed, or no words."""
    row = _locked(case, revision)
    row.kind, row.words = kind, words.strip()
    _changed(row, by)
    return row


@transaction.atomic
def case_pick(*, by: User, case: CaseFile, revision: int, reports: Sequence[Report]) -> CaseFile:
    """Let the case file hold just these incidents; what is told of those it has stays.

    One that is new is told as its reporter wrote it, until the manager changes that. Raises
    ValidationError: stale, closed, too many, an incident that isn't this subject's or isn't
    accepted, or one to be taken out that has a statement.
    """
    row = _locked(case, revision)
    wanted = {report.pk: report for report in reports}
    if len(wanted) > MOST_INCIDENTS:
        raise ValidationError(f"Choose {MOST_INCIDENTS} incidents at most.", code="many")
    held = {each.report_id: each for each in row.incidents.select_related("report")}
    citable = {report.pk for report in citable_reports(row.subject)}
    if wrong := sorted(wanted[key].ref for key in wanted.keys() - citable):
        raise ValidationError(
            f"Choose accepted incidents of this person only: {', '.join(wrong[:5])} is none."
        )
    going = [held[key] for key in held.keys() - wanted.keys()]
    stated = CaseStatement.objects.filter(incident__in=going).select_related("incident__report")
    if refs := sorted(
        {statement.incident.report.ref for statement in stated if statement.incident}
    ):
        raise ValidationError(f"Take the statements of {', '.join(refs)} away first.")
    CaseIncident.objects.filter(pk__in=[each.pk for each in going]).delete()
    now = timezone.now()
    CaseIncident.objects.bulk_create(
        CaseIncident(
            case=row, report=wanted[key], account=wanted[key].words, added_at=now, added_by=by
        )
        for key in sorted(wanted.keys() - held.keys())
    )
    _changed(row, by)
    return row


@transaction.atomic
def case_incident_change(
    *, by: User, incident: CaseIncident, revision: int, account: str, with_files: bool
) -> None:
    """Change what the pack tells of an incident, and whether its files go along.

    Raises ValidationError: stale or closed.
    """
    row = _locked(incident.case, revision)
    found = CaseIncident.objects.get(pk=incident.pk)
    found.account, found.with_files = account.strip(), with_files
    found.full_clean()
    found.save()
    _changed(row, by)


@dataclass(frozen=True)
class StatementInput:
    """A statement as typed; `incident` None: of what all of it does to a business."""

    member: Member
    witness_name: str
    words: str
    incident: CaseIncident | None = None
    name_shown: bool = False
    witness_age: int | None = None
    occupation: str = ""


def statement_add(
    *, by: User, case: CaseFile, client_id: uuid.UUID, data: StatementInput
) -> CaseStatement:
    """Add a statement; the same `client_id` again returns the one it made.

    Raises ValidationError: closed, an incident of another case file, something left out, or words
    of who recognised somebody, to be signed by somebody else.
    """

    def make() -> CaseStatement:
        row = _locked(case)
        if data.incident and data.incident.case_id != row.pk:
            raise ValidationError("Choose an incident of this case file.")
        made = CaseStatement(
            case=row,
            client_id=client_id,
            kind=CaseStatement.Kind.WITNESS if data.incident else CaseStatement.Kind.IMPACT,
            added_at=timezone.now(),
            added_by=by,
        )
        _fill(made, data)
        _changed(row, by)
        return made

    return once(CaseStatement, client_id, make)


def _fill(row: CaseStatement, data: StatementInput) -> None:
    if data.incident:  # what is signed must be the witness's own knowledge
        reporter = data.incident.report.reporter.name
        if problem := recognised_by(reporter, data.witness_name, data.words):
            raise ValidationError({"words": problem}, code="witness")
    for name, value in _fields(data).items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.full_clean()
    row.save()


def _fields(data: StatementInput) -> dict[str, object]:
    return {name: getattr(data, name) for name in StatementInput.__dataclass_fields__}


@transaction.atomic
def statement_change(
    *, by: User, statement: CaseStatement, revision: int, data: StatementInput
) -> None:
    """Change a statement's words, or whether its name is shown.

    Raises ValidationError: stale (else an old page could show a name again), or closed.
    """
    row = _locked(statement.case, revision)
    found = CaseStatement.objects.select_for_update().get(pk=statement.pk)
    _fill(found, data)
    _changed(row, by)


@transaction.atomic
def statement_remove(*, by: User, statement: CaseStatement) -> None:
    """Take a statement out of the case file. Raises ValidationError: closed."""
    row = _locked(statement.case)
    CaseStatement.objects.filter(pk=statement.pk).delete()
    _changed(row, by)


@transaction.atomic
def case_close(*, by: User, case: CaseFile, reason: str) -> None:
    """Close a case file with what came of it. Raises ValidationError: closed, or no words."""
    row = _locked(case)
    if not reason.strip():
        raise ValidationError({"reason": "Say what came of it."}, code="required")
    row.closed_at, row.closed_by, row.closed_reason = timezone.now(), by, reason.strip()
    row.full_clean()
    row.save()
    record(actions.CASE_CLOSED, by=by, ref=row.ref, subjects=[row.subject.ref])


def pack_order(
    *, by: User, case: CaseFile, revision: int, client_id: uuid.UUID, names_checked: bool = False
) -> EvidencePack:
    """Order a pack of a case file as it is now; the worker makes it.

    `names_checked`: the manager has looked at each place where a name that is to be withheld seems
    to stand. The same `client_id` again returns the pack it ordered. Raises ValidationError:
    stale, closed, nothing in it, such a place not looked at, or a pack that is being made.
    """

    def make() -> EvidencePack:
        row = _locked(case, revision)
        if not row.incidents.exists():
            raise ValidationError("Choose at least one incident first.", code="empty")
        if wrong := no_longer_citable(row):
            raise ValidationError(
                f"No accepted incident of this person any more: {', '.join(wrong[:5])}. Take that"
                " out of the case file.",
                code="wrong",
            )
        if not names_checked and (left := names_left_in(row)):
            places = "; ".join(f"{each.name} in {each.place}" for each in left[:5])
            raise ValidationError(
                f"A name that is withheld may stand in the text: {places}. Take it out, or say"
                " that it is somebody else.",
                code="names",
            )
        pack = EvidencePack(
            ref=_number("EVP"),
            client_id=client_id,
            case=row,
            case_revision=row.revision,
            names_checked=names_checked,
            ordered_at=timezone.now(),
            ordered_by=by,
        )
        with constraint_messages(EvidencePack), transaction.atomic():
            pack.full_clean()
            pack.save()
        record(actions.PACK_ORDERED, by=by, ref=row.ref, subjects=[row.subject.ref], pack=pack.ref)
        transaction.on_commit(lambda: _wake(pack.pk), robust=True)
        return pack

    return once(EvidencePack, client_id, make)


def _wake(pk: int) -> None:
    from exclusions.tasks import evidence_pack_make  # tasks call services

    evidence_pack_make.delay(pk)


def pack_check(stored: str, sha256: str) -> None:
    """Raise ValidationError unless a stored file is what was made: nothing else may leave."""
    try:
        with default_storage.open(stored, "rb") as file:
            intact = sha256_of(file) == sha256
    except FileNotFoundError as error:
        raise ValidationError(
            "The file is missing from the store. Order the pack again.", code="gone"
        ) from error
    if not intact:
        raise ValidationError(
            "The file is not what was made any more. Tell the administrator.", code="altered"
        )


def pack_release(*, by: User, pack: EvidencePack, shared: Mapping[str, Any]) -> SharingRecord:
    """Enter in the register of sharing that a pack is handed out; return the entry.

    `shared` is what a Sharing says of recipient and purpose. The same form again returns the same
    entry. Raises ValidationError: not made yet, its files are deleted, missing or altered, or the
    same form names another recipient now.
    """
    if not pack.has_files:
        raise ValidationError("There is no file of this pack. Order it again.", code="stale")
    pack_check(pack.archive, pack.sha256)
    sharing = Sharing(record=pack.ref, subjects=pack.subject_refs, fields=pack.fields, **shared)
    with transaction.atomic():
        row = share_kept_file(by=by, sharing=sharing, sha256=pack.sha256, byte_size=pack.byte_size)
        record(
            actions.PACK_RELEASED,
            by=by,
            ref=pack.case.ref,
            subjects=pack.subject_refs,
            pack=pack.ref,
            share=row.ref,
        )
    return row
