"""The notice as a document: what is handed over when it is served."""

import datetime as dt
from typing import Any

import segno
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.services import record
from common import dates
from common.pdf import Sheet, pdf_render
from members.models import Role, User
from offenders.models import Restriction

from . import actions
from .models import ExclusionPolicy, Notice, NoticeVariation, PremisesList

GOES_ALONG = "Give this to the person named. A copy stays with the scheme."


def may_print(user: User, notice: Notice) -> bool:
    """Whether this user gets the paper: the manager, and the store that an incident of it is of."""
    if notice.policy_id is None:
        return False
    if user.is_intel:
        return True
    if notice.served_at is not None and is_held(notice.subject_id):
        return False  # listed by its reference alone, until the request is decided
    return user.role == Role.MANAGER and notice.cites_member(user.member_id)


def is_held(subject: int) -> bool:
    """Whether a request of the person (the subject's key) keeps members from seeing them."""
    return bool(Restriction.objects.holding().filter(subject=subject).exists())


@transaction.atomic
def notice_print(*, by: User, notice: Notice) -> bytes:
    """Return the notice with its list of premises as a PDF, and log that it was printed.

    It says what was frozen when it was authorised; served, it has its first and last day on it too.
    Raises PermissionDenied where it isn't this user's to print.
    """
    if not may_print(by, notice):
        raise PermissionDenied
    record(actions.NOTICE_PRINTED, by=by, ref=notice.ref, subjects=[notice.subject.ref])
    return notice_pdf(notice, printed_for=f"{by.name}, {by.member.name}", at=timezone.now())


def notice_pdf(notice: Notice, *, printed_for: str, at: dt.datetime) -> bytes:
    """Return the PDF. The same notice, reader and moment give the same bytes."""
    assert notice.policy is not None
    assert notice.premises_list is not None
    sheet = Sheet(
        title="Exclusion notice",
        ref=notice.ref,
        printed_for=printed_for,
        printed_at=at.replace(microsecond=0),
        handling=GOES_ALONG,
    )
    policy = notice.policy
    data = policy_words(policy) | {
        "to": notice.printed_name,
        "facts": _facts(notice),
        "blank": False,
        "served": notice.is_served,
        "confirm": _confirm_words(notice),
        "revoked": dates.short_date(dates.london_date(notice.revoked_at))
        if notice.revoked_at
        else "",
        "varied": [_variation(each) for each in notice.variations.all()],
        "reason": notice.reason,
        "grounds": [_ground(report) for report in _grounds(notice)],
        "appeal_by": _appeal_by(notice),
        **premises_words(notice.premises_list, dates.london_date(notice.raised_at)),
    }
    return pdf_render("exclusion-notice", data, sheet=sheet)


def policy_words(policy: ExclusionPolicy) -> dict[str, Any]:
    """Return what every notice of a protocol says, with whom to write to and the public page."""
    address = f"{settings.DTAC_BASE_URL}{reverse('exclusion_rules')}"
    return {
        "rule": policy.rule_words,
        "breach": policy.breach_words,
        "appeal": policy.appeal_words,
        "privacy": policy.privacy_words,
        "contact": [*scheme_contact(), ("Rules", address)],
        "qr": segno.make(address, error="m").svg_inline(border=2, scale=4),
        "address": address,
    }


def scheme_contact() -> list[tuple[str, str]]:
    """Return whom to write to, by post too where the scheme has said where."""
    contact = [("Scheme", str(settings.DTAC_SCHEME_NAME))]
    if settings.DTAC_CONTACT_ADDRESS:
        contact.append(("Address", str(settings.DTAC_CONTACT_ADDRESS)))
    return [*contact, ("E-mail", str(settings.DTAC_CONTACT_EMAIL))]


def premises_words(listed: PremisesList, day: dt.date) -> dict[str, Any]:
    """Return a version of the list of premises as a notice has it, as it stood on a day."""
    rows = [
        row | {"since": dates.short_date(dt.date.fromisoformat(row["since"]))}
        for row in listed.rows
    ]
    return {
        "premises": rows,
        "premises_version": listed.number,
        "premises_day": dates.short_date(day),
    }


def confirm_words(hours: int) -> str:
    """Return what a notice served on the spot says of its being confirmed."""
    return (
        "The scheme’s manager confirms this notice within"
        f" {hours} hours of the moment it was given to you. If not, it ends then by itself."
    )


def _variation(each: NoticeVariation) -> str:
    day = dates.short_date(dates.london_date(each.made_at))
    sooner = f" It now ends after {dates.short_date(each.ends_on)}." if each.ends_on else ""
    allowed = f" Allowed all the same: {each.allowed}" if each.allowed else ""
    return f"Varied on {day}.{sooner}{allowed}"


def _confirm_words(notice: Notice) -> str:
    assert notice.policy is not None
    if notice.confirm_by is None or notice.confirmed_at is not None:
        return ""
    return confirm_words(notice.policy.confirm_hours)


def _facts(notice: Notice) -> list[tuple[str, str]]:
    facts = [
        ("Notice", notice.ref),
        ("Authorised", dates.short_date(dates.london_date(notice.raised_at))),
        ("By", f"{notice.authorised_by.name}, for the scheme’s members"),
    ]
    if notice.confirmed_at is not None and notice.confirmed_by is not None:
        facts.append(
            ("Confirmed", f"{dates.in_full(notice.confirmed_at)}, {notice.confirmed_by.name}")
        )
    if notice.served_at is None or notice.ends_on is None:
        return facts
    return [
        *facts,
        ("Served", dates.in_full(notice.served_at)),
        ("How", f"{notice.get_service_method_display()}, by {notice.served_by}"),
        ("In force from", dates.short_date(dates.london_date(notice.served_at))),
        ("Up to and including", dates.short_date(notice.ends_on)),
    ]


def _grounds(notice: Notice) -> Any:
    return notice.grounds.select_related("type", "premises").order_by("occurred_at")


def _ground(report: Any) -> tuple[str, str, str]:
    day = dates.short_date(dates.london_date(report.occurred_at))
    return (day, report.title, f"{report.premises.name} ({report.ref})")


def _appeal_by(notice: Notice) -> str:
    assert notice.policy is not None
    days = notice.policy.appeal_days
    if notice.served_at is None:
        return f"within {days} days of the day you were given this notice"
    last = dates.london_date(notice.served_at) + dt.timedelta(days=days)
    return f"by {dates.short_date(last)}"
