"""Bulletins: composed, sent, and turned into one e-mail for each recipient."""

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
from members.audience import users_of_audience
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
    if any(_names(version) & _words(fields["headline"]) for version in versions):
        raise ValidationError(
            {"headline": "Leave names out of the headline: it goes by e-mail. Use references."}
        )
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


def _words(text: str) -> set[str]:
    return {word.strip(".,:;!?()'\"").casefold() for word in text.split()}


def _names(version: ProfileVersion) -> set[str]:
    whole = " ".join([version.name, *version.aliases])
    return {word for word in _words(whole) if len(word) > 2}


@transaction.atomic
def bulletin_send(*, by: User, bulletin: Bulletin) -> None:
    """Send a draft. It is on the site at once; the worker queues and sends the e-mails.

    Raises ValidationError (code "stale") if it was sent already.
    """
    from offenders.tasks import bulletin_sweep  # tasks call services

    row = Bulletin.objects.select_for_update().get(pk=bulletin.pk)
    if row.sent_at is not None:
        raise ValidationError("This bulletin was sent already.", code="stale")
    row.sent_at = timezone.now()
    row.sent_by = by
    row.save(update_fields=["sent_at", "sent_by"])
    refs = list(row.subjects.values_list("ref", flat=True))
    record(actions.BULLETIN_SENT, by=by, ref=row.ref, subjects=refs, audience=row.audience)
    transaction.on_commit(bulletin_sweep.delay, robust=True)


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
        context={
            "headline": row.headline,
            "refs": list(row.entries.values_list("subject__ref", flat=True)),
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
