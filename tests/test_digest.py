"""The weekly digest: on its day in London, once for each user and week, nothing for nothing."""

import datetime as dt
import threading

import pytest
import time_machine
from django.core import mail
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from common import dates
from dtac.digest import digest_letter, digest_moment, digest_of, digest_queue
from members.letters import NothingToSay
from members.mail import mail_send_due
from members.models import AgreementAcceptance, MailRun, OutboundEmail, User
from offenders.services import profile_withdraw
from tests import factories
from tests.cast import Cast, make_cast

MONDAY = dt.datetime(2026, 3, 30, 7, tzinfo=dates.LONDON)  # the day after the clocks went forward


def weekly_world(cast: Cast) -> dict[str, str]:
    """Return the references of what happened in the week before MONDAY."""
    with time_machine.travel(MONDAY - dt.timedelta(days=2), tick=False):
        shown = factories.published(cast.intel, name="Paul Tate")
        pubs = factories.published(
            cast.intel,
            name="Ray Oakes",
            draft_audience="sectors",
            draft_audience_sectors=["licensed"],
        )
        sought = factories.published(
            cast.intel, status="id_sought", name="", date_of_birth=None, age_low=30, age_high=40
        )
        notice = factories.served_notice(cast.intel, cast.staff, cast.shop, shown.subject)
        factories.alert(cast.staff, cast.shop, text="Loud group by the tills.")
    return {
        "shown": shown.subject.ref,
        "pubs": pubs.subject.ref,
        "sought": sought.subject.ref,
        "notice": notice.ref,
    }


@given(st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2032, 1, 1), timezones=st.just(dt.UTC)))
def test_its_moment_is_seven_on_a_monday_in_london(now: dt.datetime) -> None:
    moment = digest_moment(now)
    local = moment.astimezone(dates.LONDON)
    assert (local.weekday(), local.hour, local.minute) == (0, 7, 0)
    assert moment <= now < moment + dt.timedelta(days=7, hours=1)


@pytest.mark.django_db(transaction=True)
def test_it_goes_once_a_week_to_those_with_news_and_names_nobody() -> None:
    cast = make_cast()
    refs = weekly_world(cast)
    User.objects.filter(pk=cast.store.pk).update(receives_digest=False)
    with time_machine.travel(MONDAY - dt.timedelta(minutes=1), tick=False):
        assert digest_queue() == 0  # last week's is too old by now, this week's not yet due
    with time_machine.travel(MONDAY + dt.timedelta(minutes=10)):
        assert digest_queue() == 4  # staff, other, otherstore, police
        assert digest_queue() == 0
        mail_send_due()
    letters = {letter.to[0].partition("@")[0]: letter for letter in mail.outbox}
    assert set(letters) == {"staff", "other", "otherstore", "police"}
    staff, pub = letters["staff"], letters["other"]
    for letter in letters.values():
        whole = letter.subject + letter.body + str(letter.alternatives)
        assert not any(name in whole for name in ("Paul", "Tate", "Oakes", "Loud group"))
        assert letter.extra_headers["List-Unsubscribe-Post"]
    assert f"1 new or changed profile: {refs['shown']}" in staff.body
    assert f"1 exclusion notice served: {refs['notice']}" in staff.body
    assert f"1 person nobody has named yet: {refs['sought']}" in staff.body
    assert "1 alert in Town Centre" in staff.body
    assert refs["pubs"] not in staff.body
    assert "2 new or changed profiles: " in pub.body
    assert refs["pubs"] in pub.body
    assert "alert" not in pub.body  # it was for another area
    with time_machine.travel(MONDAY + dt.timedelta(days=7, hours=1)):
        assert digest_queue() == 4  # nobody has named the person sought yet


def test_nothing_to_tell_is_no_letter(cast: Cast) -> None:
    with time_machine.travel(MONDAY + dt.timedelta(minutes=10)):
        assert digest_queue() == 0
        assert MailRun.objects.get().recipients == 0
        assert not OutboundEmail.objects.exists()


def test_days_late_it_is_left_to_the_next_week(cast: Cast) -> None:
    weekly_world(cast)
    with time_machine.travel(MONDAY + dt.timedelta(days=3, minutes=1)):
        assert digest_queue() == 0
        assert not MailRun.objects.exists()


def test_what_was_withdrawn_since_it_was_queued_is_not_told(cast: Cast) -> None:
    with time_machine.travel(MONDAY - dt.timedelta(days=2), tick=False):
        version = factories.published(cast.intel, name="Paul Tate")
    since = MONDAY - dt.timedelta(days=7)
    context = {"since": since.isoformat(), "until": MONDAY.isoformat()}
    with time_machine.travel(MONDAY + dt.timedelta(minutes=10)):
        assert digest_letter(cast.staff, context).context["sections"]
        profile_withdraw(by=cast.intel, subject=version.subject, reason="Mistake")
        with pytest.raises(NothingToSay):
            digest_letter(cast.staff, context)


@pytest.mark.django_db(transaction=True)
def test_schedules_side_by_side_queue_it_once() -> None:
    cast = make_cast()
    weekly_world(cast)
    now = MONDAY + dt.timedelta(minutes=10)
    counts: list[int] = []
    barrier = threading.Barrier(4)

    def run() -> None:
        barrier.wait()
        counts.append(digest_queue(now=now))
        connection.close()

    with time_machine.travel(now):
        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(counts) == [0, 0, 0, 5]
    assert OutboundEmail.objects.filter(kind="digest").count() == 5


def test_the_board_and_the_administrator_have_none(cast: Cast) -> None:
    weekly_world(cast)
    with time_machine.travel(MONDAY):
        since = MONDAY - dt.timedelta(days=7)
        for who in (cast.board, cast.admin):
            assert not any(section.count for section in digest_of(who, since, MONDAY))
            assert who not in User.objects.digest_recipients()


def test_ones_own_alert_elsewhere_is_news_though_none_for_those_alike(cast: Cast) -> None:
    """Whoever is asked first of an area and sector doesn't answer for a business's own alert."""
    far = factories.AreaFactory(name="Longfield")
    site = factories.PremisesFactory(member=cast.staff.member, name="Marlowe, far", area=far)
    alike = factories.UserFactory(
        member=factories.MemberFactory(area=cast.staff.member.area), premises=None
    )
    AgreementAcceptance.objects.create(agreement=cast.agreement, user=alike)
    User.objects.filter(pk__in=[cast.staff.pk, cast.store.pk]).update(premises=None)
    User.objects.exclude(pk__in=[cast.staff.pk, alike.pk]).update(receives_digest=False)
    with time_machine.travel(MONDAY - dt.timedelta(days=2), tick=False):
        factories.alert(cast.staff, site)
    for first, second in ((alike, cast.staff), (cast.staff, alike)):
        User.objects.filter(pk=first.pk).update(name="A comes first")
        User.objects.filter(pk=second.pk).update(name="B comes second")
        MailRun.objects.all().delete()
        OutboundEmail.objects.all().delete()
        with time_machine.travel(MONDAY + dt.timedelta(minutes=10)):
            assert digest_queue() == 1
        assert OutboundEmail.objects.get().user == cast.staff
