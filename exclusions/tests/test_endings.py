"""The end of a notice: told before, decided once, recorded once, whatever runs and how often."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from audit.models import Event
from common import dates
from exclusions.models import Notice
from exclusions.services import (
    endings_tell,
    expiries_record,
    notice_let_go,
    notice_raise,
    notice_revoke,
)
from members.models import OutboundEmail
from offenders.models import ProfileVersion
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once

DAY = dt.timedelta(days=1)


def ending_in(cast: Cast, days: int, name: str = "A Bee") -> Notice:
    """Return a notice in force that ends in so many days."""
    subject = factories.subject(cast.intel, name=name)
    ago = dates.last_day_of_year_from(dates.today()) - dates.today() - days * DAY
    return factories.served_notice(cast.intel, cast.staff, cast.shop, subject, ago=ago)


def told(notice: Notice) -> list[str]:
    rows = OutboundEmail.objects.filter(key__startswith=f"ending:{notice.ref}:")
    return sorted(rows.values_list("key", flat=True))


def test_it_is_told_30_and_7_days_before_once_each(cast: Cast) -> None:
    notice = ending_in(cast, 40)
    keys = [f"ending:{notice.ref}:{days}" for days in (30, 7)]
    last = notice.ends_on
    assert last is not None
    for before, expected in ((31, []), (30, keys[:1]), (8, keys[:1]), (7, keys), (0, keys)):
        with time_machine.travel(dates.london_midnight(last - before * DAY)):
            assert [endings_tell() for _ in range(2)][1] == 0
            assert told(notice) == sorted(expected)
    with time_machine.travel(dates.london_midnight(last + DAY)):
        assert endings_tell() == 0


def test_a_late_job_tells_of_the_nearer_day_only(cast: Cast) -> None:
    notice = ending_in(cast, 5)
    endings_tell()
    assert told(notice) == [f"ending:{notice.ref}:7"]


def test_it_waits_until_it_is_renewed_or_let_go(cast: Cast, client_of) -> None:
    one, two, three = (
        ending_in(cast, days, name) for days, name in ((5, "A Bee"), (9, "C Dee"), (31, "E Eff"))
    )
    intel = client_of("intel")
    page = intel.get("/queue/").content.decode()
    assert "Ends in 5 days. Renew it or let it go." in page
    assert "31 days" not in page
    assert intel.post(f"/exclusions/{one.ref}/let-go/").url == f"/exclusions/{one.ref}/"
    assert "is let go" in intel.get(f"/exclusions/{one.ref}/").content.decode()
    assert Notice.objects.get(pk=one.pk).let_go_by == cast.intel
    with pytest.raises(ValidationError, match="nothing to decide"):
        notice_let_go(by=cast.intel, notice=one)
    incident = factories.accepted_incident(cast.intel, cast.staff, cast.shop, two.subject)
    notice_raise(by=cast.intel, subject=two.subject, reports=[incident], reason="Again.")
    page = intel.get("/queue/").content.decode()
    assert "Renew it or let it go" not in page
    assert endings_tell() == 0
    assert Notice.objects.in_force().filter(pk=one.pk).exists()  # to its last day all the same
    with time_machine.travel(timezone.now() + 35 * DAY):
        assert set(Notice.objects.end_undecided()) == {three}


def test_one_that_ended_undecided_waits_for_30_days(cast: Cast) -> None:
    notice = ending_in(cast, 1)
    for days, waits in ((2, True), (31, True), (32, False)):
        with time_machine.travel(timezone.now() + days * DAY):
            assert Notice.objects.end_undecided().exists() is waits
    notice_revoke(by=cast.intel, notice=notice, reason="x")
    assert not Notice.objects.end_undecided().exists()


@pytest.mark.django_db(transaction=True)
def test_many_jobs_at_once_and_days_late_tell_and_record_once() -> None:
    cast = make_cast()
    notice = ending_in(cast, 3)
    for _ in range(2):
        assert at_once(*[endings_tell] * 4) == [None] * 4
    assert told(notice) == [f"ending:{notice.ref}:7"]
    with time_machine.travel(timezone.now() + 7 * DAY):  # three days late
        for _ in range(2):
            assert at_once(*[expiries_record] * 4) == [None] * 4
        assert Event.objects.filter(action="exclusions.notice.expired").count() == 1
        assert OutboundEmail.objects.filter(key=f"expired:{notice.ref}").count() == 1


def test_revoked_who_was_shown_for_the_notice_only_is_shown_no_longer(cast: Cast) -> None:
    version = factories.published(cast.intel)
    subject = version.subject
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, subject)
    assert notice.ends_on is not None
    for ago, expected in ((300, "shortened"), (400, "withdrawn")):
        notice.grounds.update(occurred_at=timezone.now() - ago * DAY)
        with transaction.atomic():
            ProfileVersion.objects.filter(pk=version.pk).update(withdrawn_at=None)
            notice_revoke(by=cast.intel, notice=notice, reason="x")
            version.refresh_from_db()
            if expected == "withdrawn":
                assert version.withdrawn_at is not None
                assert "nothing else holds" in version.withdrawn_reason
            else:
                last = dates.london_date(timezone.now() - ago * DAY)
                assert version.expires_on == dates.last_day_of_year_from(last)
                assert version.withdrawn_at is None
            transaction.set_rollback(True)
    with pytest.raises(DatabaseError), transaction.atomic():
        ProfileVersion.objects.filter(pk=version.pk).update(
            expires_on=version.expires_on + 900 * DAY
        )


def test_what_was_published_for_longer_with_a_reason_stays(cast: Cast) -> None:
    version = factories.published(cast.intel, draft_longer_because="Board, 3 May.")
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, version.subject)
    notice.grounds.update(occurred_at=timezone.now() - 400 * DAY)
    notice_revoke(by=cast.intel, notice=notice, reason="x")
    version.refresh_from_db()
    assert version.withdrawn_at is None
