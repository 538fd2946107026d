"""Paper copies of a bulletin: numbered, for one business each, where the scheme allows paper."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import once
from common.pdf import Sheet, pdf_render
from common.refs import yearly_ref
from members.audience import business_in, businesses_in
from members.models import Member, Role, SchemeSetting, User
from members.sharing import hashed
from offenders import actions
from offenders.entries import stays_of
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


def pack_members(*, by: User, bulletin: Bulletin) -> QuerySet[Member]:
    """Return the businesses that this user may print a bulletin for, by name.

    All in its audience for the Intelligence Manager, their own for a member manager.
    """
    members: QuerySet[Member] = Member.objects.active().filter(businesses_in(bulletin))
    if by.role == Role.MANAGER:
        return members.filter(pk=by.member_id)
    return members.order_by("name", "pk") if by.is_intel else members.none()


def may_print(user: User, bulletin: Bulletin) -> bool:
    """Whether there is anybody this user may print a bulletin for."""
    if bulletin.sent_at is None or user.role not in (Role.INTEL, Role.MANAGER):
        return False
    return packs_allowed() and pack_members(by=user, bulletin=bulletin).exists()


def pack_print(
    *, by: User, bulletin: Bulletin, member: Member, client_id: uuid.UUID
) -> tuple[PrintedPack, bytes]:
    """Print one numbered copy for a business; return its entry and the PDF, which is not kept.

    Only profiles that are live now and whose audience the whole business is in. The same
    `client_id` again gives the same copy again, and the log says so each time. Raises
    PermissionDenied where it isn't theirs to print or paper is not allowed, ValidationError where
    there is nothing to print or (code "changed") the copy's last day is past, or what would be
    printed now is not what was registered.
    """
    if not packs_allowed() or bulletin.sent_at is None:
        raise PermissionDenied
    if not pack_members(by=by, bulletin=bulletin).filter(pk=member.pk).exists():
        raise PermissionDenied
    versions = _printable(bulletin, member)
    if not versions:
        raise ValidationError("None of its profiles is published to this business now.")
    made: list[bytes] = []
    row = once(PrintedPack, client_id, lambda: _enter(by, bulletin, member, client_id, made))
    if (row.made_by_id, row.bulletin_id, row.member_id) != (by.pk, bulletin.pk, member.pk):
        raise PermissionDenied
    if made and hashed(made[0]) == row.sha256:
        return row, made[0]
    return row, _again(by, row, versions)


def _again(by: User, row: PrintedPack, versions: list[ProfileVersion]) -> bytes:
    """Hand a registered copy over once more: the same one, or none."""
    if row.expires_on < dates.today():
        raise ValidationError(
            f"The last day of {row.ref} is past. Press again to make a new copy.", code="changed"
        )
    content = _pdf(row, versions)
    if (hashed(content), _refs(versions)) != (row.sha256, row.subjects):
        raise ValidationError(
            f"{row.ref} was made from this form already, and its profiles have changed since. "
            "Press again to make a new copy.",
            code="changed",
        )
    _record_printed(by, row, again=True)
    return content


def _printable(bulletin: Bulletin, member: Member) -> list[ProfileVersion]:
    entries = bulletin.entries.filter(left_out="").select_related("subject")
    stays = list(dict.fromkeys(stays_of([entry.subject for entry in entries]).values()))
    live = ProfileVersion.objects.live().filter(subject__in=stays).for_list()
    found = {row.subject_id: row for row in live if business_in(row, member)}
    return [found[pk] for pk in stays if pk in found]


def _refs(versions: list[ProfileVersion]) -> list[str]:
    return [version.subject.ref for version in versions]


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
        subjects=_refs(versions),
    )
    made.append(_pdf(row, versions))
    row.sha256 = hashed(made[0])
    row.full_clean()
    row.save()
    _record_printed(by, row, again=False)
    return row


def _record_printed(by: User, row: PrintedPack, *, again: bool) -> None:
    record(
        actions.BULLETIN_PACK_PRINTED,
        by=by,
        ref=row.bulletin.ref,
        subjects=row.subjects,
        pack=row.ref,
        member=row.member_id,
        expires_on=row.expires_on.isoformat(),
        again=again,
    )


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
        "mark": f"{row.member.name} {row.ref}",
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


def copies_out(ref: str) -> list[PrintedPack]:
    """Return the paper copies that show a subject and may still hang somewhere, by number."""
    held = PrintedPack.objects.filter(subjects__contains=[ref], expires_on__gte=dates.today())
    return list(held.select_related("member").order_by("ref"))


def shown_no_longer(packs: Iterable[PrintedPack]) -> set[int]:
    """Return the keys of those paper copies on which somebody is whom members no longer see."""
    held = list(packs)
    refs = {ref for pack in held for ref in pack.subjects}
    live = ProfileVersion.objects.live().filter(subject__ref__in=refs)
    seen = set(live.values_list("subject__ref", flat=True))
    return {pack.pk for pack in held if set(pack.subjects) - seen}
