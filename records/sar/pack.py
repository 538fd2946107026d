"""The pack for the person, made in the worker: a tagged PDF and a ZIP, kept 90 days.

A worker may be killed at any line: the row says who is at it and when it last gave a sign of life;
after LEASE another try takes over, and what the dead one stored bears its claim and goes.
"""

import datetime as dt
import hashlib
import io
import logging
import uuid
import zipfile
from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.services import record
from common import dates
from common.dates import LONDON
from common.db import check_revision, once
from common.edits import edits_from
from common.exports import csv_bytes
from common.pdf import Sheet, pdf_render
from exclusions.services.case_files import pack_check
from members.models import SharingRecord, User
from members.sharing import Sharing, share_kept_file
from records import actions
from records.models import AccessItem, AccessPack, AccessRequest
from records.models.access import KEPT

from .forgetting import access_forget
from .letter import covering
from .redaction import blacked_out, removed_from
from .sources import SOURCES

logger = logging.getLogger(__name__)
LEASE: Final = dt.timedelta(minutes=10)
GIVEN_UP: Final = "It could not be made. Order it again; if that fails too, tell the administrator."
PURPOSE: Final = "Answer to a request for access by the person"
LAW: Final = "UK GDPR, article 15"


def pack_order(
    *, by: User, access: AccessRequest, revision: int, client_id: uuid.UUID
) -> AccessPack:
    """Order a pack of what is given; the worker makes it. Sent twice it is the same.

    Raises ValidationError: something is still to be decided, nothing is given, it isn't known who
    asks, answered, or changed since.
    """

    def make() -> AccessPack:
        row = AccessRequest.objects.select_for_update(of=("self",)).get(pk=access.pk)
        check_revision(row, revision)
        if not row.is_open:
            raise ValidationError("This request was answered already.", code="stale")
        if not row.identified:
            raise ValidationError("First record how you know that it is them.")
        if row.items.filter(given=None).exists():
            raise ValidationError("First decide about everything that was found.")
        if not row.items.filter(given=True).exists():
            raise ValidationError("Nothing is given.")
        number = row.packs.count() + 1
        pack = AccessPack(
            ref=f"{row.ref}-P{number}",
            client_id=client_id,
            request=row,
            revision=row.revision,
            ordered_at=timezone.now().replace(microsecond=0),
            ordered_by=by,
        )
        pack.full_clean()
        pack.save()
        record(
            actions.ACCESS_PACK_ORDERED, by=by, ref=row.ref, subjects=row.subject_refs,
            pack=pack.ref,
        )  # fmt: skip
        transaction.on_commit(lambda: _wake(pack.pk), robust=True)
        return pack

    return once(AccessPack, client_id, make)


def _wake(pk: int) -> None:
    from records.tasks import access_pack_make  # tasks call services

    access_pack_make.delay(pk)


def pack_make(*, pack_id: int) -> bool:
    """Make a pack that was ordered; return whether this call finished it.

    Called twice, late or beside another, one of them makes it. A fault is tried three times.
    """
    pack = _claimed(pack_id)
    if pack is None:
        return False
    try:
        if pack.request.revision != pack.revision:
            _fail(pack, "The request was changed before the pack was made. Order it again.")
            return False
        return _finish(pack, *_made(pack))
    except Exception:
        logger.exception("access pack %s: try %d failed", pack.ref, pack.tries)
        if pack.tries >= AccessPack.TRIES:
            _fail(pack, GIVEN_UP)
        else:
            _mine(pack).update(alive_at=None)
        return False


def packs_sweep() -> int:
    """Take up packs that nobody is at: never begun, or their worker died. Return how many."""
    silent = Q(alive_at=None) | Q(alive_at__lt=timezone.now() - LEASE)
    waiting = AccessPack.objects.filter(silent, made_at=None, failed_at=None).order_by("pk")
    return sum(pack_make(pack_id=pk) for pk in list(waiting.values_list("pk", flat=True)))


@transaction.atomic
def _claimed(pack_id: int) -> AccessPack | None:
    rows = AccessPack.objects.select_for_update(of=("self",), skip_locked=True)
    pack = rows.select_related("request", "ordered_by__member").filter(pk=pack_id).first()
    if pack is None or not pack.is_open:
        return None
    if pack.alive_at and pack.alive_at > timezone.now() - LEASE:
        return None
    if pack.claim:
        _files_delete(pack)
    if pack.tries >= AccessPack.TRIES:  # killed each time
        _fail(pack, GIVEN_UP)
        return None
    pack.claim, pack.alive_at, pack.tries = uuid.uuid4(), timezone.now(), pack.tries + 1
    pack.save(update_fields=["claim", "alive_at", "tries"])
    return pack


def _mine(pack: AccessPack) -> Any:
    rows = AccessPack.objects.filter(pk=pack.pk, claim=pack.claim)
    return rows.filter(made_at=None, failed_at=None)


def _made(pack: AccessPack) -> tuple[bytes, bytes, list[str]]:
    """Return the PDF, the ZIP, and which kinds of data are in them."""
    items = list(pack.request.items.filter(given=True))
    order = {code: place for place, code in enumerate(SOURCES)}
    items.sort(key=lambda item: (order.get(item.source, 99), item.on or dt.date.min, item.pk))
    pictures: dict[str, bytes] = {}
    entries = []
    for item in items:
        picture = _picture(item)
        name = f"photos/{len(pictures) + 1}.jpg" if picture else ""
        if picture:
            pictures[name] = picture
        entries.append(_entry(item, name))
    kinds = list(dict.fromkeys(entry["kind"] for entry in entries))
    data = covering(pack, entries, kinds)
    sheet = Sheet(
        title="What we hold about you",
        ref=pack.ref,
        printed_for="the person who asked",
        printed_at=pack.ordered_at,
        handling="Personal data: yours to keep.",
    )
    pdf = pdf_render("access-pack", data, sheet=sheet, pictures=pictures)
    return pdf, _archive(pack, pdf, pictures, entries), kinds


def _picture(item: AccessItem) -> bytes:
    """Return an item's photo, blacked out as decided; nothing for a text, or one that is gone."""
    if not item.image:
        return b""
    try:
        with default_storage.open(item.image, "rb") as stored:
            return blacked_out(stored, edits_from(item.boxes))
    except FileNotFoundError:
        return b""


def _entry(item: AccessItem, picture: str) -> dict[str, Any]:
    said = removed_from(item.text, item.removed)
    if item.image and not picture:
        said = f"{said}\nThe photo itself can’t be shown any more.".strip()
    return {
        "kind": SOURCES[item.source].label,
        "title": item.title,
        "on": dates.short_date(item.on) if item.on else "",
        "lines": said.split("\n") if said else [],
        "picture": picture,
    }


def _archive(
    pack: AccessPack, pdf: bytes, pictures: Mapping[str, bytes], entries: list[dict[str, Any]]
) -> bytes:
    index = [
        (number, entry["kind"], entry["title"], entry["on"], entry["picture"])
        for number, entry in enumerate(entries, start=1)
    ]
    files = {
        "pack.pdf": pdf,
        "INDEX.csv": csv_bytes(("No.", "Kind", "What", "Of", "File"), index),
        **pictures,
    }
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()]
    files["MANIFEST.sha256"] = "".join(lines).encode()
    out = io.BytesIO()
    at = pack.ordered_at.astimezone(LONDON).timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"{pack.ref}/{name}", at)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return out.getvalue()


@transaction.atomic
def _finish(pack: AccessPack, pdf: bytes, archive: bytes, kinds: list[str]) -> bool:
    default_storage.save(pack.pdf, ContentFile(pdf))
    default_storage.save(pack.archive, ContentFile(archive))
    done = _mine(pack).update(
        made_at=timezone.now(),
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        sha256=hashlib.sha256(archive).hexdigest(),
        byte_size=len(archive),
        kinds=[kind[:60] for kind in kinds],
    )
    if not done:  # another try took over
        _files_delete(pack)
        return False
    refs = pack.request.subject_refs
    record(actions.ACCESS_PACK_MADE, by=None, ref=pack.request.ref, subjects=refs, pack=pack.ref)
    return True


@transaction.atomic
def _fail(pack: AccessPack, problem: str) -> None:
    if _mine(pack).update(failed_at=timezone.now(), problem=problem[:300]):
        record(actions.ACCESS_PACK_FAILED, by=None, ref=pack.request.ref, pack=pack.ref)
    _files_delete(pack)


def _files_delete(pack: AccessPack) -> None:
    for name in (pack.pdf, pack.archive):
        default_storage.delete(name)


@transaction.atomic
def pack_hand_out(
    *, by: User, pack: AccessPack, client_id: uuid.UUID, recipient: str
) -> SharingRecord:
    """Enter in the register of sharing that the person gets their pack; return the entry.

    The same form again returns the same entry. Raises ValidationError: its files are deleted or
    altered, something was changed since it was made, or the form named somebody else before.
    """
    access = AccessRequest.objects.select_for_update(of=("self",)).get(pk=pack.request_id)
    if not pack.has_files:
        raise ValidationError("There is no file of this pack. Order it again.", code="stale")
    # Once it is answered nothing changes any more: its last pack may go to another address too.
    is_last = access.packs.order_by("-pk").values_list("pk", flat=True).first() == pack.pk
    if not is_last if access.outcome else access.revision != pack.revision:
        raise ValidationError("Something was changed since. Order the pack again.", code="stale")
    pack_check(pack.archive, pack.sha256)
    sharing = Sharing(
        client_id=client_id,
        record=pack.ref,
        recipient=recipient.strip(),
        purpose=PURPOSE,
        lawful_basis=LAW,
        fields=pack.kinds,
        subjects=access.subject_refs,
    )
    entry = share_kept_file(by=by, sharing=sharing, sha256=pack.sha256, byte_size=pack.byte_size)
    # The ZIP leaves with each send of the form, though it is one entry.
    refs = access.subject_refs
    record(actions.ACCESS_PACK_READ, by=by, ref=access.ref, subjects=refs, pack=pack.ref)
    return entry


def packs_purge() -> int:
    """Delete the files of packs after 90 days, and the texts and names of requests that were
    answered as long ago; the entries stay. Return of how many requests and packs.

    First the row says so, then the files go: what a run that dies leaves, the next deletes.
    """
    now = timezone.now()
    done = 0
    old = AccessPack.objects.filter(made_at__lt=now - KEPT, files_deleted_at=None)
    for pack in old:
        _files_delete(pack)
        done += AccessPack.objects.filter(pk=pack.pk).update(files_deleted_at=now)
    last = (now - KEPT).date()
    for access in AccessRequest.objects.filter(answered_on__lt=last, forgotten_at=None):
        access_forget(access)
        done += 1
    return done
