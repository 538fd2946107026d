"""Both clocks: the one statement, for one and for all, says what the slow oracle says."""

import datetime as dt
import time
import uuid
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from common import dates
from exclusions.activity import shown_until
from exclusions.clock import shown_until_of
from incidents.models import Involvement, Report
from incidents.services import PersonInput, report_accept
from offenders.models import Subject
from offenders.publication import publication_problems
from records.models import RetentionRule
from records.retention.clocks import clocks_all, clocks_due, clocks_of
from records.retention.policy import Change, rule_change, rules_on
from records.tests.oracle import DAY, said_of
from records.tests.story import STEPS, Story
from tests import factories
from tests.cast import Cast, make_cast

BEGIN = dt.datetime(2026, 11, 26, 12, tzinfo=dt.UTC)
Told = list[tuple[str, int, int]]


def stories(*often: str, longest: int = 14) -> "st.SearchStrategy[Told]":
    """Steps, each with a number that chooses, and the days that pass before it."""
    return st.lists(
        st.tuples(
            st.sampled_from([*often, *STEPS]),
            st.integers(0, 40),
            st.sampled_from([0, 1, 6, 29, 31, 90, 180, 200, 364, 365, 366]),
        ),
        min_size=3,
        max_size=longest,
    )


def agree(on: dt.date) -> None:
    """The statement says of all, and of each, what the oracle says."""
    clocks = {clock.key: clock for clock in clocks_all(on)}
    wholes = list(Subject.objects.filter(merged_into=None))
    assert set(clocks) == {subject.pk for subject in wholes}
    for subject in wholes:
        said, clock = said_of(subject, on), clocks[subject.pk]
        assert (clock.kind, clock.seen_until, clock.rule_due, clock.due_on) == (
            said.kind, said.seen_until, said.rule_due, said.due_on,
        ), subject  # fmt: skip
        assert (clock.is_late, clock.is_blocked) == (said.is_late, said.is_blocked), subject
        assert clocks_of([subject.pk], on=on)[subject.pk] == clock
    due = {clock.key: clock for clock in clocks_due(on)}
    assert due == {key: clock for key, clock in clocks.items() if clock.rule_due <= on}
    until = shown_until_of()
    assert all(until[subject.pk] == shown_until(subject) for subject in wholes)


class AnyStory(TestCase):
    """Published, reported, excluded, warned, held, appealed, merged, in any order over years."""

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(stories("publish", "offend", "exclude", "warn"))
    def test_the_statement_says_what_the_oracle_says(self, steps: Told) -> None:
        with time_machine.travel(BEGIN, tick=False) as clock:
            story = Story(make_cast())
            for step, n, days in steps:
                clock.shift(days * DAY)
                story.do(step, n)
            for later in (0, 1, 30, 200, 500, 900):
                agree(dates.today() + later * DAY)


def test_every_step_of_a_story_can_be_taken(cast: Cast) -> None:
    """Else the stories prove less than they seem to."""
    done = set()
    with time_machine.travel(BEGIN, tick=False) as clock:
        story = Story(cast)
        for round_ in range(12):
            for name in ("publish", "offend", "exclude", "appeal", *STEPS):
                clock.shift(dt.timedelta(hours=5 + 7 * round_))
                if story.do(name, round_ * 5 + len(name)):
                    done.add(name)
    assert done >= set(STEPS) - {"later"}


@pytest.mark.django_db
def test_months_in_sql_are_months_in_python() -> None:
    days = [dt.date(2024, 1, 1) + n * DAY for n in range(0, 1500, 7)]
    days += [dt.date(2028, 2, 29), dt.date(2027, 1, 31), dt.date(2027, 8, 31), dt.date(2026, 3, 14)]
    asked = [(day, months) for day in days for months in (0, 1, 6, 12, 24, 36)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dtac_last_of_months(day, months)"
            " FROM unnest(%s::date[], %s::int[]) WITH ORDINALITY asked(day, months, n) ORDER BY n",
            [[day for day, _ in asked], [months for _, months in asked]],
        )
        found = [row[0] for row in cursor.fetchall()]
    expected = [
        dates.last_day_of_months_from(day, months) if months else day - DAY for day, months in asked
    ]
    assert found == expected


def test_twelve_months_and_twelve_more(cast: Cast) -> None:
    """Behaviour 28: gone from members twelve months after, deleted after a further set period."""
    with time_machine.travel(dt.datetime(2026, 3, 14, 15, tzinfo=dt.UTC), tick=False):
        version = factories.published(cast.intel)
        factories.accepted_incident(cast.intel, cast.staff, cast.shop, version.subject)
        clock = clocks_of([version.subject.pk])[version.subject.pk]
    assert clock.seen_until == dt.date(2027, 3, 13)
    assert clock.due_on == dt.date(2028, 3, 14)


def test_a_sighting_never_extends(cast: Cast) -> None:
    """Behaviour 29: by however many, accepted or not."""
    version = factories.published(cast.intel)
    factories.accepted_incident(cast.intel, cast.staff, cast.shop, version.subject)
    before = clocks_of([version.subject.pk])
    with time_machine.travel(timezone.now() + 200 * DAY, tick=False):
        for _ in range(3):
            people = [PersonInput(subject=version.subject)]
            seen = factories.report(cast.intel, cast.shop, people=people)
            report_accept(by=cast.intel, report=seen, revision=seen.revision)
        after = clocks_of([version.subject.pk], on=dates.today())
    key = version.subject.pk
    assert after[key].due_on == before[key].due_on
    assert after[key].seen_until == before[key].seen_until


def test_somebody_sought_has_a_shorter_clock(cast: Cast) -> None:
    """Behaviour 33."""
    sought = factories.published(
        cast.intel, status="id_sought", name="", date_of_birth=None, age_low=30, age_high=40
    )
    known = factories.published(cast.intel)
    for version in (sought, known):
        factories.accepted_incident(cast.intel, cast.staff, cast.shop, version.subject)
    clocks = clocks_of([sought.subject.pk, known.subject.pk])
    assert clocks[sought.subject.pk].due_on < clocks[known.subject.pk].due_on
    assert clocks[sought.subject.pk].seen_until < clocks[known.subject.pk].seen_until


def test_a_warning_lapses_and_its_record_goes(cast: Cast) -> None:
    """Behaviour 28: if nothing else holds them."""
    alone = factories.subject(cast.intel, name="Only Warned", photo=False)
    today = dt.timedelta(seconds=1)  # at any hour
    letter = factories.given_warning(cast.intel, cast.staff, cast.shop, alone, ago=today)
    clock = clocks_of([alone.pk])[alone.pk]
    assert (clock.kind, clock.due_on) == ("warned", letter.ends_on + DAY)
    factories.served_notice(cast.intel, cast.staff, cast.shop, alone)
    assert clocks_of([alone.pk])[alone.pk].due_on > letter.ends_on + 300 * DAY


def test_reopening_has_a_ceiling(cast: Cast) -> None:
    """Behaviour 32: a reason shows them longer, up to a day; another incident begins it anew."""
    with time_machine.travel(BEGIN, tick=False) as clock:
        who = factories.published(cast.intel).subject
        factories.accepted_incident(cast.intel, cast.staff, cast.shop, who)
        by_rule = shown_until(who)
        clock.shift(500 * DAY)
        last = dates.add_months(by_rule, 12)
        draft = {"until_by_rule": by_rule, "longer_because": "A trial is to come."}
        soon = {"review_on": dates.today() + 30 * DAY}
        late = factories.draft(who, expires_on=last + DAY, **draft, **soon)
        assert any("at most" in words for words in publication_problems(who, late))
        fine = factories.draft(who, expires_on=last, **draft, **soon)
        assert publication_problems(who, fine) == []
        factories.accepted_incident(cast.intel, cast.staff, cast.shop, who)
        assert shown_until(who) > last


def test_a_rule_holds_from_its_day(cast: Cast) -> None:
    version = factories.published(cast.intel)
    rule = rules_on()["known"]
    day = dates.today() + 10 * DAY
    fields = {name: getattr(rule, name) for name in (
        "more_months", "late_days", "grace_days", "extend_days", "why", "source",
    )}  # fmt: skip
    change = Change("known", 1, {**fields, "shown_months": 6}, day)
    rule_change(by=cast.intel, change=change)
    assert shown_until(version.subject) == dates.last_day_of_year_from(dates.today())
    with time_machine.travel(timezone.now() + 10 * DAY, tick=False):
        first = dates.london_date(version.published_at)
        assert shown_until(version.subject) == dates.last_day_of_months_from(first, 6)
    assert RetentionRule.objects.filter(kind="known").count() == 2


MANY = 14_000


def test_the_list_of_fourteen_thousand_is_quick(cast: Cast, capsys: Any) -> None:
    """With an accepted incident each, a tenth of them due: under two seconds, one statement."""
    people = factories.many_known(cast.intel, [f"Person {n}" for n in range(MANY)])
    theft, now = factories.incident_type(), timezone.now()
    sample = factories.report(cast.staff, cast.shop, type=theft)
    Report.objects.filter(pk=sample.pk).delete()
    reports = []
    for n in range(MANY):
        at = now - dt.timedelta(days=600 + n % 150)
        row = Report(
            ref=f"INC-2020-{n:05}", kind="incident", client_id=uuid.UUID(int=n), type=theft,
            member=cast.shop.member, premises=cast.shop, area=cast.shop.area, reporter=cast.staff,
            occurred_at=at, sent_at=at, status="accepted", reviewed_at=at, reviewed_by=cast.intel,
        )  # fmt: skip
        reports.append(row)
    made = Report.objects.bulk_create(reports, batch_size=2000)
    Involvement.objects.bulk_create(
        (
            Involvement(report=report, subject=subject, confidence="confirmed")
            for report, subject in zip(made, people, strict=True)
        ),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    began = time.monotonic()
    due = clocks_due(dates.today())
    took = time.monotonic() - began
    with capsys.disabled():
        print(f"\n{len(due)} of {MANY} due, listed in {took:.2f} s")  # noqa: T201
    assert 0 < len(due) < MANY
    assert took < 2
