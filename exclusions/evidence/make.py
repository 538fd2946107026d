"""Making an evidence pack in the worker: claimed, made, kept for 90 days, deleted.

A worker may be killed at any line. The row says who is at it (`claim`) and when it last gave a sign
of life; after LEASE another try takes over, and the earlier one, should it live on, writes nothing
more. What a dead try stored bears its claim in the name, and goes with the next try.
"""

import datetime as dt
import logging
import tempfile
import uuid
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.services import record
from common.originals import sha256_of
from common.pdf import Sheet, pdf_render
from exclusions import actions
from exclusions.models import CaseFile, EvidencePack
from exclusions.models.case_file import KEPT
from incidents import actions as incident_actions

from .contents import Contents, contents_of, no_longer_citable
from .files import AlteredError, write_archive
from .names import names_left_in

logger = logging.getLogger(__name__)

LEASE: Final = dt.timedelta(minutes=10)  # hashing and storing gigabytes of film is one step
FOLDER: Final = "packs"
EVERY: Final = 10  # exhibits between two signs of life
GIVEN_UP: Final = "It could not be made. Order it again; if that fails too, tell the administrator."


class NotAsOrderedError(Exception):
    """What was ordered, and looked at then, is not what would be made now."""


class TakenOverError(Exception):
    """Another try is at it: this one writes nothing more."""


def pack_make(*, pack_id: int) -> bool:
    """Make a pack that was ordered; return whether this call finished it.

    Called twice, late or beside another, one of them makes it. A file that was altered ends it for
    good; any other fault is tried three times.
    """
    pack = _claim(pack_id)
    if pack is None:
        return False
    try:
        _make(pack)
    except TakenOverError:
        return False
    except NotAsOrderedError as error:
        _fail(pack, f"{error} Look at the case file, and order it again.")
        return False
    except AlteredError as error:
        _fail(pack, f"{error} Tell the administrator before anything of it is used.")
        return False
    except Exception:
        logger.exception("evidence pack %s: try %d failed", pack.ref, pack.tries)
        if pack.tries >= EvidencePack.TRIES:
            _fail(pack, GIVEN_UP)
        else:
            _mine(pack).update(alive_at=None)  # the sweep tries again at once
        return False
    return True


def packs_sweep() -> int:
    """Take up packs that nobody is at: never begun, or their worker died. Return how many."""
    silent = Q(alive_at=None) | Q(alive_at__lt=timezone.now() - LEASE)
    keys = list(
        EvidencePack.objects.open().filter(silent).order_by("pk").values_list("pk", flat=True)
    )
    return sum(pack_make(pack_id=pk) for pk in keys)


@transaction.atomic
def _claim(pack_id: int) -> EvidencePack | None:
    """Take a pack for this try; None if it is over, or somebody is at it."""
    rows = EvidencePack.objects.select_for_update(of=("self",), skip_locked=True)
    pack: EvidencePack | None = (
        rows.select_related("case__subject", "ordered_by__member").filter(pk=pack_id).first()
    )
    if pack is None or not pack.is_open:
        return None
    if pack.alive_at and pack.alive_at > timezone.now() - LEASE:
        return None
    if pack.claim:
        _files_delete(pack.claim)
    if pack.tries >= EvidencePack.TRIES:  # killed each time
        _fail(pack, GIVEN_UP)
        return None
    pack.claim, pack.alive_at, pack.tries = uuid.uuid4(), timezone.now(), pack.tries + 1
    pack.step, pack.done, pack.total = "Reading the case file", 0, 0
    pack.save(update_fields=["claim", "alive_at", "tries", "step", "done", "total"])
    return pack


def _mine(pack: EvidencePack) -> Any:
    return EvidencePack.objects.open().filter(pk=pack.pk, claim=pack.claim)


def _tell(pack: EvidencePack, **said: Any) -> None:
    """Give a sign of life with how far it is. Raises TakenOverError."""
    if not _mine(pack).update(alive_at=timezone.now(), **said):
        raise TakenOverError


def _read(pack: EvidencePack) -> Contents:
    """Return what was ordered. Raises NotAsOrderedError where it is not that any more."""
    with transaction.atomic():  # the case file stands still meanwhile
        CaseFile.objects.select_for_update(of=("self",), no_key=True).get(pk=pack.case_id)
        pack.case.refresh_from_db()
        if pack.case.revision != pack.case_revision:
            raise NotAsOrderedError("The case file was changed before the pack was made.")
        if wrong := no_longer_citable(pack.case):
            raise NotAsOrderedError(f"No incident of this person any more: {', '.join(wrong[:5])}.")
        if not pack.names_checked and names_left_in(pack.case):
            raise NotAsOrderedError("A name that is withheld may stand in the text by now.")
        contents = contents_of(pack)
        if held := next((each for each in contents.exhibits if each.held), None):
            raise NotAsOrderedError(f"{held.ref} is held back by the virus scanner.")
        return contents


@dataclass(frozen=True)
class Made:
    """What a try stored."""

    pdf: str
    archive: str
    pdf_sha256: str
    sha256: str
    byte_size: int


def _make(pack: EvidencePack) -> None:
    contents = _read(pack)
    _tell(pack, step="Copying photos and files", total=len(contents.exhibits))

    def count(number: int) -> None:
        if number % EVERY == 0:
            _tell(pack, done=number)

    def pdf() -> bytes:
        _tell(pack, done=len(contents.exhibits), step="Setting the PDF")
        return _pdf(pack, contents)

    with tempfile.TemporaryFile() as target:
        content = write_archive(
            target,
            ref=pack.ref,
            at=pack.ordered_at,
            exhibits=contents.exhibits,
            make_pdf=pdf,
            tell=count,
        )
        _tell(pack, step="Storing it")
        try:
            _finish(pack, contents, _store(pack, target, content))
        except BaseException:
            assert pack.claim is not None
            _files_delete(pack.claim)
            raise


def _pdf(pack: EvidencePack, contents: Contents) -> bytes:
    pictures = {}
    for exhibit in contents.exhibits:
        if exhibit.picture:
            try:
                with default_storage.open(exhibit.picture) as file:
                    pictures[f"{exhibit.number}.jpg"] = bytes(file.read())
            except FileNotFoundError:
                contents.data["exhibits"][exhibit.number - 1]["picture"] = ""
    sheet = Sheet(
        title=f"{pack.case.get_kind_display()}: evidence pack",
        ref=f"{pack.case.ref} · {pack.ref}",
        printed_for=f"{pack.ordered_by.name}, {pack.ordered_by.member.name}",
        printed_at=pack.ordered_at,
    )
    return pdf_render("evidence-pack", contents.data, sheet=sheet, pictures=pictures)


def pack_files(claim: uuid.UUID) -> tuple[str, str]:
    """Return the names in the store of what a try made: its PDF and its ZIP."""
    return f"{FOLDER}/{claim}.pdf", f"{FOLDER}/{claim}.zip"


def _store(pack: EvidencePack, target: Any, content: bytes) -> Made:
    assert pack.claim is not None
    pdf, archive = pack_files(pack.claim)
    digest = sha256_of(target)
    size = target.tell()
    target.seek(0)
    default_storage.save(pdf, ContentFile(content))
    default_storage.save(archive, File(target))
    return Made(pdf, archive, sha256_of(ContentFile(content)), digest, size)


@transaction.atomic
def _finish(pack: EvidencePack, contents: Contents, made: Made) -> None:
    done = _mine(pack).update(
        made_at=timezone.now(),
        step="",
        pdf=made.pdf,
        archive=made.archive,
        pdf_sha256=made.pdf_sha256,
        sha256=made.sha256,
        byte_size=made.byte_size,
        incident_refs=contents.incident_refs,
        subject_refs=contents.subject_refs,
        fields=contents.fields,
    )
    if not done:
        raise TakenOverError
    record(
        actions.PACK_MADE,
        by=None,
        ref=pack.case.ref,
        subjects=contents.subject_refs,
        pack=pack.ref,
        sha256=made.sha256,
        exhibits=len(contents.exhibits),
    )
    for exhibit in contents.exhibits:  # each link of each chain of custody
        record(
            incident_actions.EVIDENCE_DOWNLOADED,
            by=pack.ordered_by,
            ref=exhibit.report_ref,
            exhibit=exhibit.in_report,
            sha256=exhibit.sha256,
            intact=True,
            pack=pack.ref,
        )


@transaction.atomic
def _fail(pack: EvidencePack, problem: str) -> None:
    if _mine(pack).update(failed_at=timezone.now(), problem=problem[:300], step=""):
        record(actions.PACK_FAILED, by=None, ref=pack.case.ref, pack=pack.ref)
    if pack.claim:
        _files_delete(pack.claim)


def _files_delete(claim: uuid.UUID) -> None:
    for name in pack_files(claim):
        default_storage.delete(name)


def packs_purge() -> int:
    """Delete the files of packs made more than 90 days ago; the entries stay. Return how many.

    First the row says so, then the files go; what a run that dies between the two leaves behind
    is deleted by the next, as are files of tries that died.
    """
    now = timezone.now()
    old = EvidencePack.objects.filter(made_at__lt=now - KEPT, files_deleted_at=None)
    purged = 0
    for pack in old.select_related("case"):
        with transaction.atomic():
            mine = EvidencePack.objects.filter(pk=pack.pk, files_deleted_at=None)
            if mine.update(files_deleted_at=now) and pack.claim:
                transaction.on_commit(partial(_files_delete, pack.claim), robust=True)
                record(actions.PACK_DELETED, by=None, ref=pack.case.ref, pack=pack.ref)
                purged += 1
    _strays_delete()
    return purged


def _strays_delete() -> None:
    """Delete files that no pack has, once they are a day old: what dead tries and runs left."""
    held = EvidencePack.objects.filter(files_deleted_at=None).exclude(claim=None)
    names = {name for claim in held.values_list("claim", flat=True) for name in pack_files(claim)}
    if not default_storage.exists(FOLDER):
        return
    for name in default_storage.listdir(FOLDER)[1]:
        stored = f"{FOLDER}/{name}"
        age = timezone.now() - default_storage.get_modified_time(stored)
        if stored not in names and age > dt.timedelta(days=1):
            default_storage.delete(stored)
