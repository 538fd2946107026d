"""Paper copies of a bulletin: numbered, for one business each, where the scheme allows paper."""

import datetime as dt
import hashlib
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import once
from common.pdf import Sheet, pdf_render
from common.refs import yearly_ref
from members.audience import business_in
from members.models import Member, Role, SchemeSetting, User
from offenders import actions
from offenders.models import Bulletin, NumberSeries, PrintedPack, ProfileVersion

LIFE = dt.timedelta(days=14)
"""How long paper may be kept, unless a profile on it ends before."""
RULES = [
    "Keep it where only your own staff see it: not in a window, a shared staff room or a kitchen.",
    "Don’t copy, photograph, post or forward it, and don’t show it to customers.",
    "Nobody on it is to be detained or confronted because of it. If you see them, log a sighting.",
    "Whether somebody is excluded today is on the site. What is on paper may have changed.",
    "Shred it on its last day, when D-TAC asks for it back, or when you no longer need it.",
]


def packs_allowed() -> bool:
    """Whether the scheme allows paper at all."""
    return SchemeSetting.current().printed_packs


def pack_members(*, by: User, bulletin: Bulletin) -> list[Member]:
    """Return the businesses that this user may print a bulletin for, by name.

    All in its audience for the Intelligence Manager, their own for a member manager.
    """
    members = Member.objects.active().order_by("name")
    if by.role == Role.MANAGER:
        members = members.filter(pk=by.member_id)
    elif not by.is_intel:
        return []
    return [member for member in members if business_in(bulletin, member)]


def pack_print(
    *, by: User, bulletin: Bulletin, member: Member, client_id: uuid.UUID
) -> tuple[PrintedPack, bytes]:
    """Print one numbered copy for a business; return its entry and the PDF, which is not kept.

    Only profiles that are live now and whose audience the whole business is in. The same
    `client_id` again gives the same number. Raises PermissionDenied where it isn't theirs to
    print or paper is not allowed, ValidationError where there is nothing to print.
    """
    if not packs_allowed() or bulletin.sent_at is None:
        raise PermissionDenied
    if member not in pack_members(by=by, bulletin=bulletin):
        raise PermissionDenied
    versions = _printable(bulletin, member)
    if not versions:
        raise ValidationError("None of its profiles is published to this business now.")
    made: list[bytes] = []
    row = once(PrintedPack, client_id, lambda: _enter(by, bulletin, member, client_id, made))
    if (row.made_by_id, row.bulletin_id, row.member_id) != (by.pk, bulletin.pk, member.pk):
        raise PermissionDenied
    return row, made[0] if made else _pdf(row, versions)


def _printable(bulletin: Bulletin, member: Member) -> list[ProfileVersion]:
    entries = list(bulletin.entries.filter(left_out="").values_list("subject", flat=True))
    live = ProfileVersion.objects.live().filter(subject__in=entries).for_list()
    found = {row.subject_id: row for row in live if business_in(row, member)}
    return [found[pk] for pk in entries if pk in found]


def _enter(
    by: User, bulletin: Bulletin, member: Member, client_id: uuid.UUID, made: list[bytes]
) -> PrintedPack:
    """Inside once()'s transaction: take the number, make the file, write register and log."""
    versions = _printable(bulletin, member)
    year = dates.today().year
    row = PrintedPack(
        ref=yearly_ref("PRT", year, NumberSeries.take("PRT", year), digits=4),
        client_id=client_id,
        bulletin=bulletin,
        member=member,
        made_at=timezone.now().replace(microsecond=0),
        made_by=by,
        expires_on=min(dates.today() + LIFE, *(version.expires_on for version in versions)),
        subjects=[version.subject.ref for version in versions],
    )
    made.append(_pdf(row, versions))
    row.sha256 = hashlib.sha256(made[0]).hexdigest()
    row.full_clean()
    row.save()
    record(
        actions.BULLETIN_PACK_PRINTED,
        by=by,
        ref=bulletin.ref,
        subjects=row.subjects,
        pack=row.ref,
        member=member.pk,
        expires_on=row.expires_on.isoformat(),
    )
    return row


def _pdf(row: PrintedPack, versions: list[ProfileVersion]) -> bytes:
    pictures = {f"{version.pk}.jpg": _picture(version) for version in versions}
    shown = {name: picture for name, picture in pictures.items() if picture}
    until = dates.short_date(row.expires_on)
    sheet = Sheet(
        title=f"Bulletin {row.bulletin.ref}",
        ref=f"{row.ref} · for {row.member.name} only · until {until}",
        printed_for=f"{row.made_by.name}, {row.made_by.member.name}",
        printed_at=row.made_at,
    )
    people = [_person(version, f"{version.pk}.jpg" in shown) for version in versions]
    data = {
        "mark": f"{row.member.name} · {row.ref}",
        "headline": row.bulletin.headline,
        "opening": row.bulletin.opening.strip(),
        "facts": [
            ("For", row.member.name),
            ("Copy", row.ref),
            ("Shred it on", until),
        ],
        "rules": RULES,
        "people": people,
    }
    return pdf_render("bulletin-pack", data, sheet=sheet, pictures=shown)


def _person(version: ProfileVersion, has_picture: bool) -> dict[str, Any]:
    return {
        "ref": version.subject.ref,
        "name": version.shown_name,
        "aliases": ", ".join(version.aliases),
        "line": version.line,
        "description": version.description,
        "warnings": ", ".join(version.warning_words()),
        "picture": f"{version.pk}.jpg" if has_picture else "",
        "alt": f"{version.subject.ref} {version.shown_name}",
    }


def _picture(version: ProfileVersion) -> bytes:
    photo = version.main_photo
    if photo is None or photo.variants_ready_at is None:
        return b""
    try:
        with default_storage.open(photo.variant_path("card")) as file:
            return bytes(file.read())
    except OSError:
        return b""
