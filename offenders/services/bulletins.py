"""Bulletins: composed, sent, and turned into one e-mail for each recipient."""

import re
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import once
from common.refs import yearly_ref
from members.audience import AudienceKind, users_of_audience
from members.mail import email_queue
from members.models import User
from offenders import actions
from offenders.models import (
    Bulletin,
    BulletinDelivery,
    BulletinProfile,
    NumberSeries,
    ProfileVersion,
)


def bulletin_create(
    *,
    by: User,
    fields: Mapping[str, Any],
    versions: Sequence[ProfileVersion],
    client_id: uuid.UUID | None = None,
) -> Bulletin:
    """Make a draft of the given live profiles; the same `client_id` again returns the one it made.

    `fields`: headline, opening, audience and its lists. Raises ValidationError, also when the
    headline holds a chosen subject's name: it becomes the e-mail's subject line, and e-mail is
    not a secure place.
    """
    if not versions:
        raise ValidationError({"profiles": "Choose at least one profile."})
    _check_headline(fields["headline"], versions)
    _check_audience(Bulletin(**dict(fields)), versions)
    form = client_id or uuid.uuid4()
    return once(Bulletin, form, lambda: _make_draft(by, form, fields, versions))


def _make_draft(
    by: User, client_id: uuid.UUID, fields: Mapping[str, Any], versions: Sequence[ProfileVersion]
) -> Bulletin:
    year = dates.today().year
    number = NumberSeries.take("BUL", year)
    bulletin = Bulletin(
        ref=yearly_ref("BUL", year, number, digits=4),
        client_id=client_id,
        created_by=by,
        **dict(fields),
    )
    bulletin.full_clean()
    bulletin.save()
    BulletinProfile.objects.bulk_create(
        BulletinProfile(bulletin=bulletin, subject=version.subject, version=version, position=place)
        for place, version in enumerate(versions)
    )
    refs = [version.subject.ref for version in versions]
    record(actions.BULLETIN_CREATED, by=by, ref=bulletin.ref, subjects=refs)
    return bulletin


def _folded(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[a-z]+", "".join(c for c in plain if not unicodedata.combining(c)))


def _check_headline(headline: str, versions: Sequence[ProfileVersion]) -> None:
    """Refuse a name in the headline, however it is joined, accented or bent.

    Of the profiles in the bulletin each part of a name; of everybody else published the family
    name, the whole name and the aliases: "Paul's Bakery robbed" may be said.
    """
    words = _folded(headline)
    said, whole = {*words, *(word.removesuffix("s") for word in words)}, "".join(words)
    chosen = {version.subject_id for version in versions}
    rows = ProfileVersion.objects.live().values_list("subject_id", "name", "aliases")
    for subject_id, name, aliases in rows:
        parts = _folded(name)
        family = _folded(name.rpartition(" ")[2])
        telling = [parts, family, *(_folded(alias) for alias in aliases)]
        if subject_id in chosen:
            telling += [[part] for part in parts]
        if any(_is_said(told, said, whole) for told in telling):
            raise ValidationError(
                {"headline": "Leave names out of the headline: it goes by e-mail. Use references."}
            )


def _is_said(told: list[str], said: set[str], whole: str) -> bool:
    joined = "".join(told)
    if len(joined) < 3:
        return False
    return said.issuperset(told) or (len(joined) > 6 and joined in whole)


def _check_audience(bulletin: Bulletin, versions: Sequence[ProfileVersion]) -> None:
    """Refuse a profile that fewer people may see than the bulletin goes to."""
    narrow = [v.subject.ref for v in versions if not _covers(v, bulletin)]
    if narrow:
        raise ValidationError(
            {
                "profiles": (
                    f"{', '.join(narrow)}: published to fewer people than this bulletin goes to. "
                    "Leave it out, or narrow the bulletin."
                )
            }
        )


def _covers(version: ProfileVersion, bulletin: Bulletin) -> bool:
    if version.audience == AudienceKind.ALL or bulletin.audience == AudienceKind.AGENCIES:
        return True
    return (
        version.audience == bulletin.audience
        and set(bulletin.audience_areas) <= set(version.audience_areas)
        and set(bulletin.audience_sectors) <= set(version.audience_sectors)
    )


@transaction.atomic
def bulletin_send(*, by: User, bulletin: Bulletin) -> None:
    """Send a draft. It is on the site at once; the worker queues and sends the e-mails.

    Raises ValidationError: sent already (code "stale"), or a profile in it was withdrawn, was
    narrowed, or a name stands in the headline.
    """
    from offenders.tasks import bulletin_sweep  # tasks call services

    row = Bulletin.objects.select_for_update().get(pk=bulletin.pk)
    if row.sent_at is not None:
        raise ValidationError("This bulletin was sent already.", code="stale")
    _check_still_right(row)
    row.sent_at = timezone.now()
    row.sent_by = by
    row.save(update_fields=["sent_at", "sent_by"])
    refs = list(row.subjects.values_list("ref", flat=True))
    record(actions.BULLETIN_SENT, by=by, ref=row.ref, subjects=refs, audience=row.audience)
    transaction.on_commit(bulletin_sweep.delay, robust=True)


def _check_still_right(bulletin: Bulletin) -> None:
    """What was right when the draft was made may not be when it is sent."""
    live = list(
        ProfileVersion.objects.live()
        .filter(subject__in=bulletin.entries.values("subject"))
        .select_related("subject")
    )
    if len(live) < bulletin.entries.count():
        raise ValidationError("A profile in it is no longer published. Compose it again.")
    _check_headline(bulletin.headline, live)
    _check_audience(bulletin, live)


@transaction.atomic
def bulletin_queue(*, bulletin_id: int) -> int:
    """Make one delivery and e-mail for each recipient of a sent bulletin; return how many.

    Run twice, it changes nothing: the row says when it was done, and keys are unique.
    """
    row = Bulletin.objects.select_for_update().get(pk=bulletin_id)
    if row.sent_at is None or row.queued_at is not None:
        return 0
    recipients = User.objects.bulletin_recipients().filter(users_of_audience(row))
    emails = email_queue(
        users=recipients,
        key=f"bulletin:{row.ref}",
        template="bulletin",
        for_readers=True,
        context={
            "headline": row.headline,
            "refs": [
                version.subject.ref
                for version in ProfileVersion.objects.live()
                .filter(subject__in=row.entries.values("subject"))
                .select_related("subject")
                if _covers(version, row)
            ],
            "path": reverse("bulletin", args=[row.ref]),
        },
    )
    BulletinDelivery.objects.bulk_create(
        [BulletinDelivery(bulletin=row, user_id=email.user_id, email=email) for email in emails],
        batch_size=1000,
    )
    row.queued_at = timezone.now()
    row.save(update_fields=["queued_at"])
    record(actions.BULLETIN_QUEUED, by=None, ref=row.ref, recipients=len(emails))
    return len(emails)
