"""What tests that span apps share."""

import datetime as dt
from typing import Any

import pytest

from incidents.services import report_accept
from offenders.services import bulletin_send, profile_withdraw
from tests import factories
from tests.cast import Cast


@pytest.fixture
def world(cast: Cast) -> dict[str, Any]:
    """One record of each kind that the matrix speaks of."""
    intel = cast.intel
    published = factories.published(intel)
    licensed = factories.published(
        intel, name="Paul Tate", draft_audience="sectors", draft_audience_sectors=["licensed"]
    )
    withdrawn = factories.published(intel, name="Leanne Foster")
    profile_withdraw(by=intel, subject=withdrawn.subject, reason="x")
    unpublished = factories.subject(intel, name="Hidden Person")
    waiting = factories.report(cast.staff, cast.shop, photos=[factories.upload()])
    accepted = factories.report(cast.staff, cast.shop, type=factories.incident_type())
    report_accept(by=intel, report=accepted, revision=1)
    in_force = factories.served_notice(intel, cast.staff, cast.shop, published.subject)
    to_serve = factories.raised_notice(intel, cast.staff, cast.shop, unpublished)
    expired = factories.served_notice(
        intel, cast.staff, cast.shop, licensed.subject, ago=dt.timedelta(days=400)
    )
    sent = factories.bulletin(intel, published)
    bulletin_send(by=intel, bulletin=sent)
    draft = factories.bulletin(intel, published)
    return {
        "published": published.subject.ref,
        "licensed": licensed.subject.ref,
        "withdrawn": withdrawn.subject.ref,
        "unpublished": unpublished.ref,
        "published_photo": published.main_photo.uuid,
        "licensed_photo": licensed.main_photo.uuid,
        "unpublished_photo": unpublished.photos.get().uuid,
        "report_photo": waiting.attachments.get().uuid,
        "waiting": waiting.ref,
        "accepted": accepted.ref,
        "in_force": in_force.ref,
        "to_serve": to_serve.ref,
        "expired": expired.ref,
        "sent": sent.ref,
        "draft": draft.ref,
        "own_member": cast.staff.member.slug,
        "police_member": cast.police.member.slug,
    }
