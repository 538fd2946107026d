"""Notices: raised, served, in force, breached, over."""

import datetime as dt
import threading

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import Error, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from audit.models import Event
from common import dates
from exclusions.models import Notice
from exclusions.policy import threshold_met
from exclusions.querysets import breaches
from exclusions.services import (
    Service,
    expiries_record,
    notice_raise,
    notice_record_service,
    notice_revoke,
)
from incidents.services import PersonInput, report_reject
from members.models import OutboundEmail
from offenders.services import profile_withdraw
from tests import factories
from tests.cast import Cast, make_cast


def service(**fields) -> Service:
    values = {"served_at": timezone.now(), "method": "in_person", "served_by": "J. Patel"} | fields
    return Service(**values)


@pytest.fixture
def wanted(cast: Cast):
    return factories.published(cast.intel)


@pytest.fixture
def notice(cast: Cast, wanted) -> Notice:
    return factories.raised_notice(cast.intel, cast.staff, cast.shop, wanted.subject)


def test_it_is_not_in_force_before_service(cast: Cast, notice, wanted, client_of) -> None:
    assert notice.ref.startswith("EXC-")
    assert not Notice.objects.in_force().exists()
    for who in ("staff", "other", "police"):
        assert "EXCLUDED" not in client_of(who).get("/gallery/").content.decode()
        assert client_of(who).get(f"/exclusions/{notice.ref}/").status_code == 404


def test_the_stores_own_manager_records_service_and_everyone_sees_it(
    cast: Cast, notice, wanted, client_of
) -> None:
    store = client_of("store")
    assert store.get(f"/exclusions/{notice.ref}/").status_code == 200
    response = store.post(
        f"/exclusions/{notice.ref}/serve/",
        {
            "served_at": dates.in_words(timezone.now())
            and f"{timezone.localtime():%Y-%m-%dT%H:%M}",
            "method": "in_person",
            "served_by": "Jo Patel",
            "premises": cast.shop.pk,
        },
    )
    assert response.status_code == 302
    notice.refresh_from_db()
    until = dates.last_day_of_year_from(dates.today())
    assert notice.ends_on == until
    assert notice.service_recorded_by == cast.store
    for who in ("staff", "other", "police", "intel"):
        words = f"EXCLUDED until {dates.short_date(until)}"
        assert words in client_of(who).get("/gallery/").content.decode(), who
        assert words in client_of(who).get(f"/gallery/{wanted.subject.ref}/").content.decode(), who
        listed = client_of(who).get("/exclusions/").content.decode()
        assert dates.short_date(until) in listed, who
    event = Event.objects.get(action="exclusions.notice.served")
    assert (event.actor_id, event.record) == (cast.store.pk, notice.ref)


@pytest.mark.parametrize("who", ["staff", "other", "otherstore", "police", "board", "admin"])
def test_nobody_else_records_service(cast: Cast, notice, client_of, who: str) -> None:
    url = f"/exclusions/{notice.ref}/serve/"
    assert client_of(who).get(url).status_code == 404
    assert client_of(who).post(url, {}).status_code == 404
    with pytest.raises(PermissionDenied):
        notice_record_service(by=cast.users[who], notice=notice, service=service())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"served_at": timezone.now() + dt.timedelta(days=1)}, "future"),
        ({"served_at": timezone.now() - dt.timedelta(days=3)}, "before the notice was raised"),
        ({"method": "by owl"}, "owl"),
        ({"served_by": ""}, "Service needs"),
    ],
)
def test_service_that_cannot_be_is_refused(cast: Cast, notice, change, words) -> None:
    with pytest.raises(ValidationError, match=words):
        notice_record_service(by=cast.intel, notice=notice, service=service(**change))
    notice.refresh_from_db()
    assert not notice.is_served


def test_service_is_recorded_once(cast: Cast, notice, client_of) -> None:
    notice_record_service(by=cast.intel, notice=notice, service=service())
    with pytest.raises(ValidationError, match="already"):
        notice_record_service(by=cast.intel, notice=notice, service=service())
    url = f"/exclusions/{notice.ref}/serve/"
    answer = client_of("store").get(url, follow=True)  # theirs, and done: the page says so
    assert "was served already" in answer.content.decode()
    assert client_of("otherstore").get(url).status_code == 403  # seen, but never theirs to serve


def test_grounds_are_the_subjects_own_accepted_incidents(cast: Cast, wanted) -> None:
    somebody = factories.subject(cast.intel, name="Somebody Else")
    theirs = factories.accepted_incident(cast.intel, cast.staff, cast.shop, somebody)
    waiting = factories.report(
        cast.staff,
        cast.shop,
        type=factories.incident_type(),
        people=[PersonInput(subject=wanted.subject)],
    )
    for reports in ([], [theirs], [waiting]):
        with pytest.raises(ValidationError):
            notice_raise(by=cast.intel, subject=wanted.subject, reports=reports, reason="x")
    assert not Notice.objects.exists()


def test_the_threshold(cast: Cast, wanted) -> None:
    def incident(days: int, **fields):
        when = timezone.now() - dt.timedelta(days=days)
        return factories.accepted_incident(
            cast.intel, cast.staff, cast.shop, wanted.subject, occurred_at=when, **fields
        )

    one = incident(1, outcome="left")
    assert not threshold_met([one])
    assert threshold_met([one, incident(300, outcome="left")])
    assert threshold_met([incident(2, outcome="arrested")])
    serious = factories.incident_type("assault", label="Assault", is_serious=True, harm=80)
    assert threshold_met([incident(3, outcome="left", type=serious, items=[])])
    with pytest.raises(ValidationError, match="below the scheme's threshold"):
        notice_raise(by=cast.intel, subject=wanted.subject, reports=[one], reason="x")
    assert notice_raise(
        by=cast.intel,
        subject=wanted.subject,
        reports=[one],
        reason="x",
        below_threshold_reason="The Board asked for it.",
    )


def test_a_second_notice_while_one_waits_or_covers_the_day_is_refused(cast, notice, wanted) -> None:
    grounds = list(notice.grounds.all())
    with pytest.raises(ValidationError, match="still to be served"):
        notice_raise(by=cast.intel, subject=wanted.subject, reports=grounds, reason="x")
    notice_record_service(by=cast.intel, notice=notice, service=service())
    second = notice_raise(by=cast.intel, subject=wanted.subject, reports=grounds, reason="x")
    with pytest.raises(ValidationError, match="covers some of these days"):
        notice_record_service(by=cast.intel, notice=second, service=service())


def test_sql_cannot_overlap_overrun_or_leave_service_half_said(cast: Cast, notice, sql) -> None:
    served = notice_record_service(by=cast.intel, notice=notice, service=service())
    for statement in (
        f"UPDATE exclusions_notice SET ends_on = ends_on + 1 WHERE id = {served.pk}",
        f"UPDATE exclusions_notice SET served_by = '' WHERE id = {served.pk}",
        f"UPDATE exclusions_notice SET ends_on = NULL WHERE id = {served.pk}",
        f"UPDATE exclusions_notice SET revoked_at = now() WHERE id = {served.pk}",
        "INSERT INTO exclusions_notice (ref, subject_id, reason, below_threshold_reason,"
        " raised_at, authorised_by_id, served_at, ends_on, service_method, served_by,"
        " service_recorded_at, service_recorded_by_id, revoked_reason)"
        " SELECT 'EXC-X', subject_id, reason, '', raised_at, authorised_by_id,"
        " served_at + interval '30 days', ends_on, service_method, served_by,"
        " service_recorded_at, service_recorded_by_id, '' FROM exclusions_notice",
    ):
        with pytest.raises(Error), transaction.atomic():
            sql(statement)


def test_revoked_is_gone_at_once_and_leaves_room_for_another(
    cast, notice, wanted, client_of
) -> None:
    notice_record_service(by=cast.intel, notice=notice, service=service())
    response = client_of("intel").post(f"/exclusions/{notice.ref}/revoke/", {"reason": ""})
    assert response.status_code == 422
    notice_revoke(by=cast.intel, notice=notice, reason="Appeal upheld")
    assert not Notice.objects.in_force().exists()
    assert "EXCLUDED" not in client_of("other").get("/gallery/").content.decode()
    assert client_of("other").get(f"/exclusions/{notice.ref}/").status_code == 404
    again = notice_raise(
        by=cast.intel, subject=wanted.subject, reports=list(notice.grounds.all()), reason="x"
    )
    assert notice_record_service(by=cast.intel, notice=again, service=service()).in_force_on()
    with pytest.raises(ValidationError, match="over already"):
        notice_revoke(by=cast.intel, notice=notice, reason="Again")


def test_the_last_day_is_the_last_moment_seen_with_no_job_run(cast, notice, client_of) -> None:
    served = notice_record_service(by=cast.intel, notice=notice, service=service())
    assert served.ends_on is not None
    midnight = dates.london_midnight(served.ends_on + dt.timedelta(days=1))
    with time_machine.travel(midnight - dt.timedelta(minutes=1), tick=False):
        assert Notice.objects.in_force().exists()
    with time_machine.travel(midnight, tick=False):
        assert not Notice.objects.in_force().exists()
        assert not Notice.objects.visible_to(cast.store).exists()
        served.refresh_from_db()
        assert served.state == "expired"
        assert served.expiry_recorded_at is None


def test_a_breach_is_derived(cast: Cast, notice, wanted, client_of) -> None:
    seen = {"people": [PersonInput(subject=wanted.subject)]}
    cited = notice.grounds.get()
    before = factories.report(
        cast.staff, cast.shop, occurred_at=timezone.now() - dt.timedelta(hours=1), **seen
    )
    notice_record_service(by=cast.intel, notice=notice, service=service(served_at=timezone.now()))
    after = factories.report(cast.other, cast.pub, occurred_at=timezone.now(), **seen)
    found = list(breaches().values_list("report__ref", "notice_ref"))
    assert found == [(after.ref, notice.ref)]
    assert before.ref not in dict(found)
    assert cited.ref not in dict(found)
    page = client_of("other").get(f"/reports/{after.ref}/").content.decode()
    assert "breach" in page.lower()
    assert "Breach" in client_of("intel").get("/queue/").content.decode()
    report_reject(by=cast.intel, report=after, revision=1, reason="Not them")
    assert not breaches().exists()


def test_the_log_form_says_so_at_once(cast: Cast, notice, wanted, client_of) -> None:
    notice_record_service(by=cast.intel, notice=notice, service=service())
    page = client_of("staff").get("/log/", {"who": wanted.subject.ref}).content.decode()
    assert "recorded as a breach" in page


def test_expiry_is_recorded_once_however_late_and_often(cast: Cast, wanted) -> None:
    notice = factories.served_notice(
        cast.intel, cast.staff, cast.shop, wanted.subject, ago=dt.timedelta(days=369)
    )
    assert expiries_record() == 1
    assert expiries_record() == 0
    notice.refresh_from_db()
    assert notice.expiry_recorded_at is not None
    assert Event.objects.filter(action="exclusions.notice.expired").count() == 1
    email = OutboundEmail.objects.get()
    assert (email.user, email.key) == (cast.intel, f"expired:{notice.ref}")
    assert wanted.name not in str(email.context)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_record_an_expiry_once() -> None:
    cast = make_cast()
    version = factories.published(cast.intel)
    factories.served_notice(
        cast.intel, cast.staff, cast.shop, version.subject, ago=dt.timedelta(days=400)
    )
    done: list[int] = []

    def work() -> None:
        done.append(expiries_record())
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 1
    assert OutboundEmail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_cannot_exclude_one_person_twice() -> None:
    cast = make_cast()
    version = factories.published(cast.intel)
    incident = factories.accepted_incident(cast.intel, cast.staff, cast.shop, version.subject)
    outcomes: list[bool] = []

    def work() -> None:
        try:
            made = notice_raise(
                by=cast.intel, subject=version.subject, reports=[incident], reason="x"
            )
            notice_record_service(by=cast.intel, notice=made, service=service())
            outcomes.append(True)
        except ValidationError:
            outcomes.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 20
    assert outcomes.count(True) == 1
    assert Notice.objects.in_force().count() == 1


EDGES = ((0, 0), (0, 59), (1, 30), (23, 59))
MOMENTS = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2040, 12, 31)).flatmap(
    lambda moment: st.sampled_from(
        [
            moment,
            *(moment.replace(hour=h, minute=m) for h, m in ((0, 0), (0, 59), (1, 30), (23, 59))),
        ]
    )
)


class SqlAndPythonAgree(TestCase):
    """The constraint, the query and the property say the same of every date."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.cast = make_cast()
        version = factories.published(cls.cast.intel)
        cls.notice = factories.raised_notice(
            cls.cast.intel, cls.cast.staff, cls.cast.shop, version.subject
        )

    @settings(max_examples=150, deadline=None)
    @given(MOMENTS, st.integers(-2, 370))
    def test_in_force(self, local: dt.datetime, days: int) -> None:
        served_at = local.replace(tzinfo=dates.LONDON)
        first = dates.london_date(served_at)
        last = dates.last_day_of_year_from(first)
        Notice.objects.filter(pk=self.notice.pk).update(
            served_at=served_at,
            ends_on=last,
            service_method="post",
            served_by="J. Patel",
            service_recorded_at=served_at,
            service_recorded_by=self.cast.intel,
        )
        day = first + dt.timedelta(days=days)
        expected = first <= day <= last
        assert Notice.objects.in_force(on=day).exists() is expected
        assert Notice.objects.get(pk=self.notice.pk).in_force_on(day) is expected
        with pytest.raises(Error), transaction.atomic():
            Notice.objects.filter(pk=self.notice.pk).update(ends_on=last + dt.timedelta(days=1))


def test_who_is_excluded_but_not_published_waits_in_the_queue(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel)
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, version.subject)
    queue = client_of("intel")
    assert "members don’t know this face" not in queue.get("/queue/").content.decode()
    profile_withdraw(by=cast.intel, subject=version.subject, reason="x")
    page = queue.get("/queue/").content.decode()
    assert page.count("members don’t know this face") == 1
    assert f'href="/exclusions/{notice.ref}/"' in page
    assert "excluded person not published" in page
