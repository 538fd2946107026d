"""Applications to join: received from the public form, approved or declined by the scheme."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from audit.services import record
from common import dates
from common.db import constraint_messages, once
from members import actions
from members.mail import email_queue, email_queue_to
from members.models import Application, Area, Invitation, Member, User
from members.pipeline import (
    LEADS_TO,
    ContactInput,
    MemberInput,
    NextStep,
    Step,
    contact_save,
    member_enter,
    member_step,
)
from members.sites import SiteInput, postcode_of, premises_save

from .invitations import founder_invite

MOST_WAITING: Final = 200
"""More applications than this wait only where a machine sends them."""
KEPT: Final = dt.timedelta(days=365)


@dataclass(frozen=True)
class ApplicationInput:
    """What an applicant filled in."""

    business: str
    sector: str
    address: str
    postcode: str
    area: Area
    name: str
    position: str
    email: str
    phone: str = ""
    opening_hours: str = ""
    words: str = ""


def application_receive(*, client_id: uuid.UUID, data: ApplicationInput) -> Application:
    """Keep an application and tell the Intelligence Manager; the same form again makes no second.

    Raises ValidationError: no postcode, or too many wait already.
    """

    def make() -> Application:
        if Application.objects.to_decide().count() >= MOST_WAITING:
            raise ValidationError("The form is closed for now. Write to us instead.", code="busy")
        row = Application(client_id=client_id, received_at=timezone.now(), **vars(data))
        row.postcode = postcode_of(row.postcode)
        row.full_clean()
        row.save()
        record(actions.APPLICATION_RECEIVED, by=None, application=row.pk)
        email_queue(
            users=User.objects.intel(),
            key=f"application:{row.pk}",
            template="application-received",
            context={"business": row.business, "path": f"/members/applications/{row.uuid}/"},
        )
        return row

    return once(Application, client_id, make)


@dataclass(frozen=True)
class Approval:
    """As what a business is taken in: a kind, and the prospect it is, if one is there already."""

    kind: str
    prospect: Member | None = None


@transaction.atomic
def application_approve(*, by: User, application: Application, approval: Approval) -> Invitation:
    """Take a business in as applied, with its site and contact, and invite who asked for it.

    It becomes a member when they accept: with the agreement (members.joining.invitations). Raises
    ValidationError: decided already (code "stale"), one of that name is there or can't apply from
    where it is, or the applicant's address has an account already.
    """
    row = _open(application)
    member = _taken_in(by, row, approval)
    _site_and_contact(by, row, member)
    row.member, row.decided_at, row.decided_by = member, timezone.now(), by
    _save(row)
    record(actions.APPLICATION_DECIDED, by=by, ref=member.slug, approved=True)
    return founder_invite(by=by, member=member, name=row.name, email=row.email)


@transaction.atomic
def application_decline(
    *, by: User, application: Application, reason: str, answer: str = ""
) -> Application:
    """Decline an application, with the scheme's own reason; `answer` is e-mailed to the applicant.

    Raises ValidationError: decided already (code "stale"), or no reason.
    """
    row = _open(application)
    if not reason.strip():
        raise ValidationError({"reason": "Write why. It stays with the scheme."})
    row.reason, row.answer = reason.strip(), answer.strip()
    row.decided_at, row.decided_by = timezone.now(), by
    _save(row)
    record(actions.APPLICATION_DECIDED, by=by, application=row.pk, approved=False)
    if row.answer:
        email_queue_to(
            addresses=[row.email],
            key=f"application:{row.pk}:declined",
            template="application-declined",
            context={"name": row.name, "business": row.business, "answer": row.answer},
        )
    return row


def applications_purge() -> int:
    """Delete applications that were decided more than a year ago; return how many.

    What a member needs was copied to it when it was approved.
    """
    old = Application.objects.filter(decided_at__lt=timezone.now() - KEPT)
    return int(old.delete()[0])


def _taken_in(by: User, row: Application, approval: Approval) -> Member:
    plan = NextStep()
    member = approval.prospect
    if member is None:
        data = MemberInput(row.business, approval.kind, row.sector, row.area)
        try:
            member = member_enter(by=by, data=data, plan=plan)
        except ValidationError as error:
            raise ValidationError({"prospect": error.messages}) from error
    if member.status != Member.Status.APPLIED:
        if Member.Status.APPLIED not in LEADS_TO[member.status]:
            words = f"{member.name} is {member.status_words.lower()}: it can’t apply."
            raise ValidationError({"prospect": words})
        kept = NextStep(member.next_step, member.next_on, member.next_by)
        step = Step("applied", dates.today(), words=f"{row.name} filled in the form.")
        member_step(by=by, member=member, revision=member.revision, step=step, plan=kept)
    return Member.objects.get(pk=member.pk)


def _site_and_contact(by: User, row: Application, member: Member) -> None:
    here = {"closed_on": None, "postcode": row.postcode, "address__iexact": row.address}
    if not member.premises.filter(**here).exists():
        taken = member.premises.filter(name=member.name).exists()
        name = f"{member.name}, {row.address}"[:120] if taken else member.name
        site = SiteInput(name, row.address, row.postcode, row.area, row.opening_hours)
        premises_save(by=by, member=member, data=site)
    if not member.contacts.filter(ended_on=None, email__iexact=row.email).exists():
        first = not member.contacts.filter(ended_on=None, is_main=True).exists()
        person = ContactInput(row.name, row.position, row.email, row.phone, is_main=first)
        contact_save(by=by, member=member, data=person)


def _open(application: Application) -> Application:
    row: Application = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if not row.is_open:
        raise ValidationError("This application has been decided already.", code="stale")
    return row


def _save(row: Application) -> None:
    row.full_clean()
    with constraint_messages(Application):
        row.save()
