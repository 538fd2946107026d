"""Writes of reports: started, written, frozen, given to the Board, sent back, approved, corrected.

Each takes the version's row first, so that two at once wait for one another and the second sees
what the first did.
"""

import hashlib
import uuid

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from board import actions
from board.models import BoardReport, ReportPaper, ReportStep, ReportVersion
from board.tallies import LATE, as_of, tallies_refresh
from common import dates
from common.db import check_revision, constraint_messages
from members.models import Role, User

from .cells import Frozen
from .document import report_pdf
from .freeze import figures_now
from .kinds import WRITTEN, Kind, Wanted
from .nobody import check_cites_nobody, check_names_nobody

State = ReportVersion.State
LONGEST = 6000
OLDEST = 72
"""Months, as long as accounts are kept: every period since the first report is missed otherwise."""
NOT_YET = "The Board has it, or has approved it. It can’t be changed now."
BEHIND = "The figures are behind: they were last counted {when}. Freeze them when they are not."
COUNTING = "The figures are being counted just now. Try again in half a minute."


@transaction.atomic
def report_start(*, by: User, wanted: Wanted) -> ReportVersion:
    """Start a report with its first version, a draft; return that.

    Raises PermissionDenied for anybody but the Intelligence Manager; ValidationError: its period
    is not over, or was over long ago, or there is one already.
    """
    _check_intel(by)
    if wanted.period.end >= dates.today():
        raise ValidationError("This period is not over yet.")
    if wanted.period.end < dates.add_months(dates.today(), -OLDEST):
        raise ValidationError(f"Reports are started on the last {OLDEST} months.")
    report = BoardReport(
        kind=wanted.kind,
        ref=wanted.ref,
        first=wanted.period.first,
        last=wanted.period.end,
        started_by=by,
    )
    report.full_clean(validate_unique=False, validate_constraints=False)
    with constraint_messages(BoardReport), transaction.atomic():
        _refuse_second(wanted)
        report.save()
    version = ReportVersion(report=report, number=1)
    version.save()
    _step(version, ReportStep.Kind.STARTED, by)
    record(actions.REPORT_STARTED, by=by, ref=report.ref, version=1)
    return version


def _refuse_second(wanted: Wanted) -> None:
    if BoardReport.objects.filter(kind=wanted.kind, first=wanted.period.first).exists():
        raise ValidationError("This report was started already.", code="stale")


@transaction.atomic
def report_write(*, by: User, version: ReportVersion, revision: int, words: dict[str, str]) -> None:
    """Keep what the manager wrote, by part.

    Raises PermissionDenied; ValidationError: changed meanwhile (code "stale"), not a draft, too
    long, or somebody named, field by field.
    """
    row = _draft(by, version, revision)
    kept = {part.key: _plain(words.get(part.key, "")) for part in WRITTEN[Kind(row.report.kind)]}
    long = {key: f"Write at most {LONGEST} characters." for key in kept if len(kept[key]) > LONGEST}
    if long:
        raise ValidationError(long)
    check_names_nobody({key: text for key, text in kept.items() if text})
    row.commentary = kept
    _save(row)
    record(actions.REPORT_WRITTEN, by=by, ref=row.report.ref, version=row.number)


@transaction.atomic
def report_freeze(*, by: User, version: ReportVersion, revision: int) -> None:
    """Take the figures as they are now; those taken before are put aside.

    What changed since the last count is counted first, and nobody counts meanwhile. Raises
    PermissionDenied; ValidationError: changed meanwhile, not a draft, the figures are behind or
    being counted.
    """
    row = _draft(by, version, revision)
    counted_at = as_of()
    if counted_at is None or timezone.now() - counted_at > LATE:
        when = dates.in_words(counted_at) if counted_at else "never"
        raise ValidationError(BEHIND.format(when=when), code="behind")
    if not tallies_refresh():
        raise ValidationError(COUNTING, code="counting")
    now = timezone.now()
    row.figures = figures_now(row.report, at=now)
    _check_titles(row.figures)
    row.frozen_at, row.frozen_by = now, by
    _save(row)
    _step(row, ReportStep.Kind.FROZEN, by)
    record(actions.REPORT_FROZEN, by=by, ref=row.report.ref, version=row.number)


def _check_titles(figures: Frozen) -> None:
    titles = [row["title"] for row in figures.get("ahead", {}).get("reviews", [])]
    try:
        check_names_nobody({"titles": "\n".join(titles)})
    except ValidationError as error:
        words = "A document that is due has this in its title, and would be listed."
        raise ValidationError([*error.messages, words], code="named") from error


@transaction.atomic
def report_submit(*, by: User, version: ReportVersion, revision: int) -> None:
    """Give a version to the Board.

    Raises PermissionDenied; ValidationError: changed meanwhile, not a draft, figures not frozen,
    a part not written that each report has, or somebody named whose record came later.
    """
    row = _draft(by, version, revision)
    if not row.is_frozen:
        raise ValidationError("Freeze the figures first.", code="not_frozen")
    missing = missing_words(row)
    if missing:
        raise ValidationError(f"Still to write: {', '.join(missing)}.", code="missing")
    files = {f"File {file.number}": file.name for file in row.attachments.all()}
    _check_again({**row.commentary, **files, "Why": row.why})
    row.state, row.submitted_at, row.submitted_by = State.SUBMITTED, timezone.now(), by
    row.prepared_name = by.name
    _save(row)
    _step(row, ReportStep.Kind.SUBMITTED, by)
    record(actions.REPORT_SUBMITTED, by=by, ref=row.report.ref, version=row.number)


def missing_words(version: ReportVersion) -> list[str]:
    """Return the headings of parts that each report has and this one lacks."""
    parts = WRITTEN[Kind(version.report.kind)]
    return [p.heading for p in parts if p.required and not version.commentary.get(p.key)]


def _check_again(texts: dict[str, str]) -> None:
    try:
        check_names_nobody({key: text for key, text in texts.items() if text})
    except ValidationError as error:
        raise ValidationError(sorted(set(error.messages)), code="named") from error


@transaction.atomic
def report_return(*, by: User, version: ReportVersion, revision: int, words: str) -> None:
    """Send a version back to the manager, with what has to change.

    Raises PermissionDenied for anybody but the Board; ValidationError: no words, or it does not
    wait for the Board any more (code "stale").
    """
    row = _waiting(by, version, revision)
    words = _plain(words)
    if not words:
        raise ValidationError({"words": "Write what has to change."})
    # By references alone: what is refused by name would tell the Board who is on the database.
    check_cites_nobody({"words": words})
    row.state = State.DRAFT
    _save(row)
    _step(row, ReportStep.Kind.RETURNED, by, words)
    record(actions.REPORT_RETURNED, by=by, ref=row.report.ref, version=row.number)


@transaction.atomic
def report_approve(*, by: User, version: ReportVersion, revision: int) -> None:
    """Approve a version; its PDF is made and kept. From then on the database refuses any change.

    Raises PermissionDenied for anybody but the Board; ValidationError: it does not wait for the
    Board any more (code "stale"), or the same person submitted it.
    """
    row = _waiting(by, version, revision)
    if row.submitted_by_id == by.pk:
        raise ValidationError("Whoever submitted it can’t approve it.")
    row.state, row.approved_at, row.approved_by = State.APPROVED, timezone.now(), by
    row.approved_name = by.name
    pdf = report_pdf(row)
    row.pdf_sha256 = hashlib.sha256(pdf).hexdigest()
    _save(row)
    ReportPaper.objects.create(version=row, pdf=pdf)
    _step(row, ReportStep.Kind.APPROVED, by)
    record(
        actions.REPORT_APPROVED, by=by, ref=row.report.ref, version=row.number,
        sha256=row.pdf_sha256,
    )  # fmt: skip


@transaction.atomic
def report_correct(*, by: User, report: BoardReport, number: int, why: str) -> ReportVersion:
    """Begin a correction: a draft copied from the last version, with why; return it.

    Its figures are to be frozen anew or kept as they are copied. `number` is the version that was
    on the page. Raises PermissionDenied; ValidationError: no reason, somebody named in it, one is
    begun already, or the last is not approved (code "stale").
    """
    _check_intel(by)
    BoardReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    last: ReportVersion = report.versions.select_related("report").order_by("-number")[0]
    if not last.is_approved or last.number != number:
        raise ValidationError("There is a newer version already. Look at that.", code="stale")
    why = _plain(why)
    if not why:
        raise ValidationError({"why": "Write what the correction puts right."})
    check_names_nobody({"why": why})
    row = ReportVersion(
        report=last.report,
        number=last.number + 1,
        why=why,
        commentary=last.commentary,
        figures=last.figures,
        frozen_at=last.frozen_at,
        frozen_by=last.frozen_by,
    )
    row.full_clean()
    with constraint_messages(ReportVersion):
        row.save()
    _copy_files(last, row)
    _step(row, ReportStep.Kind.STARTED, by, why)
    record(actions.REPORT_CORRECTED, by=by, ref=report.ref, version=row.number)
    return row


def _copy_files(last: ReportVersion, row: ReportVersion) -> None:
    for file in last.attachments.all():
        file.pk, file.version, file.uuid = None, row, uuid.uuid4()
        file._state.adding = True
        file.save(force_insert=True)


# --- What they share ------------------------------------------------------------------------


def _check_intel(by: User) -> None:
    if not by.is_intel:
        raise PermissionDenied


def lock_draft(by: User, version: ReportVersion, revision: int) -> ReportVersion:
    """Return the locked row of a draft that the manager may change. Raises as report_write does."""
    return _draft(by, version, revision)


def _draft(by: User, version: ReportVersion, revision: int) -> ReportVersion:
    _check_intel(by)
    row = _locked(version)
    if not row.is_draft:
        raise ValidationError(NOT_YET, code="stale")
    check_revision(row, revision)
    return row


def _waiting(by: User, version: ReportVersion, revision: int) -> ReportVersion:
    if by.role != Role.BOARD:
        raise PermissionDenied
    row = _locked(version)
    if not row.is_submitted:
        raise ValidationError("It does not wait for the Board any more.", code="stale")
    check_revision(row, revision)
    return row


def _locked(version: ReportVersion) -> ReportVersion:
    rows = ReportVersion.objects.select_for_update(of=("self",))
    found: ReportVersion = rows.select_related(
        "report", "frozen_by", "submitted_by", "approved_by"
    ).get(pk=version.pk)
    return found


def _save(row: ReportVersion) -> None:
    row.revision += 1
    row.full_clean(exclude=["report"])
    with constraint_messages(ReportVersion):
        row.save()


def _step(row: ReportVersion, kind: str, by: User, words: str = "") -> None:
    step = ReportStep(version=row, kind=kind, by=by, words=words)
    step.full_clean()
    step.save()


def _plain(words: str) -> str:
    """Return words with one kind of line break, as they are kept."""
    return words.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
