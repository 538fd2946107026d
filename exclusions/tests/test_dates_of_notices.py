"""The rules of dates over every day of 21 years, and that a notice ends to the moment.

What is right is reckoned here by arithmetic of its own: neither common.dates nor the time zones of
Python or PostgreSQL are asked. Summer time: the Summer Time Order 2002, from the last Sunday of
March to the last Sunday of October, at 01:00 UTC.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Func
from django.test import Client
from django.utils import timezone
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from common import dates
from exclusions.models import DayAfter, LastOfTwelveMonths, Notice
from exclusions.querysets import breaches, until_by_subject
from exclusions.services import (
    Asked,
    Service,
    Spot,
    Variation,
    notice_confirm,
    notice_raise,
    notice_record_service,
    notice_revoke,
    notice_serve_on_the_spot,
    notice_vary,
    numbers_issue,
)
from incidents.services import PersonInput, report_accept
from offenders.models import Subject
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once

FIRST, LAST = dt.date(2020, 1, 1), dt.date(2040, 12, 31)
CLOCKS = ((0, 0), (0, 59), (1, 30), (23, 59))
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
BLINK = dt.timedelta(microseconds=1)


# --- What is right ------------------------------------------------------------------------------


def last_sunday(year: int, month: int) -> dt.datetime:
    """The moment at which the clocks change in March or October of a year."""
    end = dt.datetime(year, month, 31, 1, tzinfo=dt.UTC)
    return end - (end.weekday() + 1) % 7 * DAY


def moments(day: dt.date, hour: int = 0, minute: int = 0) -> list[dt.datetime]:
    """Every moment at which London's clocks show this; two in the hour that comes twice.

    One that doesn't come is taken as forms take it: as the hour after.
    """
    shown = dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=dt.UTC)
    begins, ends = last_sunday(day.year, 3), last_sunday(day.year, 10)
    in_summer = [shown - HOUR] if begins <= shown - HOUR < ends else []
    in_winter = [] if begins <= shown < ends else [shown]
    return [*in_summer, *in_winter] or [shown]


def midnight(day: dt.date) -> dt.datetime:
    """The first moment of a day in London."""
    return moments(day)[0]


def last_day(first: dt.date) -> dt.date:
    """The last of twelve months: they have 366 days if a 29 February is among them, else 365."""
    leap_days = [dt.date(year, 2, 29) for year in range(2020, 2044, 4)]
    leaps = any(first <= day <= first + 365 * DAY for day in leap_days)
    return first + (365 if leaps else 364) * DAY


def every_service() -> list[tuple[dt.datetime, dt.date]]:
    """Every day of the 21 years at every clock time, as the moment and its day in London."""
    days = [FIRST + number * DAY for number in range((LAST - FIRST).days + 1)]
    return [(at, day) for day in days for clock in CLOCKS for at in moments(day, *clock)]


def test_the_arithmetic_of_this_file_is_the_schemes() -> None:
    assert last_day(dt.date(2028, 2, 29)) == dt.date(2029, 2, 28)  # DESIGN section 4
    assert last_day(dt.date(2026, 3, 14)) == dt.date(2027, 3, 13)
    assert moments(dt.date(2027, 3, 28), 1, 30) == [dt.datetime(2027, 3, 28, 1, 30, tzinfo=dt.UTC)]
    assert [f"{at:%H:%M}" for at in moments(dt.date(2027, 10, 31), 1, 30)] == ["00:30", "01:30"]
    assert len(every_service()) == 7671 * 4 + 21


# --- Every day ----------------------------------------------------------------------------------


class DayBefore(Func):
    """The day before a date."""

    template = "((%(expressions)s) - 1)"


def ask(statement: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else [(cursor.rowcount,)]


def columns(**other: str) -> tuple[str, str]:
    """The columns of a notice, and where each comes from: a row `t` but for what is named."""
    names = [field.column for field in Notice._meta.concrete_fields if not field.generated]
    return ", ".join(names), ", ".join(other.get(name, f"t.{name}") for name in names)


@pytest.fixture
def every_notice(cast: Cast) -> int:
    """A notice served at each of those moments, each of somebody else; return how many.

    They lie in a table that takes the place of the notices' own for this connection: a copy of it
    with its generated columns, checks and exclusion constraint, but without 30,000 subjects.
    """
    model = factories.served_notice(
        cast.intel, cast.staff, cast.shop, factories.subject(cast.intel, photo=False)
    )
    services = every_service()
    lasts = [last_day(day) for _, day in services]
    ask(
        "CREATE TEMP TABLE expected AS SELECT * FROM unnest(%s::bigint[], %s::timestamptz[],"
        " %s::date[], %s::date[], %s::timestamptz[]) AS t(id, at, first, last, over)",
        [
            list(range(1, len(services) + 1)),
            [at for at, _ in services],
            [day for _, day in services],
            lasts,
            [midnight(last + DAY) for last in lasts],
        ],
    )
    ask("CREATE TEMP TABLE exclusions_notice (LIKE public.exclusions_notice INCLUDING ALL)")
    names, values = columns(
        id="e.id", ref="'EXC-' || e.id", subject_id="e.id", raised_at="e.at", served_at="e.at",
        ends_on="e.last", service_recorded_at="e.at",
    )  # fmt: skip
    ask(
        f"INSERT INTO exclusions_notice ({names}) SELECT {values}"
        " FROM public.exclusions_notice t, expected e WHERE t.id = %s",
        [model.pk],
    )
    return len(services)


def test_each_is_in_force_on_its_days_and_on_no_other(every_notice: int) -> None:
    held = Notice.objects
    assert held.count() == every_notice
    wrong = ask(
        "SELECT count(*) FROM exclusions_notice n JOIN expected e USING (id)"
        " WHERE n.served_on <> e.first OR n.ends_on <> e.last"
    )
    assert wrong == [(0,)]
    assert not held.exclude(ends_on=LastOfTwelveMonths(F("served_on"))).exists()
    for day, expected in (
        (DayBefore(F("served_on")), 0),
        (F("served_on"), every_notice),
        (F("ends_on"), every_notice),
        (DayAfter(F("ends_on")), 0),
    ):
        assert held.in_force(on=day).count() == expected, day
    for notice in held.iterator():
        assert dates.london_date(notice.served_at) == notice.served_on
        assert dates.last_day_of_year_from(notice.served_on) == notice.ends_on
        days = (notice.served_on - DAY, notice.served_on, notice.ends_on, notice.ends_on + DAY)
        assert [notice.in_force_on(day) for day in days] == [False, True, True, False], notice


def test_none_can_be_longer_and_none_can_cover_a_day_of_another(every_notice: int) -> None:
    name = "notice_twelve_months_at_most"
    ((rule,),) = ask("SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conname = %s"
                     " AND conrelid = 'public.exclusions_notice'::regclass", [name])  # fmt: skip
    for more, kept in ((0, every_notice), (1, 0)):
        ends = f"SELECT served_at, served_on, ends_on + {more} AS ends_on FROM exclusions_notice"
        assert ask(f"SELECT count(*) FROM ({ends}) n WHERE {rule}") == [(kept,)]

    def another(at: str, tag: str) -> int:
        """Serve each person another notice, of that one day; return how many went in."""
        day = f"(({at}) AT TIME ZONE 'Europe/London')::date"
        names, values = columns(
            id=f"t.id + {tag}00000", ref=f"t.ref || '-{tag}'", served_at=at, ends_on=day
        )
        rows = f"SELECT {values} FROM exclusions_notice t JOIN expected e USING (id)"
        return int(
            ask(f"INSERT INTO exclusions_notice ({names}) {rows} ON CONFLICT DO NOTHING")[0][0]
        )

    assert another("e.over - interval '1 microsecond'", "1") == 0  # its last moment
    assert another("e.at", "2") == 0  # the moment of service
    assert another("e.over", "3") == every_notice  # the first moment after it


# --- The moment of the end, through the services ------------------------------------------------


def holds(notice: Notice, at: dt.datetime) -> bool:
    """Whether it is in force at a moment; query, row and members' sight must say the same."""
    with time_machine.travel(at, tick=False):
        row = Notice.objects.get(pk=notice.pk)
        found = Notice.objects.in_force().filter(pk=notice.pk).exists()
        assert row.in_force_on() is found
        assert (row.state == "in_force") is found
        until = until_by_subject([notice.subject_id])
        assert (notice.subject_id in until) is found
        return found


DAYS = st.dates(FIRST + 2 * DAY, LAST)
AT = st.builds(
    lambda day, clock: moments(day, *clock)[-1], DAYS, st.sampled_from([*CLOCKS, (14, 5)])
)
# With the days on which the clocks change and 29 February as often as all others together.
SPECIAL = [
    moments(day, *clock)[0]
    for year in range(2020, 2041)
    for day in (
        last_sunday(year, 3).date(),
        last_sunday(year, 10).date(),
        dt.date(year, 2, 28) + DAY,
    )
    for clock in CLOCKS
]
SERVED = st.one_of(AT, st.sampled_from(SPECIAL))
LATER = st.one_of(
    st.timedeltas(dt.timedelta(0), 380 * DAY), st.integers(0, 380).map(lambda days: days * DAY)
)


# Without making a failing example smaller, which takes minutes: it tells enough as it is.
FAST = (Phase.explicit, Phase.reuse, Phase.generate)


class MomentsOfTheEnd(TestCase):
    """However a notice ends, it holds to the moment before and not a moment longer."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.cast = make_cast()

    def served(self, at: dt.datetime) -> Notice:
        cast = self.cast
        with time_machine.travel(at, tick=False):
            subject = factories.subject(cast.intel, photo=False)
            made = factories.raised_notice(cast.intel, cast.staff, cast.shop, subject)
            served = notice_record_service(
                by=cast.intel, notice=made, service=Service(at, "in_person", "J. Patel")
            )
        assert served.ends_on == last_day(self.day_of(at))
        assert not holds(served, midnight(self.day_of(at)) - BLINK)
        return served

    def day_of(self, at: dt.datetime) -> dt.date:
        """The day that London's calendar shows."""
        begins, ends = last_sunday(at.year, 3), last_sunday(at.year, 10)
        return (at + HOUR if begins <= at < ends else at).date()

    def ends_at(self, notice: Notice, served: dt.datetime, end: dt.datetime) -> None:
        assert holds(notice, served) is (served < end)
        assert holds(notice, max(served, end - BLINK)) is (served < end)
        assert not holds(notice, end)
        assert not holds(notice, end + 400 * DAY)

    @settings(max_examples=20, phases=FAST)
    @given(SERVED, LATER)
    def test_revoked(self, at: dt.datetime, later: dt.timedelta) -> None:
        notice = self.served(at)
        over = midnight(last_day(self.day_of(at)) + DAY)
        assert holds(notice, max(at, min(at + later, over) - BLINK))
        with time_machine.travel(at + later, tick=False):
            if at + later >= over:
                with pytest.raises(ValidationError, match="over already"):
                    notice_revoke(by=self.cast.intel, notice=notice, reason="x")
                return self.ends_at(notice, at, over)
            notice_revoke(by=self.cast.intel, notice=notice, reason="x")
        for moment in (at + later, at + later + BLINK, over - BLINK, over):
            assert not holds(notice, moment)
        return None

    @settings(max_examples=20, phases=FAST)
    @given(SERVED, LATER, st.integers(-3, 380))
    def test_varied(self, at: dt.datetime, later: dt.timedelta, days: int) -> None:
        notice, first = self.served(at), self.day_of(at)
        today, last, sooner = self.day_of(at + later), last_day(first), first + days * DAY
        ease = Variation("The Board", "x", ends_on=sooner)
        with time_machine.travel(at + later, tick=False):
            if today <= sooner < last:
                notice_vary(by=self.cast.intel, notice=notice, variation=ease)
                return self.ends_at(notice, at, midnight(sooner + DAY))
            with pytest.raises(ValidationError):
                notice_vary(by=self.cast.intel, notice=notice, variation=ease)
        return self.ends_at(notice, at, midnight(last + DAY))

    @settings(max_examples=20, phases=FAST)
    @given(SERVED, st.one_of(st.none(), st.timedeltas(dt.timedelta(0), 80 * HOUR)))
    def test_on_the_spot(self, at: dt.datetime, later: dt.timedelta | None) -> None:
        """Unconfirmed it lapses after 72 hours by the clock's own count, whatever the calendar."""
        cast = self.cast
        with time_machine.travel(at, tick=False):
            number = numbers_issue(by=cast.intel, member=cast.store.member, count=1)[0]
            notice = factories.spot_notice(cast.store, cast.shop, number)
        over = midnight(last_day(self.day_of(at)) + DAY)
        in_time = later is not None and later < 72 * HOUR
        if later is not None:
            with time_machine.travel(at + later, tick=False):
                report = notice.grounds.get()
                report_accept(by=cast.intel, report=report, revision=report.revision)
                if in_time:
                    notice_confirm(by=cast.intel, notice=notice, asked=Asked())
                else:
                    with pytest.raises(ValidationError, match="nothing to confirm"):
                        notice_confirm(by=cast.intel, notice=notice, asked=Asked())
        self.ends_at(notice, at, over if in_time else at + 72 * HOUR)


# --- What members see, with no job run ----------------------------------------------------------


@pytest.mark.parametrize(
    ("served", "last"),
    [
        (dt.date(2027, 7, 1), dt.date(2028, 6, 30)),
        (dt.date(2028, 2, 29), dt.date(2029, 2, 28)),
        (dt.date(2027, 3, 29), dt.date(2028, 3, 28)),
        (dt.date(2027, 3, 27), dt.date(2028, 3, 26)),  # a last day of 23 hours
        (dt.date(2027, 10, 30), dt.date(2028, 10, 29)),  # and one of 25
    ],
    ids=str,
)
def test_members_see_it_to_midnight_in_london_and_no_longer(
    cast: Cast, client_of: Callable[..., Any], served: dt.date, last: dt.date
) -> None:
    over = midnight(last + DAY)
    with time_machine.travel(midnight(last) - 40 * DAY):
        subject = factories.published(cast.intel).subject
        ago = timezone.now() - moments(served, 23, 59)[0]
        notice = factories.served_notice(cast.intel, cast.staff, cast.shop, subject, ago=ago)
    assert notice.ends_on == last
    with time_machine.travel(over - 10 * dt.timedelta(minutes=1), tick=False):
        alert = factories.alert(cast.store, cast.shop, subject=subject)
    for at, shown in ((over - dt.timedelta(seconds=1), True), (over, False)):
        with time_machine.travel(at, tick=False):
            staff = client_of("staff")

            def page(path: str, staff: Client = staff) -> str:
                answer = staff.get(path)
                assert answer.status_code == 200, path
                return answer.content.decode()

            words = f"excluded until {last.day} {last:%b %Y}".lower()
            name = subject.name.lower()
            for path in ("/gallery/", f"/gallery/?q={name}", f"/gallery/{subject.ref}/",
                         "/alerts/", f"/log/who/?q={name}"):  # fmt: skip
                assert (words in page(path).lower()) is shown, path
            assert (notice.ref in page(f"/gallery/{subject.ref}/")) is shown
            assert (subject.ref in page("/exclusions/")) is shown
            assert (subject.ref in page("/gallery/?show=excluded")) is shown
            assert ("alert-banned" in page("/alerts/")) is shown
            assert ("data-excluded" in page(f"/log/who/?q={name}")) is shown
            hint = page(f"/log/?who={subject.ref}")
            assert ("<div data-breach hidden>" in hint) is not shown
            answer = staff.get(f"/exclusions/{notice.ref}/")
            assert answer.status_code == (200 if shown else 404)
            sent = factories.report(
                cast.other, cast.pub, people=[PersonInput(subject=subject)], occurred_at=at
            )
            assert breaches().filter(report=sent).exists() is shown
            assert alert.expires_at > at  # it is the notice that ended
    notice.refresh_from_db()
    assert notice.expiry_recorded_at is None


# --- Many at once -------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_twenty_who_serve_one_person_in_every_way_serve_one_notice() -> None:
    """On a real database: raised and served, or served on the spot, and revoked in between."""
    cast = make_cast()
    subject = factories.subject(cast.intel, photo=False)
    incident = factories.accepted_incident(cast.intel, cast.staff, cast.shop, subject)
    arrest = factories.report(
        cast.store, cast.shop, type=factories.incident_type(), outcome="arrested",
        people=[PersonInput(named_as="Kev")],
    )  # fmt: skip
    arrest.people.update(subject=subject)
    numbers = iter(numbers_issue(by=cast.intel, member=cast.store.member, count=20))

    def serve() -> None:
        made = notice_raise(by=cast.intel, subject=subject, reports=[incident], reason="x")
        service = Service(timezone.now(), "in_person", "J. Patel")
        notice_record_service(by=cast.intel, notice=made, service=service)

    def on_the_spot() -> Callable[[], None]:
        number = next(numbers)

        def work() -> None:
            notice_serve_on_the_spot(
                by=cast.store,
                number=number,
                person=arrest.people.get(),
                spot=Spot("Kevin Marsh", dt.date(1989, 6, 4), "Arrested here."),
                service=Service(timezone.now(), "in_person", "J. Patel", cast.shop),
            )

        return work

    def revoke(notice: Notice) -> Callable[[], Notice]:
        return lambda: notice_revoke(by=cast.intel, notice=notice, reason="x")

    done = at_once(*[work for _ in range(10) for work in (serve, on_the_spot())])
    assert done.count(None) == 1
    held = Notice.objects.in_force().get()
    # Freed by a revocation among them, the day is taken by one at most.
    at_once(revoke(held), *[on_the_spot() for _ in range(9)], *[serve] * 10)
    assert Notice.objects.in_force().count() <= 1
    covered = ask(
        "SELECT count(*) FROM exclusions_notice a JOIN exclusions_notice b"
        " ON a.subject_id = b.subject_id AND a.id < b.id"
        " AND a.served_on <= b.ends_on AND b.served_on <= a.ends_on"
        " WHERE a.revoked_at IS NULL AND b.revoked_at IS NULL"
    )
    assert covered == [(0,)]
    assert Subject.objects.count() == 1
