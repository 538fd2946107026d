"""The jobs that are measured, each made ready from the data there is."""

import datetime as dt
import io
import os
import uuid
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from board.models import Refresh
from board.tasks import board_refresh
from common import dates
from dtac.demo.bulk import without_triggers
from dtac.digest import digest_moment, digest_queue
from exclusions.models import EvidencePack, Notice
from exclusions.services.case_files import case_open, case_pick, pack_order
from exclusions.services.raising import citable_reports
from exclusions.tasks import notice_expiry_record
from imports.models import ImportRun
from imports.services import Upload, mapping_of, run_map, run_upload, run_write
from members.audience import users_of_audience
from members.models import Area, MailRun, Member, OutboundEmail, User
from members.tasks import mail_sweep
from offenders.models import Bulletin, Photo, ProfileVersion, Subject
from offenders.services import bulletin_create, bulletin_send
from offenders.tasks import photo_variants_sweep
from records.models import RetentionRun, RunItem
from records.retention.nightly import night_release
from records.retention.plan import plan
from records.tasks import retention_run

from .jobs import Job, Work, check_letters
from .submissions import photo
from .work import Post

MAILS, NOTICES, PHOTOS, INCIDENTS, ROWS = 5_000, 1_000, 1_000, 200, 10_000
PICTURES = 12
"""Different photos of three megabytes among those whose sizes are made."""


def jobs() -> list[Job]:
    """Return every job."""
    return [
        Job("bulletin", "Bulletin, e-mailed", bulletin),
        Job("digest", "Weekly digest, e-mailed", digest),
        Job("expiry", "Notices that ended", expiry),
        Job("thumbnails", "Photos, three sizes each", thumbnails),
        Job("rollups", "Board’s counts, all anew", rollups),
        Job("pack", "Evidence pack, incidents", pack),
        Job("import", "Import of members, rows", import_members),
        Job("night", "Retention night, lines", night),
    ]


def _intel() -> User:
    found: User = User.objects.get(role="intel")
    return found


def _mail_left(key: str) -> int:
    return OutboundEmail.objects.filter(key=key, state__in=OutboundEmail.OPEN).count()


def _forget_queued() -> None:
    """Take out what the demo left to be sent: it would be sent as well."""
    OutboundEmail.objects.filter(state__in=OutboundEmail.OPEN).update(
        state=OutboundEmail.State.LEFT_OUT, ended_at=timezone.now()
    )


def bulletin(post: Post) -> Work:
    """A bulletin to the areas that have about MAILS recipients together."""
    _forget_queued()
    made = bulletin_create(
        by=_intel(),
        fields={"headline": "Watch for these", **_audience()},
        versions=list(ProfileVersion.objects.live().filter(audience="all")[:3]),
    )
    to = _recipients(made)
    since = len(post.letters())
    return Work(
        len(to),
        start=lambda: bulletin_send(by=_intel(), bulletin=made),
        left=lambda: _bulletin_left(made),
        again=mail_sweep.delay,
        check=check_letters(post, since, to),
    )


def _audience() -> dict[str, object]:
    areas: list[int] = []
    for area in Area.objects.order_by("pk"):
        areas.append(area.pk)
        if len(_recipients(Bulletin(audience="areas", audience_areas=areas))) >= MAILS:
            return {"audience": "areas", "audience_areas": areas}
    return {}


def _recipients(row: Bulletin) -> list[str]:
    found = User.objects.bulletin_recipients().filter(users_of_audience(row))
    return list(found.distinct().values_list("email", flat=True))


def _bulletin_left(made: Bulletin) -> int:
    queued = Bulletin.objects.filter(pk=made.pk).exclude(queued_at=None).exists()
    return _mail_left(f"bulletin:{made.ref}") if queued else 1


def digest(post: Post) -> Work:
    """The week's digest, as if its hour had just come."""
    _forget_queued()
    MailRun.objects.all().delete()
    moment = digest_moment(timezone.now())
    to = list(User.objects.digest_recipients().values_list("email", flat=True))
    return Work(
        len(to),
        start=lambda: digest_queue(now=moment),
        left=lambda: OutboundEmail.objects.filter(
            kind="digest", state__in=OutboundEmail.OPEN
        ).count(),
        again=mail_sweep.delay,
        check=check_letters(post, len(post.letters()), to),
    )


def expiry(post: Post) -> Work:
    """Notices whose last day was yesterday."""
    yesterday = dates.today() - dt.timedelta(days=1)
    chosen = Notice.objects.in_force().filter(served_on__lt=yesterday, ends_on__isnull=False)
    keys = list(chosen.values_list("pk", flat=True)[:NOTICES])
    with transaction.atomic(), without_triggers([Notice._meta.db_table]):
        Notice.objects.filter(pk__in=keys).update(ends_on=yesterday)
    left = Notice.objects.to_record_expiry
    return Work(left().count(), start=notice_expiry_record.delay, left=lambda: left().count())


def thumbnails(post: Post) -> Work:
    """Photos as a phone's camera makes them, whose sizes are not there yet."""
    media = Path(os.environ["DTAC_DATA_DIR"]) / "media"
    pictures = []
    for number in range(PICTURES):
        pictures.append(media / f"bench-{number}.jpg")
        pictures[-1].write_bytes(photo())
    rows = list(Photo.objects.filter(edit_of=None)[:PHOTOS])
    for number, row in enumerate(rows):
        place = media / str(row.original.name)
        place.unlink()  # the master's file has this one's bytes under another name
        os.link(pictures[number % PICTURES], place)
        for size in Photo.VARIANT_SIZES:
            (media / row.variant_path(size)).unlink(missing_ok=True)
    waiting = Photo.objects.filter(pk__in=[row.pk for row in rows])
    with transaction.atomic(), without_triggers([Photo._meta.db_table]):
        waiting.update(variants_ready_at=None, variants_error="")

    def check() -> None:
        if failed := waiting.exclude(variants_error="").count():
            raise RuntimeError(f"{failed} photos could not be read")

    return Work(
        len(rows),
        start=photo_variants_sweep.delay,
        left=lambda: waiting.filter(variants_ready_at=None, variants_error="").count(),
        again=photo_variants_sweep.delay,
        check=check,
    )


def rollups(post: Post) -> Work:
    """All counts of the Board, as after a change of how they are made."""
    Refresh.objects.update(completed_at=None)
    return Work(
        1,
        start=board_refresh.delay,
        left=lambda: Refresh.objects.filter(completed_at=None).count(),
    )


def pack(post: Post) -> Work:
    """An evidence pack of the subject with most incidents."""
    by = _intel()
    most = Subject.objects.filter(merged_into=None).annotate(n=Count("involvements"))
    subject = most.order_by("-n")[0]
    reports = citable_reports(subject)[:INCIDENTS]
    case = case_open(by=by, subject=subject, client_id=uuid.uuid4(), kind="cbo", words="Measured.")
    case = case_pick(by=by, case=case, revision=case.revision, reports=reports)
    ordered: list[EvidencePack] = []

    def start() -> None:
        case.refresh_from_db()
        ordered.append(
            pack_order(
                by=by, case=case, revision=case.revision, client_id=uuid.uuid4(), names_checked=True
            )
        )

    def check() -> None:
        ordered[0].refresh_from_db()
        if ordered[0].made_at is None:
            raise RuntimeError(f"the pack failed: {ordered[0].failed_at}")

    return Work(
        len(reports),
        start,
        left=lambda: EvidencePack.objects.open().filter(pk=ordered[0].pk).count(),
        check=check,
    )


def import_members(post: Post) -> Work:
    """A file of businesses with their premises: checked, then written."""
    area = Area.objects.order_by("pk")[0].name
    file = io.StringIO()
    file.write("Member number,Name,Sector,Area,Joined on,Address,Postcode,E-mail\n")
    for number in range(ROWS):
        file.write(
            f"M-{number},Measured shop {number},Independent retail,{area},01/02/2020,"
            f"{number} High Street,DA1 1DN,measured{number}@shops.example\n"
        )
    table = SimpleUploadedFile("members.csv", file.getvalue().encode())
    by = _intel()
    run = run_upload(by=by, data=Upload("members", "an office", table))
    written: list[ImportRun] = []

    def left() -> int:
        run.refresh_from_db()
        if run.state == ImportRun.State.FAILED or run.problem_count:
            raise RuntimeError(f"the import failed: {run.problem}")
        if run.state == ImportRun.State.CHECKED and not written:
            written.append(run_write(by=by, run=run))
        return run.state != ImportRun.State.DONE

    def check() -> None:
        if Member.objects.filter(name__startswith="Measured shop ").count() != ROWS:
            raise RuntimeError("not every business was written")

    return Work(
        ROWS, start=lambda: run_map(by=by, run=run, mapping=mapping_of(run)), left=left, check=check
    )


def night(post: Post) -> Work:
    """Today's retention night, made anew; where much is due, the manager lets it go."""
    today = dates.today()
    tables = [model._meta.db_table for model in (RetentionRun, RunItem)]
    with transaction.atomic(), without_triggers(tables):
        RunItem.objects.filter(run__on=today).delete()
        RetentionRun.objects.filter(on=today).delete()
    due = len(plan(today))

    def left() -> int:
        run = RetentionRun.objects.filter(on=today).first()
        if run and run.waits:
            night_release(by=_intel(), night=run)
            retention_run.delay()
        return run is None or run.finished_at is None

    return Work(due, start=retention_run.delay, left=left)
