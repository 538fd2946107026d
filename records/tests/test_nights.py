"""Nights over the years: nothing kept past its day, nothing deleted early, nothing left behind."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis.extra.django import TestCase

from board.models import BulletinReach
from board.tallies import tallies_rebuild, tallies_refresh
from board.tests.raw import kept, raw, without_members
from common import dates
from exclusions.models import CaseFile
from exclusions.services import case_change, case_close, signed_copies_add
from incidents.models import Report
from incidents.services import PersonInput, report_accept
from incidents.tasks import attachment_variants_sweep
from offenders.models import Bulletin, Subject
from offenders.services import bulletin_queue, bulletin_send
from offenders.services.record import vehicle_add
from offenders.tasks import photo_variants_sweep
from records.models import DoomedFile, KeptFigure, RetentionRun, Tombstone
from records.retention import nightly
from records.retention.clocks import clocks_of
from records.retention.holds import hold_end, put_off
from records.retention.nightly import night_run
from records.retention.plan import plan
from records.tests.oracle import DAY, Said, report_keepers, said_of
from records.tests.story import NAMES, Story
from records.tests.test_clocks import BEGIN, Told, stories
from records.tests.walk import REGISTERS, orphans, says
from tests import factories
from tests.cast import Cast, make_cast


def wholes() -> dict[str, Said]:
    """Return what the oracle says today of each record, by reference."""
    rows = Subject.objects.filter(merged_into=None)
    return {subject.ref: said_of(subject, dates.today()) for subject in rows}


def one_night() -> RetentionRun:
    """Run a night and compare what it did with the oracle's word, and what it left with nothing."""
    today = dates.today()
    if earlier := RetentionRun.objects.filter(on=today).first():
        return earlier  # once a day
    before, told = wholes(), plan(today)
    shown = {line.ref for line in told if not line.kept}
    night = night_run()
    assert night.finished_at, list(night.items.values())
    assert not night.items.filter(state="failed").exists(), list(night.items.values())
    done = set(night.items.filter(state="deleted").values_list("ref", flat=True))
    assert done == shown
    for ref, said in before.items():
        is_due = said.due_on <= today and not said.is_blocked
        assert Subject.objects.filter(ref=ref).exists() != is_due, (ref, said)
        assert (ref in done) == is_due
    reports_are_right(today)
    cases_are_right(today)
    assert not DoomedFile.objects.exists()
    for stone in Tombstone.objects.filter(deleted_on=today, category="subject"):
        assert says(stone.ref, but=REGISTERS) == []
    return night


def reports_are_right(today: dt.date) -> None:
    """No report stays past its own day with nobody on it and nothing that rests on it."""
    for report in Report.objects.filter(duplicate_of=None):
        group = [report, *report.duplicates.all()]
        rests = any(
            each.cited_by.exists() or each.warned_by.exists() or each.case_incidents.exists()
            or each.breach_steps.exists()
            for each in group
        )  # fmt: skip
        if report_keepers(report.pk) or rests:
            continue
        days = []
        for each in group:
            refused = each.status == "rejected"
            start = each.reviewed_at if refused else each.occurred_at
            months = 6 if refused else 24
            days.append(dates.last_day_of_months_from(dates.london_date(start), months))
        assert max(days) >= today, report


def cases_are_right(today: dt.date) -> None:
    """No closed case file stays past its day, unless something keeps who it is about."""
    for case in CaseFile.objects.exclude(closed_at=None):
        last = dates.last_day_of_months_from(dates.london_date(case.closed_at), 24)
        assert last >= today or said_of(case.subject, today).is_blocked, case


def figures() -> Any:
    """Return the Board's counts, made anew; they are those of the records and of what is kept."""
    tallies_rebuild()
    held = without_members(kept())
    assert held == raw()
    return {key: row for key, row in held.items() if not key[1]}


class AnyStory(TestCase):
    """The stories of test_clocks, with nights on days of their own."""

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(stories("publish", "offend", "exclude", "night", "night", longest=18))
    def test_nights(self, steps: Told) -> None:
        with time_machine.travel(BEGIN, tick=False) as clock:
            story = Story(make_cast())
            for step, n, days in steps:
                clock.shift(days * DAY)
                if step == "night":
                    before = figures()
                    one_night()
                    assert figures() == before
                else:
                    story.do(step, n)
            for _ in range(3):
                clock.shift(500 * DAY)
                before = figures()
                one_night()
                assert figures() == before
            for name in NAMES:
                kept_names = Subject.objects.filter(name=name).exists()
                if not kept_names:
                    assert says(name.split()[-1]) == [], name


@pytest.fixture
def store(tmp_path: Path, settings: Any) -> Path:
    """A store and a ledger of this test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.DTAC_LEDGER = tmp_path / "deleted.jsonl"
    return Path(settings.MEDIA_ROOT)


def everything_about(cast: Cast) -> Subject:
    """Return a record with something of every kind that can hang on one."""
    intel = cast.intel
    version = factories.published(intel, name="Wilbur Okonjo", aliases=["Wibs Longname"])
    who = version.subject
    vehicle_add(by=intel, subject=who, registration="GK19 ABC", words="")
    notice = factories.served_notice(intel, cast.staff, cast.shop, who)
    signed_copies_add(by=intel, notice=notice, files=[factories.upload()])
    factories.decided_appeal(cast, notice)
    incident = notice.grounds.get()
    file = factories.case_file(intel, who, incident)
    factories.case_statement(cast, file)
    factories.evidence_pack(intel, file)
    case_close(by=intel, case=file, reason="Order made.")
    factories.alert(cast.staff, cast.shop)
    factories.intelligence(intel, subjects=[who], text=f"They say {who.name} sells razors.")
    other = factories.published(intel, name="Petra Lindqvist").subject
    people = [PersonInput(subject=who), PersonInput(subject=other)]
    factories.report(
        intel, cast.shop, type=factories.incident_type(), people=people,
        words=f"{who.name} (Wibs Longname) and Petra Lindqvist ran. Ask {who.ref} about it.",
        files=[factories.upload()],
    )  # fmt: skip
    sent = factories.bulletin(intel, version)
    bulletin_send(by=intel, bulletin=sent)
    bulletin_queue(bulletin_id=sent.pk)
    Subject.objects.filter(pk=other.pk).update(notes=f"Goes about with {who.ref}.")
    photo_variants_sweep()
    attachment_variants_sweep()
    return who


def test_everything_goes_and_the_figures_stay(cast: Cast, store: Path, client_of: Any) -> None:
    """Behaviours 30 and 31, and what others' records say of who is gone."""
    with time_machine.travel(BEGIN, tick=False) as clock:
        who = everything_about(cast)
        notice = who.notices.get()
        uuids = [str(photo.uuid) for photo in who.photos.all()]
        assert orphans() == []
        tallies_refresh()
        clock.shift(367 * DAY)  # the notice has ended, and the shared report is reviewed
        shared = Report.objects.get(people__subject=who, status="submitted")
        report_accept(by=cast.intel, report=shared, revision=shared.revision)
        clock.shift(10 * DAY)
        said = said_of(who, dates.today())
        clock.move_to(dates.london_midnight(said.due_on - DAY) + dt.timedelta(hours=2))
        assert one_night().items.filter(state="deleted", ref=who.ref).count() == 0
        before = figures()
        clock.shift(DAY)
        one_night()
        assert not Subject.objects.filter(ref=who.ref).exists()
        assert orphans() == []
        assert figures() == before
        assert says("Okonjo") == says("Wibs Longname") == []
        assert says(who.ref, but=REGISTERS) == []
        stone = Tombstone.objects.get(ref=who.ref)
        assert (stone.category, stone.kind, stone.deleted_on) == ("subject", "known", said.due_on)
        assert Tombstone.objects.filter(ref=notice.ref, category="notice").exists()
        assert KeptFigure.objects.filter(tombstone__ref=notice.ref, kind="served").exists()
        client = client_of("intel")
        for path in (
            f"/subjects/{who.ref}/", f"/gallery/{who.ref}/", f"/exclusions/{notice.ref}/",
            *(f"/photos/{uuid}/card/" for uuid in uuids),
        ):  # fmt: skip
            assert client.get(path).status_code == 404, path
        assert who.ref in client.get(f"/records/deleted/?q={who.ref}").content.decode()
        assert client.get("/subjects/?q=okonjo").context["page"].paginator.count == 0


def test_the_boards_page_says_the_same_before_and_after(
    cast: Cast, store: Path, client_of: Any
) -> None:
    """Every figure of every month; but how many there are now is how many there are now."""
    with time_machine.travel(BEGIN, tick=False) as clock:
        who = everything_about(cast)
        clock.shift(367 * DAY)
        clock.move_to(dates.london_midnight(said_of(who, dates.today()).due_on))
        years = "/board/figures.csv?period=any&from=2026-11-01&to=2027-12-31"
        said = []
        for _ in range(2):
            tallies_rebuild()
            said.append(set(client_of("board").get(years).content.decode().splitlines()))
            night_run()
        assert not Subject.objects.filter(pk=who.pk).exists()
        changed = {line for line in said[0] ^ said[1] if "As of" not in line}
        assert all("nown" in line or "ought" in line for line in changed), changed
        assert len(said[0]) > 20


def test_a_night_that_is_done_is_left_as_it_is(cast: Cast, store: Path) -> None:
    with time_machine.travel(BEGIN, tick=False) as clock:
        factories.subject(cast.intel, name="Soon Gone", photo=False)
        clock.shift(400 * DAY)
        first = night_run()
        assert first.items.filter(state="deleted").count() == 1
        factories.subject(cast.intel, name="Another", photo=False)
        second = night_run()
        assert (second.pk, second.finished_at) == (first.pk, first.finished_at)


def test_one_that_fails_keeps_no_other(cast: Cast, store: Path, monkeypatch: Any) -> None:
    with time_machine.travel(BEGIN, tick=False) as clock:
        rows = [factories.subject(cast.intel, name=f"Gone {n}x", photo=False) for n in range(3)]
        clock.shift(400 * DAY)
        real = nightly.subject_delete

        def breaks(key: int, *, on: dt.date) -> set[str]:
            if key == rows[1].pk:
                raise RuntimeError("Key (name)=(Gone 1x) is still there")
            return real(key, on=on)

        with monkeypatch.context() as patched:
            patched.setattr(nightly, "subject_delete", breaks)
            night = night_run()
        item = night.items.get(ref=rows[1].ref)
        assert (item.state, item.words) == ("failed", "An error (RuntimeError).")
        assert night.items.filter(state="deleted").count() == 2
        clock.shift(DAY)
        assert night_run().items.get().state == "deleted"


def test_a_night_costs_no_more_for_each_that_is_kept(
    cast: Cast, store: Path, django_assert_max_num_queries: Any
) -> None:
    """The list is two statements however many are on it."""
    with time_machine.travel(BEGIN, tick=False) as clock:
        for n in range(12):
            who = factories.subject(cast.intel, name=f"Kept {n}x", photo=False)
            factories.case_file(cast.intel, who)
        clock.shift(400 * DAY)
        CaseFile.objects.update(keeps_until=dates.today())
        with django_assert_max_num_queries(10):
            assert len(plan(dates.today())) == 12


def test_a_case_file_that_is_left_lying_is_no_hold_without_an_end(cast: Cast, store: Path) -> None:
    with time_machine.travel(BEGIN, tick=False) as clock:
        kept, left = (factories.subject(cast.intel, name=n, photo=False) for n in ("K", "L"))
        cases = [factories.case_file(cast.intel, who) for who in (kept, left)]
        clock.shift(300 * DAY)
        assert list(CaseFile.objects.forgotten()) == cases
        case_change(by=cast.intel, case=cases[0], revision=1, kind="cbo", words="The court sits.")
        assert list(CaseFile.objects.forgotten()) == [cases[1]]
        clock.shift(70 * DAY)
        night = one_night()
        assert {item.ref: item.state for item in night.items.all()} == {
            kept.ref: "skipped", left.ref: "deleted",
        }  # fmt: skip
        assert list(CaseFile.objects.all()) == [cases[0]]
        # Changed again and again it keeps them two years from its beginning, and no longer.
        for _ in range(4):
            clock.shift(150 * DAY)
            case = CaseFile.objects.get()
            case_change(
                by=cast.intel, case=case, revision=case.revision, kind="cbo", words="Not yet."
            )
        opened = dates.london_date(cases[0].made_at)
        assert CaseFile.objects.get().keeps_until == dates.add_months(opened, 24)


def test_late_activity_gives_a_grace_once(cast: Cast, store: Path) -> None:
    """Behaviour 32: never endless."""
    with time_machine.travel(BEGIN, tick=False) as clock:
        who = factories.published(cast.intel).subject
        factories.accepted_incident(cast.intel, cast.staff, cast.shop, who)
        due = clocks_of([who.pk])[who.pk].rule_due
        clock.move_to(dates.london_midnight(due - 5 * DAY))
        people = [PersonInput(subject=who)]
        factories.report(cast.intel, cast.shop, people=people)
        held = clocks_of([who.pk])[who.pk]
        assert (held.rule_due, held.due_on) == (due, due + 30 * DAY)
        clock.move_to(dates.london_midnight(due) + dt.timedelta(hours=3))
        item = night_run().items.get(ref=who.ref)
        assert (item.state, item.may_put_off) == ("skipped", True)
        assert [row.ref for row in nightly.put_off_asked()] == [who.ref]
        put_off(by=cast.intel, subject=who, until=due + 60 * DAY, words="Who was it?")
        assert not nightly.put_off_asked().exists()
        with pytest.raises(Exception, match="already"):
            put_off(by=cast.intel, subject=who, until=due + 80 * DAY, words="Still not known.")
        for days in range(0, 61, 10):
            clock.move_to(dates.london_midnight(due + days * DAY) + dt.timedelta(hours=3))
            factories.report(cast.intel, cast.shop, people=people)
            night_run()
            assert Subject.objects.filter(pk=who.pk).exists()
        clock.move_to(dates.london_midnight(due + 61 * DAY) + dt.timedelta(hours=3))
        night_run()
        assert not Subject.objects.filter(pk=who.pk).exists()


def test_intelligence_and_closed_cases_have_days_of_their_own(cast: Cast, store: Path) -> None:
    with time_machine.travel(BEGIN, tick=False) as clock:
        who = factories.published(cast.intel).subject
        factories.intelligence(cast.staff, subjects=[who])
        incident = factories.accepted_incident(cast.intel, cast.staff, cast.shop, who)
        file = factories.case_file(cast.intel, who, incident)
        factories.evidence_pack(cast.intel, file)
        case_close(by=cast.intel, case=file, reason="Order made.")
        clock.shift(366 * DAY)
        night = one_night()
        assert [item.ref[:3] for item in night.items.filter(state="deleted")] == ["INT"]
        factories.accepted_incident(cast.intel, cast.staff, cast.shop, who)
        clock.shift(366 * DAY)
        hold = factories.hold(cast.intel, who)
        assert one_night().items.get(ref=file.ref).words.startswith(f"{who.ref}: Held")
        hold_end(by=cast.intel, hold=hold, revision=1, reason="Settled.")
        clock.shift(DAY)
        one_night()
        assert not CaseFile.objects.exists()
        assert Subject.objects.filter(pk=who.pk).exists()
        assert orphans() == []
        assert Tombstone.objects.get(ref=file.ref).category == "case"


def test_an_old_bulletin_goes_and_whom_it_reached_stays(cast: Cast, store: Path) -> None:
    with time_machine.travel(BEGIN, tick=False) as clock:
        version = factories.published(cast.intel)
        sent = factories.bulletin(cast.intel, version)
        bulletin_send(by=cast.intel, bulletin=sent)
        bulletin_queue(bulletin_id=sent.pk)
        recipients = sent.deliveries.count()
        tallies_refresh()
        before = list(BulletinReach.objects.values_list("sent_on", "recipients", "readers"))
        clock.shift(366 * DAY)
        night = one_night()
        assert night.items.get(ref=sent.ref).state == "deleted"
        assert not Bulletin.objects.exists()
        tallies_rebuild()
        after = list(BulletinReach.objects.values_list("sent_on", "recipients", "readers"))
        assert after == before
        assert before[0][1] == recipients > 0
        assert says("Watch for these") == []
        assert Subject.objects.filter(pk=version.subject_id).exists()
