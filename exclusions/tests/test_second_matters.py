"""A second matter within a warning suggests a notice; the protocol, merging, what it rests on."""

import datetime as dt
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from django.utils import timezone

from audit.models import Event
from common import dates
from exclusions.merging import merge_undo, subjects_merge
from exclusions.models import ExclusionPolicy, MatterLetGo, WarningLetter
from exclusions.policy import policy_change, threshold_met
from exclusions.services import (
    matters_let_go,
    notice_raise,
    notice_revoke,
    warning_give,
    warning_raise,
    warning_withdraw,
)
from exclusions.warnings import matters_of
from incidents.models import Involvement
from incidents.services import PersonInput, involvement_link, report_accept, step_undo
from offenders.models import Subject
from tests import factories
from tests.cast import Cast, make_cast
from tests.pdfs import text_of
from tests.races import at_once

from .warned import giving, incident

DAY, HOUR, MINUTE = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(minutes=1)


# --- A second matter ------------------------------------------------------------------------


def suggested(*letters: WarningLetter) -> bool:
    return set(WarningLetter.objects.suggesting()) == set(letters)


def test_a_second_matter_is_suggested_once_it_is_accepted(
    cast: Cast, client_of, running: WarningLetter
) -> None:
    person, intel = running.subject, client_of("intel")
    seen = [PersonInput(subject=person)]
    sighting = factories.report(cast.staff, cast.shop, people=seen)
    report_accept(by=cast.intel, report=sighting, revision=1)
    incident(cast, person, occurred_at=running.given_at - HOUR)
    assert suggested()  # a sighting, and something before the warning
    report = factories.report(
        cast.staff, cast.shop, type=factories.incident_type(), people=seen, outcome="left"
    )
    assert suggested()
    report_accept(by=cast.intel, report=report, revision=1)
    assert suggested(running)
    assert [each.ref for each in matters_of([running])[running.pk]] == [report.ref]
    queue = intel.get("/queue/")
    words = "second matter after a warning"
    assert words in queue.text
    assert [tile.number for tile in queue.context["tiles"] if tile.one == words] == [1]
    for path in (f"/subjects/{person.ref}/", f"/warnings/{running.ref}/"):
        page = intel.get(path).text
        assert "A second matter suggests a notice" in page
        assert f"/subjects/{person.ref}/exclude/?cite={report.pk}" in page
        assert sighting.ref not in page.partition("second-matter")[2].partition("</ul>")[0]
    raising = intel.get(f"/subjects/{person.ref}/exclude/?cite={report.pk}")
    ticked = [box.data["value"].value for box in raising.context["form"]["grounds"]
              if box.data["selected"]]  # fmt: skip
    assert ticked == [report.pk]
    assert "One accepted incident since it was given is enough" in raising.text


def test_who_only_stood_by_did_nothing_again(cast: Cast, running: WarningLetter) -> None:
    second = incident(cast, running.subject)
    assert suggested(running)
    second.people.update(part=Involvement.Part.WITH_THEM)
    assert suggested()


def test_a_notice_settles_it(cast: Cast, running: WarningLetter) -> None:
    person = running.subject
    second = incident(cast, person)
    notice = notice_raise(by=cast.intel, subject=person, reports=[second], reason="Again.")
    assert suggested()
    notice_revoke(by=cast.intel, notice=notice, reason="A slip of the pen.")
    assert suggested(running)  # nobody was ever excluded for it: it is to be decided again
    notice = notice_raise(by=cast.intel, subject=person, reports=[second], reason="Again.")
    factories.serve(cast.intel, notice)
    notice.refresh_from_db()
    notice_revoke(by=cast.intel, notice=notice, reason="An appeal.")
    assert suggested()  # that matter was dealt with
    incident(cast, person)
    assert suggested(running)


def test_not_this_time_and_shown_again_for_another(
    cast: Cast, client_of, running: WarningLetter
) -> None:
    person, intel = running.subject, client_of("intel")
    late = factories.report(
        cast.staff, cast.shop, type=factories.incident_type(), outcome="left",
        people=[PersonInput(subject=person)], occurred_at=timezone.now() - 2 * DAY,
    )  # fmt: skip
    second = incident(cast, person)
    path = f"/warnings/{running.ref}/let-go/"
    refused = intel.post(path, {"matters": [second.pk], "reason": ""})
    assert refused.status_code == 422
    assert "Say why there is no notice this time." in refused.text
    report_accept(by=cast.intel, report=late, revision=1)  # while the page was open
    data = {"matters": [second.pk], "reason": "He paid for it."}
    assert "He paid for it." in intel.post(path, data, follow=True).text
    assert suggested(running)  # the other one was not on the page
    assert [each.ref for each in matters_of([running])[running.pk]] == [late.ref]
    matters_let_go(by=cast.intel, letter=running, reports=[late], reason="x")
    assert suggested()
    assert "decided meanwhile" in intel.post(path, data, follow=True).text
    third = incident(cast, person)
    assert suggested(running)
    with pytest.raises(ValidationError):
        matters_let_go(by=cast.intel, letter=running, reports=[third], reason=" ")
    with pytest.raises(Error), transaction.atomic():
        MatterLetGo.objects.update(reason="y")
    assert Event.objects.filter(action="exclusions.warning.let_go").count() == 2


def test_a_matter_of_its_last_day_may_be_accepted_later(cast: Cast, running: WarningLetter) -> None:
    last_moment = dates.london_midnight(running.ends_on + DAY) - MINUTE
    with time_machine.travel(last_moment + 3 * DAY, tick=False):
        incident(cast, running.subject, occurred_at=last_moment + 2 * MINUTE)
        assert suggested()  # the day after
        incident(cast, running.subject, occurred_at=last_moment)
        assert suggested(running)
    with time_machine.travel(last_moment + 32 * DAY, tick=False):
        assert suggested()


# --- The protocol ---------------------------------------------------------------------------


def test_one_matter_while_it_ran_is_enough(cast: Cast, running: WarningLetter) -> None:
    person, letters = running.subject, list(WarningLetter.objects.all())
    before = incident(cast, person, occurred_at=running.given_at - 200 * DAY)
    after = incident(cast, person)
    rule = ExclusionPolicy(arrests=0, serious=0, incidents=9, within_months=12)
    assert not threshold_met([before], rule, letters)
    assert not threshold_met([after], rule)
    assert threshold_met([after], rule, letters)
    assert not threshold_met([after], rule, [WarningLetter()])
    with pytest.raises(ValidationError, match=r"below the scheme.s threshold"):
        notice_raise(by=cast.intel, subject=person, reports=[before], reason="x")
    assert notice_raise(by=cast.intel, subject=person, reports=[after], reason="x")


def test_a_scheme_that_warns_first_says_so_and_blocks_nothing(cast: Cast, client_of) -> None:
    person = factories.subject(cast.intel, photo=False)
    ground = incident(cast, person, outcome="arrested")
    intel, path = client_of("intel"), f"/subjects/{person.ref}/exclude/"
    assert "The scheme warns first" not in intel.get(path).text
    form = intel.get("/exclusions/policy/").context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    data |= {"warn_first": "on", "reason": "The Board."}
    assert intel.post("/exclusions/policy/", data).status_code == 302
    first, second = ExclusionPolicy.objects.order_by("number")
    assert (first.warn_first, second.warn_first) == (False, True)
    assert "while a warning runs" not in first.threshold_words()
    assert second.threshold_words().endswith("or 1 accepted incident while a warning runs")
    page = intel.get(path).text
    assert "The scheme warns first" in page
    assert f"/subjects/{person.ref}/warn/" in page
    letter = warning_raise(by=cast.intel, subject=person, reports=[ground], reason="x")
    assert f"{letter.ref}</a> is not given yet" in intel.get(path).text
    warning_give(by=cast.intel, letter=letter, giving=giving())
    assert "The scheme warns first" not in intel.get(path).text
    assert notice_raise(by=cast.intel, subject=person, reports=[ground], reason="Serious.")


def test_a_letter_keeps_the_protocol_it_was_written_under(cast: Cast, client_of, letter) -> None:
    policy_change(by=cast.intel, number=1, fields={"privacy_words": "Other words."}, reason="x")
    words = text_of(client_of("intel").get(f"/warnings/{letter.ref}/letter.pdf").content)
    assert "Other words." not in words
    assert "Information Commissioner" in words


# --- Merging, and what a letter stands on ---------------------------------------------------


def merge(cast: Cast, kept: Subject, gone: Subject) -> Any:
    for each in (kept, gone):
        each.refresh_from_db()
    return subjects_merge(
        by=cast.intel,
        kept=kept,
        gone=gone,
        revisions=(kept.revision, gone.revision),
        fields={},
        reason="Same tattoo.",
    )


def test_a_merge_moves_it_and_takes_it_back(cast: Cast, client_of, running: WarningLetter) -> None:
    gone = running.subject
    kept = factories.subject(cast.intel, name="Anne Warned")
    incident(cast, kept)
    assert suggested()
    done = merge(cast, kept, gone)
    assert list(kept.warning_letters.all()) == [running]
    assert suggested(running)  # the two are one person, who did it again
    assert client_of("intel").get(f"/warnings/?q={gone.ref}").context["rows"][0][0] == running
    merge_undo(by=cast.intel, merge=done)
    assert list(gone.warning_letters.all()) == [running]
    assert suggested()


@pytest.mark.parametrize("make", [factories.given_warning, factories.raised_warning])
def test_two_that_clash_stand_in_the_way_of_a_merge(cast: Cast, client_of, make) -> None:
    kept, gone = (factories.subject(cast.intel, name=name) for name in ("Kim", "Kimm"))
    ago = dt.timedelta(seconds=1)  # of today, at any hour
    letters = [make(cast.intel, cast.staff, cast.shop, each, ago=ago) for each in (kept, gone)]
    page = client_of("intel").get(f"/subjects/{kept.ref}/merge/?with={gone.ref}").text
    with pytest.raises(ValidationError) as refused:
        merge(cast, kept, gone)
    for letter in letters:
        assert letter.ref in page
        assert letter.ref in str(refused.value)
    warning_withdraw(by=cast.intel, letter=letters[1], reason="A mistake.")
    merge(cast, kept, gone)
    assert kept.warning_letters.count() == 2


def test_a_report_it_rests_on_stays_as_decided(cast: Cast, client_of, letter) -> None:
    report = letter.grounds.get()
    report.refresh_from_db()
    step = report.steps.order_by("-pk")[0]
    undo = partial(step_undo, by=cast.intel, report=report, revision=report.revision, step=step)
    with pytest.raises(ValidationError, match="A warning letter cites this report"):
        undo()
    with pytest.raises(ValidationError, match=f"{letter.ref} cites this report"):
        involvement_link(
            by=cast.intel, report=report, revision=report.revision,
            involvement=report.people.get(), subject=None,
        )  # fmt: skip
    warning_withdraw(by=cast.intel, letter=letter, reason="A mistake.")
    assert undo().is_open


@pytest.mark.parametrize("make", [factories.given_warning, factories.served_notice])
def test_what_is_over_keeps_no_mistaken_identity_on_record(cast: Cast, person, make) -> None:
    paper = make(cast.intel, cast.staff, cast.shop, person, ago=dt.timedelta(days=400))
    report = paper.grounds.get()
    link = partial(
        involvement_link, by=cast.intel, report=report, revision=report.revision,
        involvement=report.people.get(), subject=None,
    )  # fmt: skip
    with time_machine.travel(timezone.now() - 100 * DAY), pytest.raises(ValidationError):
        link()
    assert not link().people.filter(subject=person).exists()


def test_decided_in_another_tab_meanwhile_it_says_so(cast: Cast, client_of, running) -> None:
    second, intel = incident(cast, running.subject), client_of("intel")
    path = f"/warnings/{running.ref}/let-go/"
    sent = {"matters": [second.pk], "reason": "Paid back."}
    assert "No notice this time" in intel.post(path, sent, follow=True).text
    again = intel.post(path, sent, follow=True)
    assert "it was decided meanwhile" in again.text
    page = intel.get(f"/subjects/{running.subject.ref}/").text
    assert "No notice this time" in page
    assert "Paid back." in page


@pytest.mark.django_db(transaction=True)
def test_deciding_and_raising_at_once_never_block_each_other() -> None:
    cast = make_cast()
    for number in range(6):
        name = f"Ann Warned {number}"
        person = factories.subject(cast.intel, name=name, photo=False)
        letter = factories.given_warning(cast.intel, cast.staff, cast.shop, person, ago=10 * DAY)
        second = incident(cast, person)
        ask = {"by": cast.intel, "reports": [second], "reason": "x"}
        at_once(
            partial(matters_let_go, letter=letter, **ask),
            partial(notice_raise, subject=person, **ask),
        )
        decided = letter.let_go.exists()
        raised = person.notices.exists()
        assert decided or raised
