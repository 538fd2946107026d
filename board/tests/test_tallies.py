"""The counts are what the records say, whatever happened to these, in whatever order."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from audit.services import record
from board import tallies
from board.models import BulletinReach, Level, Stale, Tally
from board.recount.members import covered, membership
from board.tallies import as_of, tallies_rebuild, tallies_refresh
from board.tests.raw import COVERED, JOINED, kept, now, of_parts, raw, without_members
from common import dates
from exclusions.models import Notice, NoticeGround
from exclusions.services import notice_revoke
from incidents.models import Involvement, Report
from incidents.services import PersonInput, report_accept, report_merge, report_reject, step_undo
from members import actions
from members.equipment.services import Move, item_move
from members.models import (
    EquipmentHolding,
    ExclusionAuthority,
    Member,
    TrainingPlace,
)
from members.pipeline import NextStep, Step, member_step
from members.training.services import session_cancel
from offenders.actions import BULLETIN_VIEWED
from offenders.services import bulletin_queue, bulletin_send
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once

DAY = dt.timedelta(days=1)


def agree() -> None:
    """The counts kept are those of the records, and those that counting anew makes."""
    tallies_refresh()
    held = kept()
    assert without_members(held) == raw()
    members = Member.objects.counted()
    assert now(held, JOINED) == of_parts(members)
    radios = EquipmentHolding.objects.loans().filter(item__kind="RAD", member=OuterRef("pk"))
    assert now(held, COVERED) == of_parts(members.filter(Exists(radios)))
    tallies_rebuild()
    assert kept() == held


class Story:
    """What can happen in any order. Each step may be refused, as people's steps are."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        names = ("Kevin Marsh", "Paul Tate")
        self.subjects = [factories.subject(cast.intel, name=name, photo=False) for name in names]
        self.theft, self.asb = factories.incident_type(), factories.incident_type("begging")

    def do(self, step: str, n: int) -> None:
        """Take one step; `n` chooses of what and when."""
        try:
            with transaction.atomic():
                getattr(self, step)(n)
        except (ValidationError, PermissionDenied):
            pass

    def some(self, rows: Any, n: int) -> Any:
        found = list(rows.order_by("pk"))
        if not found:
            raise ValidationError("none")
        return found[n % len(found)]

    def send(self, n: int) -> None:
        by, site = ((self.cast.staff, self.cast.shop), (self.cast.other, self.cast.pub))[n % 2]
        person = (
            PersonInput(subject=self.subjects[n // 2 % 2]) if n % 3 else PersonInput(named_as="X")
        )
        factories.report(
            by, site, type=(None, self.theft, self.asb)[n % 3], people=[person],
            occurred_at=timezone.now() - dt.timedelta(hours=17 * n, minutes=1),
        )  # fmt: skip

    def accept(self, n: int) -> None:
        row = self.some(Report.objects.filter(status="submitted"), n)
        report_accept(by=self.cast.intel, report=row, revision=row.revision)

    def reject(self, n: int) -> None:
        row = self.some(Report.objects.filter(status="submitted"), n)
        report_reject(by=self.cast.intel, report=row, revision=row.revision, reason="No.")

    def merge(self, n: int) -> None:
        row = self.some(Report.objects.filter(status="submitted"), n)
        into = self.some(Report.objects.exclude(pk=row.pk), n // 3)
        report_merge(by=self.cast.intel, report=row, revision=row.revision, into=into)

    def undo(self, n: int) -> None:
        row = self.some(Report.objects.filter(steps__undone_at=None, steps__isnull=False), n)
        step = row.steps.filter(undone_at=None).order_by("-pk")[0]
        step_undo(by=self.cast.intel, report=row, revision=row.revision, step=step)

    def by_hand(self, n: int) -> None:
        rows = Report.objects.filter(pk=self.some(Report.objects, n).pk)
        row = rows.get()
        if n % 4 == 0:
            rows.update(occurred_at=row.occurred_at - 30 * DAY)
        elif n % 4 == 1:
            rows.update(area=self.cast.pub.area, value_stolen=n, value_recovered=n // 2)
        elif n % 4 == 2:
            Involvement.objects.filter(report=row).update(subject=self.subjects[n // 4 % 2])
        elif not row.cited_by.exists():
            row.steps.all().delete()
            Involvement.objects.filter(report=row).delete()
            rows.delete()

    def serve(self, n: int) -> None:
        who = self.subjects[n % 2]
        if Notice.objects.filter(subject=who, revoked_at=None).exists():
            raise ValidationError("one at a time")
        ago = dt.timedelta(days=n * 5)
        factories.served_notice(self.cast.intel, self.cast.staff, self.cast.shop, who, ago=ago)

    def revoke(self, n: int) -> None:
        notice_revoke(by=self.cast.intel, notice=self.some(Notice.objects, n), reason="x")

    def cite(self, n: int) -> None:
        notice = self.some(Notice.objects, n)
        reports = Report.objects.filter(kind="incident", status="accepted")
        free = reports.exclude(cited_by__notice=notice)
        NoticeGround.objects.create(notice=notice, report=self.some(free, n // 2))

    def appeal(self, n: int) -> None:
        notice = self.some(Notice.objects.filter(appeals=None), n)
        factories.decided_appeal(self.cast, notice, ("upheld", "refused")[n % 2])

    def sign_in(self, n: int) -> None:
        record(actions.SIGNED_IN, by=(self.cast.staff, self.cast.police, self.cast.intel)[n % 3])

    def move(self, n: int) -> None:
        member = (self.cast.staff.member, self.cast.other.member)[n % 2]
        sector = ("venue", "service")[n // 2 % 2]
        area = (self.cast.shop.area, self.cast.pub.area)[n // 4 % 2]
        Member.objects.filter(pk=member.pk).update(sector=sector, area=area)

    def step(self, n: int) -> None:
        row = Member.objects.get(pk=self.cast.other.member.pk)
        to, lost = ("active", "") if row.status != "active" else ("lapsed", "unpaid")
        taken = Step(to, dates.today() - n % 3 * DAY, lost=lost)
        member_step(
            by=self.cast.intel, member=row, revision=row.revision, step=taken, plan=NextStep()
        )

    def lend(self, n: int) -> None:
        member = (self.cast.staff.member, self.cast.other.member, self.cast.police.member)[n % 3]
        since = dates.today() - n * DAY
        factories.lent(self.cast.intel, member, kind=("RAD", "BWV", "CHG")[n // 3 % 3], since=since)

    def give_back(self, n: int) -> None:
        held = self.some(EquipmentHolding.objects.filter(until=None), n)
        item = held.item
        to, words = ("store", "") if n % 3 else ("lost", "In the river")
        on = max(held.since, dates.today() - n % 5 * DAY)
        moved = Move(to, on=on, words=words, condition="good" if n % 3 else "")
        item_move(by=self.cast.intel, item=item, revision=item.revision, move=moved)

    def train(self, n: int) -> None:
        user = (self.cast.staff, self.cast.other, self.cast.police)[n % 3]
        factories.certified(self.cast.intel, user, on=dates.today() - n * DAY)

    def fail(self, n: int) -> None:
        place = self.some(TrainingPlace.objects.filter(outcome="passed"), n)
        rows = TrainingPlace.objects.filter(pk=place.pk)
        rows.update(outcome="failed", certificate="", valid_until=None)

    def call_off(self, n: int) -> None:
        session = factories.training(self.cast.intel, on=dates.today() + (n % 3 - 1) * DAY)
        if n % 2:
            session_cancel(by=self.cast.intel, session=session)

    def authority(self, n: int) -> None:
        held = ExclusionAuthority.objects.filter(member=self.cast.shop.member)
        day, by, why = (
            (None, None, "") if n % 2 else (dates.today() - n * DAY, self.cast.intel, "x")
        )
        held.update(ended_on=day, ended_by=by, ended_reason=why)

    def count(self, n: int) -> None:
        tallies_refresh()


STEPS = [name for name in vars(Story) if name not in ("do", "some") and name[0] != "_"]


class AnyStory(TestCase):
    """Reports sent, accepted, merged, undone, deleted; notices served and ended; members moved."""

    @settings(max_examples=12, deadline=None)
    @given(
        st.lists(
            st.tuples(st.sampled_from(["send", "accept", "count", *STEPS]), st.integers(0, 60)),
            min_size=4,
            max_size=16,
        )
    )
    def test_counts_are_what_the_records_say(self, steps: list[tuple[str, int]]) -> None:
        story = Story(make_cast())
        tallies_refresh()
        for step, n in steps:
            story.do(step, n)
        agree()


def test_every_step_of_a_story_is_seen_by_itself(cast: Cast) -> None:
    """Each after a refresh, so that nothing else makes its day be counted again."""
    story = Story(cast)
    tallies_refresh()
    kinds: set[str] = set()
    for round_ in range(3):
        for name in ("send", "send", "accept", *STEPS):
            story.do(name, round_ * 7 + len(name))
            agree()
            kinds |= {key[0] for key in kept()}
    assert kinds >= {"incident", "served", "sign_in", "joined", "radio_back", "covered", "passed"}


def test_a_merge_from_months_ago_is_noticed(cast: Cast) -> None:
    long_ago = timezone.now() - 200 * DAY
    wanted = factories.subject(cast.intel, photo=False)
    old = factories.accepted_incident(
        cast.intel, cast.staff, cast.shop, wanted, occurred_at=long_ago
    )
    agree()
    Report.objects.filter(pk=old.pk).update(status="rejected")
    assert [(row.part, row.day) for row in Stale.objects.order_by("part")] == [
        ("breach", old.occurred_on),
        ("incident", old.occurred_on),
    ]
    tallies_refresh()
    assert not Tally.objects.filter(kind="incident").exists()
    assert not Stale.objects.exists()


def test_what_does_not_count_marks_nothing(cast: Cast) -> None:
    sent = factories.report(cast.staff, cast.shop)
    tallies_refresh()
    Report.objects.filter(pk=sent.pk).update(words="More words.", to_finish=True)
    assert not Stale.objects.exists()


def test_a_refresh_that_breaks_changes_nothing(cast: Cast, monkeypatch: Any) -> None:
    tallies_refresh()
    before, then = kept(), as_of()
    factories.accepted_incident(
        cast.intel, cast.staff, cast.shop, factories.subject(cast.intel, photo=False)
    )
    marks = Stale.objects.count()

    def broken(**_: Any) -> None:
        raise RuntimeError("the worker dies here")

    with monkeypatch.context() as patched:
        patched.setattr(tallies, "_snapshot", broken)
        with pytest.raises(RuntimeError):
            tallies_refresh()
    assert (kept(), as_of(), Stale.objects.count()) == (before, then, marks)
    agree()


def test_in_force_adds_up_on_every_day(cast: Cast) -> None:
    """Served less ended, up to a day, is what was in force as that day ended."""
    for number, days in enumerate((5, 40, 200, 364, 365, 366, 400)):
        who = factories.subject(cast.intel, name=f"Number {number}", photo=False)
        notice = factories.served_notice(cast.intel, cast.staff, cast.shop, who, ago=days * DAY)
        if number % 3 == 0:
            notice_revoke(by=cast.intel, notice=notice, reason="x") if not notice.is_over else None
    tallies_refresh()
    for back in (0, 1, 4, 5, 6, 39, 100, 199, 201, 363, 366):
        day = dates.today() - back * DAY
        rows = Tally.objects.filter(by=Tally.By.AREA, whole_month=False, day__lte=day)
        numbers = {
            kind: sum(rows.filter(kind=kind).values_list("number", flat=True))
            for kind in ("served", "expired", "stopped")
        }
        held = numbers["served"] - numbers["expired"] - numbers["stopped"]
        assert held == Notice.objects.in_force(on=day).count(), back


def test_levels_are_of_today(cast: Cast) -> None:
    factories.subject(cast.intel, name="Known", photo=False)
    kept_one = factories.subject(cast.intel, name="Double", photo=False)
    gone = factories.subject(cast.intel, name="Doubble", photo=False)
    type(gone).objects.filter(pk=gone.pk).update(merged_into=kept_one)
    type(cast.staff).objects.filter(pk=cast.staff.pk).update(last_login=timezone.now())
    for _ in range(2):
        tallies_refresh()
        rows = Level.objects.filter(day=dates.today())
        found = {
            measure: sum(rows.filter(measure=measure).values_list("value", flat=True))
            for measure in Level.Measure.values
        }
        # A record that became part of another is not a second offender.
        assert found == {"known": 2, "id_sought": 0, "access": 2, "using": 1}


def test_whom_a_bulletin_reached(cast: Cast) -> None:
    sent = factories.bulletin(cast.intel, factories.published(cast.intel))
    bulletin_send(by=cast.intel, bulletin=sent)
    bulletin_queue(bulletin_id=sent.pk)
    for by in (cast.staff, cast.staff, cast.police, cast.intel):
        record(BULLETIN_VIEWED, by=by, ref=sent.ref)
    tallies_refresh()
    row = BulletinReach.objects.get()
    assert (row.recipients, row.readers) == (sent.deliveries.count(), 2)


@pytest.mark.parametrize(
    ("status", "joined", "left", "steps", "expected"),
    [
        ("active", 100, None, [], [(True, 100)]),
        ("lapsed", 100, 20, [], [(True, 100), (False, 20)]),
        ("prospect", None, None, [], []),
        ("left", None, None, [(False, 5)], []),  # lost before it ever joined
        ("active", 50, None, [(True, 50)], [(True, 50)]),
        ("lapsed", 90, 10, [(False, 10)], [(True, 90), (False, 10)]),
        ("active", 90, None, [(False, 10), (True, 3)], [(True, 90), (False, 10), (True, 3)]),
        ("left", 90, 10, [(False, 10), (False, 4)], [(True, 90), (False, 10)]),
        ("active", 90, None, [(False, 10)], [(True, 90), (False, 10), (True, 10)]),
    ],
)
def test_when_a_business_was_a_member(
    status: str, joined: Any, left: Any, steps: Any, expected: Any
) -> None:
    def day(back: Any) -> Any:
        return None if back is None else dates.today() - back * DAY

    row = Member(status=status, joined_on=day(joined), left_on=day(left))
    got = membership(row, [(is_member, day(back)) for is_member, back in steps])
    assert got == [(is_member, day(back)) for is_member, back in expected]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20)), max_size=6),
    st.lists(st.integers(0, 40), max_size=5, unique=True),
)
def test_a_member_has_a_radio_on_exactly_its_days(
    loans: list[tuple[int, int]], moves: list[int]
) -> None:
    first = dt.date(2026, 3, 1)
    days = [first + n * DAY for n in range(60)]
    events = [(place % 2 == 0, first + n * DAY) for place, n in enumerate(sorted(moves))]
    radios = [(1, days[since]) for since, _ in loans] + [(-1, days[a + b]) for a, b in loans]
    found = covered(events, radios)
    assert [has_one for has_one, _ in found] == [n % 2 == 0 for n in range(len(found))]
    for day in days:
        is_member = len([1 for _, on in events if on <= day]) % 2 == 1
        has_radio = any(days[a] <= day < days[a + b] for a, b in loans)
        assert (len([1 for _, on in found if on <= day]) % 2 == 1) == (is_member and has_radio)


def test_a_session_to_come_counts_from_its_day(cast: Cast) -> None:
    """Nothing changes on that day: the day itself makes it be counted."""
    tomorrow = dates.today() + DAY
    factories.training(cast.intel, on=tomorrow)
    tallies_refresh()
    assert not Tally.objects.filter(kind="session").exists()
    with time_machine.travel(timezone.now() + DAY, tick=False):
        tallies_refresh()
        assert Tally.objects.filter(kind="session", whole_month=False).count() == 2


def test_the_command_counts_anew(cast: Cast, capsys: Any) -> None:
    tallies_refresh()
    Tally.objects.all().delete()
    call_command("board_rebuild")
    assert capsys.readouterr().out.startswith("Counted in")
    assert Tally.objects.filter(kind="joined").exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_count_once() -> None:
    cast = make_cast()
    wanted = factories.subject(cast.intel, photo=False)
    tallies_refresh()
    factories.accepted_incident(cast.intel, cast.staff, cast.shop, wanted)
    done: list[bool] = []
    at_once(*[lambda: done.append(tallies_refresh())] * 4)
    assert any(done)
    agree()


@pytest.mark.django_db(transaction=True)
def test_reports_meanwhile_are_counted_the_next_time(monkeypatch: Any) -> None:
    """What is committed after the marks were read, and before the count, is counted or marked."""
    cast = make_cast()
    wanted = factories.subject(cast.intel, photo=False)
    tallies_refresh()

    def accept() -> None:
        for _ in range(6):
            factories.accepted_incident(cast.intel, cast.staff, cast.shop, wanted)

    def refresh() -> None:
        for _ in range(12):
            tallies_refresh()

    at_once(accept, refresh, refresh)
    agree()
    assert (
        sum(
            Tally.objects.filter(by=Tally.By.AREA, kind="incident", whole_month=False).values_list(
                "number", flat=True
            )
        )
        == 6
    )
