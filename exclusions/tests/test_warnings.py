"""Warning letters: a clock of their own, nobody kept out, nobody else told."""

import datetime as dt
from functools import partial

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, Error, IntegrityError, transaction
from django.utils import timezone

from audit.models import Event
from common import dates
from exclusions.merging import merge_undo, subjects_merge
from exclusions.models import ExclusionPolicy, MatterLetGo, Notice, WarningLetter
from exclusions.policy import policy_kept, threshold_met
from exclusions.querysets import breaches
from exclusions.services import (
    Asked,
    notice_raise,
    notice_revoke,
    warning_give,
    warning_raise,
    warning_withdraw,
)
from exclusions.warning_letters import warning_print
from incidents.services import PersonInput
from offenders.models import Subject
from tests import factories
from tests.cast import Cast, make_cast
from tests.pdfs import HARD_NAMES, shows_name, text_of
from tests.races import at_once

from .warned import giving, incident

DAY, HOUR, MINUTE = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(minutes=1)
YOUNG = {
    "young_reason": "Three thefts in a month.",
    "young_guardian": "Mother, 3 May, by letter.",
    "young_safeguarding": "Children's services, 3 May: no objection.",
}
EVERYBODY_ELSE = ("staff", "store", "other", "otherstore", "police", "board", "admin")


# --- Written and given ----------------------------------------------------------------------


def test_written_printed_and_given_by_the_manager(cast: Cast, client_of, person: Subject) -> None:
    ground = incident(cast, person)
    intel = client_of("intel")
    path = f"/subjects/{person.ref}/warn/"
    refused = intel.post(path, {"reason": "Took a coat."})
    assert refused.status_code == 422
    assert "Took a coat." in refused.text  # what was typed is kept
    made = intel.post(path, {"grounds": [ground.pk], "reason": "Took a coat."}, follow=True)
    letter = WarningLetter.objects.get()
    assert made.redirect_chain == [(f"/warnings/{letter.ref}/", 302)]
    assert letter.ref == f"WRN-{dates.today().year}-0001"
    assert (letter.state, letter.printed_name) == ("to_give", "Ann Warned")
    assert list(letter.grounds.all()) == [ground]
    assert "A letter is still to be given" in intel.get(path).text
    assert "Warning letter written today, not yet given." in intel.get("/queue/").text
    assert "is not given yet" in intel.get(f"/subjects/{person.ref}/").text
    give = f"/warnings/{letter.ref}/give/"
    data = {"how": "custody", "given_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}"}
    assert intel.post(give, data | {"given_by": ""}).status_code == 422
    assert intel.post(give, data | {"given_by": "PC Cole"}).status_code == 302
    letter.refresh_from_db()
    assert (letter.state, letter.recorded_by) == ("running", cast.intel)
    assert letter.ends_on == dates.last_day_of_year_from(dates.today())
    assert "Nothing to record" in intel.get(give).text
    assert intel.post(give, data | {"given_by": "PC Cole"}).status_code == 422
    page = intel.get(f"/subjects/{person.ref}/").text
    assert "Warning given" in page
    assert f"Runs until {dates.short_date(letter.ends_on)}" in page
    done = Event.objects.filter(action__startswith="exclusions.warning.", is_read=False)
    assert [(row.action, row.record) for row in done.order_by("pk")] == [
        ("exclusions.warning.raised", letter.ref),
        ("exclusions.warning.given", letter.ref),
    ]


def test_it_cites_this_persons_accepted_incidents_only(cast: Cast, person: Subject) -> None:
    somebody = factories.subject(cast.intel, name="Somebody Else")
    waiting = factories.report(
        cast.staff,
        cast.shop,
        type=factories.incident_type(),
        people=[PersonInput(subject=person)],
    )
    for reports in ([], [incident(cast, somebody)], [waiting]):
        with pytest.raises(ValidationError):
            warning_raise(by=cast.intel, subject=person, reports=reports, reason="x")
    with pytest.raises(ValidationError):
        warning_raise(by=cast.intel, subject=person, reports=[incident(cast, person)], reason=" ")
    assert not WarningLetter.objects.exists()


@pytest.mark.parametrize(
    ("moment", "words"),
    [(HOUR, "future"), (-3 * DAY, "before the letter was written")],
)
def test_a_moment_that_cannot_be_is_refused(cast: Cast, letter, moment, words) -> None:
    with pytest.raises(ValidationError, match=words):
        warning_give(by=cast.intel, letter=letter, giving=giving(timezone.now() + moment))
    for fields in ({"how": "by owl"}, {"how": ""}, {"given_by": " "}):
        with pytest.raises(ValidationError):
            warning_give(by=cast.intel, letter=letter, giving=giving(**fields))
    letter.refresh_from_db()
    assert letter.state == "to_give"


def test_given_in_the_minute_it_was_written(cast: Cast, letter: WarningLetter) -> None:
    minute = letter.raised_at.replace(second=0, microsecond=0)
    given = warning_give(by=cast.intel, letter=letter, giving=giving(minute))
    assert given.given_at == letter.raised_at


def test_a_child_needs_what_a_notice_needs(cast: Cast, client_of) -> None:
    born = dates.add_months(dates.today(), -12 * 15)
    child = factories.subject(cast.intel, name="A Bee", date_of_birth=born)
    ground = incident(cast, child)
    path, data = f"/subjects/{child.ref}/warn/", {"grounds": [ground.pk], "reason": "x"}
    page = client_of("intel").post(path, data)
    assert page.status_code == 422
    assert page.text.count("This is needed for them.") >= 3
    for missing in YOUNG:
        with pytest.raises(ValidationError) as refused:
            warning_raise(
                by=cast.intel, subject=child, reports=[ground], reason="x",
                asked=Asked(**YOUNG | {missing: " "}),
            )  # fmt: skip
        assert list(refused.value.error_dict) == [missing]
    assert client_of("intel").post(path, data | YOUNG).status_code == 302
    assert WarningLetter.objects.get().young_guardian == YOUNG["young_guardian"]


def test_found_out_since_to_be_a_child_it_is_not_given(cast: Cast, letter: WarningLetter) -> None:
    born = dates.add_months(dates.today(), -12 * 15)
    Subject.objects.filter(pk=letter.subject_id).update(date_of_birth=born)
    with pytest.raises(ValidationError, match="under 18 or may be"):
        warning_give(by=cast.intel, letter=letter, giving=giving())


# --- The clock ------------------------------------------------------------------------------

LONDON_TIMES = [
    ("2028-02-29 12:00", "2028-02-29", "2029-02-28"),
    ("2027-03-01 00:00", "2027-03-01", "2028-02-29"),
    ("2026-03-28 23:59", "2026-03-28", "2027-03-27"),
    ("2026-03-29 00:30", "2026-03-29", "2027-03-28"),  # summer time begins at one
    ("2026-07-01 00:30", "2026-07-01", "2027-06-30"),  # in UTC it is the day before
    ("2026-10-25 00:30", "2026-10-25", "2027-10-24"),  # summer time ends at two
    ("2026-10-25 23:59", "2026-10-25", "2027-10-24"),
]


@pytest.mark.parametrize(("given", "first", "last"), LONDON_TIMES)
def test_twelve_calendar_months_of_london(cast: Cast, given: str, first: str, last: str) -> None:
    moment = dt.datetime.fromisoformat(given).replace(tzinfo=dates.LONDON)
    person = factories.subject(cast.intel, photo=False)
    ground = incident(cast, person)
    with time_machine.travel(moment, tick=False):
        letter = warning_raise(by=cast.intel, subject=person, reports=[ground], reason="x")
        letter = warning_give(by=cast.intel, letter=letter, giving=giving())
    letter.refresh_from_db()
    assert (str(letter.given_on), str(letter.ends_on)) == (first, last)
    end = dates.london_midnight(letter.ends_on + DAY)
    for at, runs in ((end - MINUTE, True), (end, False), (moment, True), (moment - DAY, False)):
        with time_machine.travel(at, tick=False):  # nothing ran meanwhile
            assert WarningLetter.objects.running().exists() is runs
            assert letter.runs_on() is runs
    before, after = end - dt.timedelta(microseconds=1), moment + dt.timedelta(microseconds=1)
    said = [letter.covers(at) for at in (moment, after, before, end)]
    assert said == [False, True, True, False]
    too_long: dt.date = letter.ends_on + DAY
    with pytest.raises(IntegrityError, match="twelve_months"), transaction.atomic():
        WarningLetter.objects.create(
            ref="WRN-X", subject=factories.subject(cast.intel, photo=False), reason="x",
            policy=letter.policy, printed_name="x", raised_at=moment, authorised_by=cast.intel,
            given_at=moment, ends_on=too_long, given_how="post", given_by="x",
            recorded_at=moment, recorded_by=cast.intel,
        )  # fmt: skip


# --- What the database refuses --------------------------------------------------------------


def test_impossible_states_are_refused(running: WarningLetter, sql) -> None:
    for change in (
        "ends_on = ends_on + 1", "ends_on = ends_on - 1", "given_by = ''", "ends_on = NULL",
        "given_at = NULL", "given_how = ''", "given_at = given_at - interval '1 day'",
        "recorded_at = NULL", "recorded_by_id = NULL",
        "recorded_at = given_at - interval '1 minute'", "withdrawn_at = now()",
        "withdrawn_reason = 'x'", "reason = 'x'", "printed_name = 'x'", "ref = 'WRN-1999-0001'",
        "raised_at = raised_at - interval '1 day'", "policy_id = NULL", "young_guardian = 'x'",
        "authorised_by_id = authorised_by_id + 1",
    ):  # fmt: skip
        with pytest.raises(Error), transaction.atomic():
            sql(f"UPDATE exclusions_warningletter SET {change} WHERE id = {running.pk}")
    with pytest.raises(Error), transaction.atomic():
        sql("UPDATE exclusions_warningground SET report_id = report_id")


def test_what_was_withdrawn_stays_so(cast: Cast, letter: WarningLetter, sql) -> None:
    with pytest.raises(ValidationError, match="reason"):
        warning_withdraw(by=cast.intel, letter=letter, reason=" ")
    warning_withdraw(by=cast.intel, letter=letter, reason="The wrong person.")
    for refused in (
        partial(warning_withdraw, by=cast.intel, letter=letter, reason="Again"),
        partial(warning_give, by=cast.intel, letter=letter, giving=giving()),
    ):
        with pytest.raises(ValidationError, match="already"):
            refused()
    for change in ("withdrawn_reason = 'x'", "withdrawn_at = now()", "withdrawn_at = NULL"):
        with pytest.raises(Error), transaction.atomic():
            sql(f"UPDATE exclusions_warningletter SET {change} WHERE id = {letter.pk}")


def test_one_at_a_time(cast: Cast, person: Subject, letter: WarningLetter) -> None:
    grounds = list(letter.grounds.all())
    write = partial(warning_raise, by=cast.intel, subject=person, reports=grounds, reason="x")
    with pytest.raises(ValidationError, match="still to be"):
        write()
    given = warning_give(by=cast.intel, letter=letter, giving=giving())
    with pytest.raises(ValidationError, match="suggests a notice"):
        write()
    warning_withdraw(by=cast.intel, letter=given, reason="A mistake.")
    again = warning_give(by=cast.intel, letter=write(), giving=giving())
    assert list(WarningLetter.objects.running()) == [again]  # the same day is free at once
    last = again.ends_on
    with time_machine.travel(dates.london_midnight(last + DAY), tick=False):
        third = warning_give(by=cast.intel, letter=write(), giving=giving())
        assert third.given_on is None or third.runs_on()  # the day after the last one is free
        assert list(WarningLetter.objects.running()) == [third]


def row_of(cast: Cast, subject: Subject, policy: ExclusionPolicy, number: int) -> WarningLetter:
    now = timezone.now()
    return WarningLetter(
        ref=f"WRN-2026-9{number:03}", subject=subject, reason="x", policy=policy,
        printed_name="x", raised_at=now, authorised_by=cast.intel, given_at=now,
        ends_on=dates.last_day_of_year_from(dates.london_date(now)), given_how="post",
        given_by="x", recorded_at=now, recorded_by=cast.intel,
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_cannot_warn_one_person_twice() -> None:
    cast = make_cast()
    person = factories.subject(cast.intel, photo=False)
    ground = incident(cast, person)

    def work() -> None:
        letter = warning_raise(by=cast.intel, subject=person, reports=[ground], reason="x")
        warning_give(by=cast.intel, letter=letter, giving=giving())

    refused = at_once(*[work] * 10)
    assert refused.count(None) == 1
    assert WarningLetter.objects.get().state == "running"


@pytest.mark.django_db(transaction=True)
def test_without_the_services_the_database_refuses_ten_at_once() -> None:
    cast = make_cast()
    person = factories.subject(cast.intel, photo=False)
    policy = policy_kept()
    refused: list[str] = []

    def write(number: int) -> None:
        try:
            row_of(cast, person, policy, number).save()
        except DatabaseError as error:  # a constraint, or the deadlock that it resolves
            refused.append(str(error))

    at_once(*[partial(write, number) for number in range(10)])
    assert WarningLetter.objects.count() == 1
    assert len(refused) == 9
    rule = "warning_one_at_a_time"
    assert all(rule in words or "deadlock" in words for words in refused), refused
    write(10)  # all nine may have been deadlocks; alone there is none
    assert rule in refused[-1]


# --- Who sees it ----------------------------------------------------------------------------


def test_nobody_else_sees_any_of_it(cast: Cast, client_of, running: WarningLetter) -> None:
    person = running.subject
    incident(cast, person)
    for who in EVERYBODY_ELSE:
        client = client_of(who)
        for path in ("", f"{running.ref}/", f"{running.ref}/letter.pdf", f"{running.ref}/give/",
                     f"{running.ref}/withdraw/"):  # fmt: skip
            assert client.get(f"/warnings/{path}").status_code == 404, (who, path)
        assert client.get(f"/subjects/{person.ref}/warn/").status_code == 404
        assert client.post(f"/warnings/{running.ref}/let-go/", {"reason": "x"}).status_code == 404
        assert not WarningLetter.objects.visible_to(cast.users[who]).exists()
    for who in ("staff", "store", "other", "police"):
        client = client_of(who)
        for path in (f"/gallery/{person.ref}/", "/gallery/", "/exclusions/", "/exclusions/?q=ann",
                     f"/log/?who={person.ref}", "/reports/"):  # fmt: skip
            page = client.get(path).text
            for words in (running.ref, "EXCLUDED until", "warned", "arning letter", "Took a coat"):
                assert words not in page.replace("Ann Warned", ""), (who, path, words)
    assert not MatterLetGo.objects.exists()


def test_who_is_excluded_already_is_said_to_be(cast: Cast, client_of, person: Subject) -> None:
    path = f"/subjects/{person.ref}/warn/"
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, person)
    page = client_of("intel").get(path).text
    assert "A notice stands already" in page
    assert f'href="/exclusions/{notice.ref}/"' in page
    assert "Write one" not in client_of("intel").get(f"/subjects/{person.ref}/").text
    notice_revoke(by=cast.intel, notice=notice, reason="x")
    assert "A notice stands already" not in client_of("intel").get(path).text
    assert "Write one" in client_of("intel").get(f"/subjects/{person.ref}/").text


def test_it_keeps_nobody_out(cast: Cast, running: WarningLetter) -> None:
    factories.report(cast.other, cast.pub, people=[PersonInput(subject=running.subject)])
    assert not breaches().exists()
    assert not Notice.objects.in_force().exists()


# --- The list and the page ------------------------------------------------------------------


def test_the_list_is_searched_and_narrowed(cast: Cast, client_of, running: WarningLetter) -> None:
    bee = factories.subject(cast.intel, name="Bo Beekeeper", photo=False)
    waits = factories.raised_warning(cast.intel, cast.staff, cast.shop, bee)
    old = factories.given_warning(
        cast.intel, cast.staff, cast.shop, factories.subject(cast.intel, name="Cy Old"),
        ago=400 * DAY,
    )  # fmt: skip
    intel = client_of("intel")

    def listed(query: str) -> set[str]:
        return {letter.ref for letter, _, _ in intel.get(f"/warnings/?{query}").context["rows"]}

    assert listed("") == {running.ref}
    assert listed("show=to_give") == {waits.ref}
    assert listed("show=over") == {old.ref}
    assert listed("show=all") == {running.ref, waits.ref, old.ref}
    assert listed("show=all&q=beekeper") == {waits.ref}  # misspelt
    assert listed(f"show=all&q={running.subject.ref}") == {running.ref}
    assert listed(f"show=all&q={old.ref.lower()}") == {old.ref}
    assert "No letter found" in intel.get("/warnings/?q=nobody+at+all").text
    warning_withdraw(by=cast.intel, letter=running, reason="x")
    assert listed("show=over") == {old.ref, running.ref}
    assert "No warning runs" in intel.get("/warnings/").text
    assert intel.get(f"/warnings/{running.ref.lower()}/").status_code == 200


def test_withdrawn_it_counts_for_nothing(cast: Cast, client_of, running: WarningLetter) -> None:
    second = incident(cast, running.subject)
    assert WarningLetter.objects.suggesting().exists()
    intel, path = client_of("intel"), f"/warnings/{running.ref}/withdraw/"
    assert intel.post(path, {"reason": ""}).status_code == 422
    page = intel.post(path, {"reason": "It was his brother."}, follow=True).text
    assert "It was his brother." in page
    assert not WarningLetter.objects.suggesting().exists()
    assert not WarningLetter.objects.running().exists()
    assert WarningLetter.objects.running(on=dates.today() - DAY).exists()  # it did run then
    assert not threshold_met([second], warnings=WarningLetter.objects.all())
    assert intel.post(path, {"reason": "x"}).status_code == 422
    assert "Nothing to withdraw" in intel.get(path).text


# --- On paper -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HARD_NAMES)
def test_the_letter_is_read_back(cast: Cast, client_of, name: str) -> None:
    person = factories.subject(cast.intel, name=name, photo=False)
    letter = factories.raised_warning(cast.intel, cast.staff, cast.shop, person)
    answer = client_of("intel").get(f"/warnings/{letter.ref}/letter.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    words = text_of(answer.content)
    assert shows_name(words, name)
    assert "It runs from the day it is given to you, for twelve calendar months" in words
    assert "Received by" in words
    warning_give(by=cast.intel, letter=letter, giving=giving())
    letter.refresh_from_db()
    words = text_of(client_of("intel").get(f"/warnings/{letter.ref}/letter.pdf").content)
    ground = letter.grounds.get()
    for part in (
        letter.ref, "Took a coat.", ground.ref, "Marlowe, The Orchards",
        f"Up to and including {dates.short_date(letter.ends_on)}", "in person, by J. Patel",
        "You may still enter", "One more incident is enough", "wrong or unfair",
        "Information Commissioner",
    ):  # fmt: skip
        assert part in words, part
    assert "Received by" not in words
    printed = Event.objects.filter(action="exclusions.warning.printed")
    assert [row.subjects for row in printed] == [[person.ref]] * 2
    warning_withdraw(by=cast.intel, letter=letter, reason="x")
    words = text_of(client_of("intel").get(f"/warnings/{letter.ref}/letter.pdf").content)
    assert "It counts for nothing" in words


# --- A letter and the truth -----------------------------------------------------------------


def test_none_is_written_or_given_beside_a_notice(cast: Cast, client_of, letter) -> None:
    """The letter says that the person may still enter."""
    person, report = letter.subject, letter.grounds.get()
    notice = notice_raise(by=cast.intel, subject=person, reports=[report], reason="Worse.",
                          below_threshold_reason="A knife.")  # fmt: skip
    for state in ("is to be served", "is in force"):
        with pytest.raises(ValidationError, match=f"{notice.ref} {state}. Withdraw this letter"):
            warning_give(by=cast.intel, letter=letter, giving=giving())
        page = client_of("intel").get(f"/warnings/{letter.ref}/").text
        assert "It can’t be given" in page
        assert "It was given" not in page
        if not notice.is_served:
            notice = factories.serve(cast.intel, notice)
    warning_withdraw(by=cast.intel, letter=letter, reason="A notice instead.")
    with pytest.raises(ValidationError, match="A warning comes before a notice"):
        warning_raise(by=cast.intel, subject=person, reports=[report], reason="x")
    notice_revoke(by=cast.intel, notice=notice, reason="x")
    assert warning_raise(by=cast.intel, subject=person, reports=[report], reason="x").ref


def test_a_letter_has_a_name_on_it(cast: Cast) -> None:
    stranger = factories.subject(cast.intel, name="", status="id_sought", photo=False)
    report = incident(cast, stranger)
    for write in (warning_raise, notice_raise):
        with pytest.raises(ValidationError, match="has no name yet"):
            write(by=cast.intel, subject=stranger, reports=[report], reason="x")


def test_what_is_not_theirs_any_more_is_not_given(cast: Cast, person: Subject) -> None:
    """Written of a merged record, given after the merge was taken back."""
    other = factories.subject(cast.intel, name="Bo Other", photo=False)
    report = incident(cast, other)
    revisions = person.revision, other.revision
    merge = subjects_merge(
        by=cast.intel, kept=person, gone=other, revisions=revisions, fields={}, reason="Same."
    )
    letter = warning_raise(by=cast.intel, subject=person, reports=[report], reason="x")
    merge_undo(by=cast.intel, merge=merge)
    letter.refresh_from_db()
    with pytest.raises(ValidationError, match=f"{report.ref} is no accepted incident of"):
        warning_give(by=cast.intel, letter=letter, giving=giving())


@pytest.mark.parametrize(("state", "there", "gone"), [
    ("to_give", ["One more incident is", "How it was given"], ["Up to and including"]),
    ("running", ["One more incident is", "Up to and including"], ["How it was given"]),
    ("over", ["This warning has ended"], ["One more incident is"]),
    ("withdrawn", ["This warning was withdrawn"], ["One more incident is", "Up to and including"]),
])  # fmt: skip
def test_the_paper_says_what_holds(cast: Cast, person, settings, state, there, gone) -> None:
    settings.DTAC_CONTACT_ADDRESS = "PO Box 7, Dartford"
    ago = dt.timedelta(days=400 if state == "over" else 3)
    make = factories.raised_warning if state == "to_give" else factories.given_warning
    letter = make(cast.intel, cast.staff, cast.shop, person, ago=ago)
    if state == "withdrawn":
        letter = warning_withdraw(by=cast.intel, letter=letter, reason="A mistake.")
    paper = " ".join(text_of(warning_print(by=cast.intel, letter=letter)).split())
    for words in (*there, "PO Box 7, Dartford", "seen by the scheme’s manager alone"):
        assert words in paper, words
    for words in (*gone, "this notice", "below"):
        assert words not in paper, words
