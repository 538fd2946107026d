"""Intelligence: the source protected, code C kept back, only words of its own shared."""

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test import Client

from audit.models import Event
from audit.querysets import events_of_member
from common import dates
from incidents.models import IntelligenceReport
from incidents.services.intelligence import intelligence_share, intelligence_withdraw
from offenders.models import Subject
from offenders.services import profile_publish, profile_withdraw
from tests import factories
from tests.cast import Cast, make_cast


def give(client: Client, **fields: Any) -> Any:
    data = {"client_id": str(uuid.uuid4()), "text": "Seen casing the jewellers."} | fields
    return client.post("/intelligence/new/", data)


GRADE = {"source_evaluation": "2", "assessment": "B", "handling": "P"}


def grade(client: Client, row: IntelligenceReport, **fields: Any) -> Any:
    day = (dates.today() + dt.timedelta(days=90)).isoformat()
    data = {"revision": row.revision, "review_on": day, **GRADE} | fields
    return client.post(f"/intelligence/{row.ref}/grade/", data)


def share(client: Client, row: IntelligenceReport, **fields: Any) -> Any:
    day = (dates.today() + dt.timedelta(days=30)).isoformat()
    data = {
        "revision": row.revision,
        "text": "A group is looking at jewellers.",
        "audience": "all",
        "until": day,
    }
    return client.post(f"/intelligence/{row.ref}/share/", data | fields)


def test_from_the_shop_floor_to_everybody_without_its_source(cast: Cast, client_of) -> None:
    staff, intel, other = client_of("staff"), client_of("intel"), client_of("other")
    answer = give(staff, source_words="My cousin Pat")
    row = IntelligenceReport.objects.get()
    assert answer.url == f"/intelligence/{row.ref}/"
    assert row.ref.startswith("INT-")
    assert "My cousin Pat" in intel.get(f"/intelligence/{row.ref}/").content.decode()
    assert grade(intel, row).status_code == 302
    row.refresh_from_db()
    assert row.grade == "2B P"
    assert other.get(f"/intelligence/{row.ref}/").status_code == 404
    assert share(intel, row).status_code == 302
    page = other.get(f"/intelligence/{row.ref}/").content.decode()
    assert "A group is looking at jewellers." in page
    for secret in ("casing", "cousin", cast.staff.name, cast.staff.member.name):
        assert secret not in page
    assert "A group is looking" in other.get("/intelligence/").content.decode()


def test_the_source_is_protected_from_its_own_employer(cast: Cast, client_of) -> None:
    staff, store = client_of("staff"), client_of("store")
    give(staff, source_words="My cousin Pat")
    row = IntelligenceReport.objects.get()
    staff.get(f"/intelligence/{row.ref}/")
    assert store.get(f"/intelligence/{row.ref}/").status_code == 404
    assert row.ref not in store.get("/intelligence/?show=mine").content.decode()
    log = store.get("/me/log/?show=member").content.decode()
    assert "gave intelligence" not in log
    assert row.ref not in log
    assert "gave intelligence" in staff.get("/me/log/").content.decode()
    assert "gave intelligence" in client_of("intel").get("/me/log/?show=all").content.decode()


def test_code_c_needs_conditions_and_shows_them(cast: Cast, client_of, sql) -> None:
    row = factories.intelligence(cast.staff)
    intel = client_of("intel")
    refused = grade(intel, row, handling="C")
    assert refused.status_code == 422
    assert "Handling code C needs its conditions" in refused.content.decode()
    row.refresh_from_db()
    assert row.status == "submitted"
    with pytest.raises(IntegrityError):
        sql(f"UPDATE incidents_intelligencereport SET handling = 'C' WHERE id = {row.pk}")


def test_code_c_is_shared_with_its_conditions_on_top(cast: Cast, client_of) -> None:
    row = factories.intelligence(cast.staff)
    intel, other = client_of("intel"), client_of("other")
    grade(intel, row, handling="C", conditions="Managers only. Never on the radio.")
    row.refresh_from_db()
    assert other.get(f"/intelligence/{row.ref}/").status_code == 404  # graded is not shared
    share(intel, row)
    page = other.get(f"/intelligence/{row.ref}/").content.decode()
    assert "Managers only. Never on the radio." in page


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Staff Person says so", "points to the source"),
        ("Somebody at MARLOWE  chemist says so", "points to the source"),
        ("Heard at Marlowe, The Orchards", "points to the source"),
        ("Hidden Soul is planning it", "not published to these readers"),
        ("The one called Spud is planning it", "not published to these readers"),
    ],
)
def test_words_that_give_somebody_away_are_refused(cast: Cast, client_of, text, words) -> None:
    hidden = factories.subject(cast.intel, name="Hidden Soul", aliases=["Spud"])
    row = factories.intelligence(cast.staff)
    intel = client_of("intel")
    grade(intel, row, subjects=hidden.ref)
    row.refresh_from_db()
    answer = share(intel, row, text=text)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    row.refresh_from_db()
    assert row.shared_at is None


def test_a_name_shown_to_some_is_not_told_to_all(cast: Cast, client_of) -> None:
    version = factories.published(
        cast.intel, draft_audience="sectors", draft_audience_sectors=["licensed"]
    )
    row = factories.intelligence(cast.staff)
    intel = client_of("intel")
    grade(intel, row, subjects=version.subject.ref)
    row.refresh_from_db()
    words = {"text": "Kevin Marsh is planning it"}
    assert share(intel, row, **words).status_code == 422
    pubs = words | {"audience": "sectors", "audience_sectors": ["licensed"]}
    assert share(intel, row, **pubs).status_code == 302
    page = client_of("other").get(f"/intelligence/{row.ref}/").content.decode()
    assert version.subject.ref in page
    profile_withdraw(by=cast.intel, subject=version.subject, reason="x")
    page = client_of("other").get(f"/intelligence/{row.ref}/").content.decode()
    assert version.subject.ref not in page


def test_what_is_shared_ends_for_whom_the_profile_ends(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel)
    row = factories.intelligence(cast.police)
    intel, other = client_of("intel"), client_of("other")
    grade(intel, row, subjects=version.subject.ref)
    row.refresh_from_db()
    assert share(intel, row, text="Kevin Marsh is planning it").status_code == 302
    assert "Kevin Marsh" in other.get("/intelligence/").content.decode()
    subject = Subject.objects.get(pk=version.subject_id)
    narrow = factories.draft(subject, audience="sectors", audience_sectors=["large_retail"])
    profile_publish(by=cast.intel, subject=subject, revision=subject.revision, draft=narrow)
    assert other.get(f"/intelligence/{row.ref}/").status_code == 404
    assert "Kevin Marsh" not in other.get("/intelligence/").content.decode()
    assert client_of("staff").get(f"/intelligence/{row.ref}/").status_code == 200
    page = intel.get(f"/intelligence/{row.ref}/").content.decode()
    assert "Not every reader sees it now" in page
    profile_withdraw(by=cast.intel, subject=subject, reason="Moved away.")
    assert client_of("staff").get(f"/intelligence/{row.ref}/").status_code == 404


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ricky Dunn is planning it", "not published"),
        ("Watch for Dunn at the weekend", "The words name"),
        ("It is {ref} again", "The words name"),
        ("Staff told us", "points to the source"),
        ("Hidden Soul is about", "not published to these readers"),
    ],
)
def test_nobody_on_record_is_named_in_passing(cast: Cast, client_of, text, words) -> None:
    passing = factories.subject(cast.intel, name="Ricky Dunn")
    attached = factories.subject(cast.intel, name="Hidden Soul")
    row = factories.intelligence(cast.staff)
    intel = client_of("intel")
    about = {"subjects": attached.ref} if "Hidden" in text else {}
    grade(intel, row, **about)
    row.refresh_from_db()
    answer = share(intel, row, text=text.format(ref=passing.ref))
    assert answer.status_code == 422
    said = answer.content.decode()
    assert words in said or f"The words name {passing.ref}" in said


@pytest.mark.parametrize(
    "new",
    [
        {"handling": "C", "conditions": "Managers only."},
        {"assessment": "E"},
        {"subjects": "{hidden}"},
    ],
)
def test_another_grade_ends_a_sharing_that_it_does_not_allow(
    cast: Cast, client_of, new: dict[str, str]
) -> None:
    hidden = factories.subject(cast.intel, name="Hidden Soul")
    row = factories.shared_intelligence(cast.intel, cast.police)
    intel, other = client_of("intel"), client_of("other")
    assert grade(intel, row).status_code == 302
    assert other.get(f"/intelligence/{row.ref}/").status_code == 200
    row.refresh_from_db()
    new = {name: value.format(hidden=hidden.ref) for name, value in new.items()}
    answer = intel.post(
        f"/intelligence/{row.ref}/grade/",
        {"revision": row.revision, "review_on": dates.today().isoformat(), **GRADE, **new},
        follow=True,
    )
    assert "It is not shared any more" in answer.content.decode()
    assert other.get(f"/intelligence/{row.ref}/").status_code == 404


def test_what_is_suspected_to_be_false_is_not_shared(cast: Cast, client_of) -> None:
    row = factories.graded_intelligence(cast.intel, cast.police, assessment="E")
    answer = share(client_of("intel"), row)
    assert answer.status_code == 422
    assert "suspected to be false is not shared" in answer.content.decode()


@pytest.mark.parametrize(
    ("giver", "colleague"), [("staff", "store"), ("store", "store"), ("police", "police")]
)
def test_a_list_of_what_one_gave_tells_colleagues_nothing(
    cast: Cast, client_of, giver: str, colleague: str
) -> None:
    version = factories.published(cast.intel)
    own = client_of(giver)
    give(own, subjects=version.subject.ref)
    own.get("/intelligence/?show=mine")
    event = Event.objects.get(action="incidents.intelligence.own_listed")
    assert event.subjects == []
    assert not Event.objects.filter(action="incidents.intelligence.listed").exists()
    log = client_of(colleague).get("/me/log/?show=member").content.decode()
    if giver != colleague:
        assert version.subject.ref not in log
        assert "listed intelligence" not in log
    told = events_of_member(cast.users[giver].member_id)
    assert not told.filter(action__startswith="incidents.intelligence").exists()


def test_sharing_ends_by_its_day_and_by_hand(cast: Cast, client_of) -> None:
    row = factories.shared_intelligence(cast.intel, cast.police)
    other = client_of("other")
    assert other.get(f"/intelligence/{row.ref}/").status_code == 200
    IntelligenceReport.objects.filter(pk=row.pk).update(
        shared_until=dates.today() - dt.timedelta(days=1)
    )
    assert other.get(f"/intelligence/{row.ref}/").status_code == 404
    again = factories.shared_intelligence(cast.intel, cast.police)
    intelligence_withdraw(by=cast.intel, intelligence=again, revision=again.revision)
    assert other.get(f"/intelligence/{again.ref}/").status_code == 404


def test_nobody_unpublished_can_be_named_by_a_member(cast: Cast, client_of) -> None:
    hidden = factories.subject(cast.intel)
    answer = give(client_of("staff"), subjects=hidden.ref)
    assert answer.status_code == 422
    assert "is not in the gallery" in answer.content.decode()
    assert not IntelligenceReport.objects.exists()


def test_ungraded_is_not_shared_and_stale_is_refused(cast: Cast, client_of) -> None:
    intel = client_of("intel")
    row = factories.intelligence(cast.staff)
    assert "Grade it first" in share(intel, row).content.decode()
    grade(intel, row)
    assert "Someone changed this" in grade(intel, row).content.decode()


def test_what_was_given_never_changes(cast: Cast, sql) -> None:
    row = factories.intelligence(cast.staff)
    with pytest.raises(Exception, match="Cannot update"):
        sql(f"UPDATE incidents_intelligencereport SET text = 'x' WHERE id = {row.pk}")


def test_the_answer_reaches_who_gave_it(cast: Cast, client_of) -> None:
    row = factories.intelligence(cast.staff)
    intel = client_of("intel")
    data = {"revision": 1, "reason": "We know this already, thank you."}
    assert intel.post(f"/intelligence/{row.ref}/reject/", data).status_code == 302
    page = client_of("staff").get(f"/intelligence/{row.ref}/").content.decode()
    assert "We know this already" in page


@pytest.mark.django_db(transaction=True)
def test_given_twice_at_once_is_one_and_shared_twice_is_refused() -> None:
    cast = make_cast()
    client_id = uuid.uuid4()
    made: list[str] = []

    def send() -> None:
        try:
            made.append(factories.intelligence(cast.staff, client_id=client_id).ref)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1
    assert Event.objects.filter(action="incidents.intelligence.given").count() == 1
    row = factories.graded_intelligence(cast.intel, cast.staff)
    day = dates.today() + dt.timedelta(days=5)
    for text in ("First words", "Second words"):
        try:
            intelligence_share(
                by=cast.intel,
                intelligence=row,
                revision=row.revision,
                text=text,
                audience={"audience": "all"},
                until=day,
            )
        except ValidationError as error:
            assert error.code == "stale"  # noqa: PT017
    row.refresh_from_db()
    assert row.shared_text == "First words"
