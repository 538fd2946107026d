"""Published again: what was decided stays; what may not be shown any more goes at once."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from audit.models import Event
from common import dates
from exclusions.activity import shown_until
from offenders.models import Photo, ProfileVersion, SubjectWarning
from offenders.services import (
    PhotoFacts,
    photo_add,
    photo_update,
    profile_publish,
    subject_update,
)
from offenders.services.record import age_override_set, warning_add, warning_end
from tests import factories
from tests.cast import Cast

YEAR = dt.timedelta(days=366)


def form_of(client: Client, ref: str) -> Any:
    return client.get(f"/subjects/{ref}/publish/").context["form"]


def begins_with(client: Client, ref: str) -> dict[str, Any]:
    """Return what the publish form starts with."""
    form = form_of(client, ref)
    return {name: form[name].value() for name in form.fields}


def update(cast: Cast, version: ProfileVersion, **fields: Any) -> None:
    subject = version.subject
    subject.refresh_from_db()
    aliases = fields.pop("aliases", list(subject.aliases.values_list("name", flat=True)))
    subject_update(
        by=cast.intel,
        subject=subject,
        revision=subject.revision,
        fields=fields,
        aliases=aliases,
    )


def test_what_was_left_out_last_time_is_not_shown_by_publishing_again(
    cast: Cast, client_of
) -> None:
    subject = factories.subject(cast.intel, name="John Dene", aliases=["Spider", "Jonno"])
    kept = subject.photos.get()
    facts = PhotoFacts(source="CCTV", may_publish=True, bystanders_clear=True)
    left_out = photo_add(
        by=cast.intel, subject=subject, upload=factories.upload("other.png"), facts=facts
    )
    draft = factories.draft(subject, name="Spider", aliases=[], photos=[kept])
    profile_publish(by=cast.intel, subject=subject, revision=subject.revision, draft=draft)
    client = client_of("intel")
    start = begins_with(client, subject.ref)
    assert (start["name"], start["aliases"], start["photos"]) == ("Spider", [], [kept.pk])
    assert left_out.pk not in start["photos"]
    page = client.get(f"/subjects/{subject.ref}/").content.decode()
    assert "not yet published" not in page  # what was chosen so is no change


def test_words_start_as_published_until_the_record_changes(cast: Cast, client_of) -> None:
    version = factories.published(
        cast.intel, description="Tall man.", draft_description="Tall man, always alone."
    )
    client = client_of("intel")
    assert begins_with(client, version.subject.ref)["description"] == "Tall man, always alone."
    update(cast, version, description="Tall man with a limp.")
    start = begins_with(client, version.subject.ref)
    assert start["description"].endswith("Tall man with a limp.")
    page = client.get(f"/subjects/{version.subject.ref}/publish/").content.decode()
    assert "Tall man, always alone." in page  # for comparison
    record = client.get(f"/subjects/{version.subject.ref}/").content.decode()
    assert "1 change not yet published: description or MO" in record


def test_looks_and_marks_and_the_list_of_mo_come_along_once(cast: Cast, client_of) -> None:
    subject = factories.subject(
        cast.intel,
        sex="male",
        height="tall",
        hair="brown hair",
        marks="neck tattoo",
        description="Grey hoodie. Brown hair, limps.",
        mo="Works alone.",
        methods=["foil"],
    )
    start = begins_with(client_of("intel"), subject.ref)
    assert start["description"] == "Male, tall, neck tattoo. Grey hoodie. Brown hair, limps."
    assert start["mo"] == "Foil-lined bag. Works alone."
    draft = factories.draft(subject, description=start["description"])
    profile_publish(by=cast.intel, subject=subject, revision=subject.revision, draft=draft)
    answer = client_of("staff").get("/gallery/", {"q": "tall neck tattoo grey hoodie limp"})
    assert subject.ref in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"date_of_birth": "16"}, "under 18"),
        ({"date_of_birth": None}, "age is not known"),
        ({"date_of_birth": None, "age_low": 16, "age_high": 20}, "may be under 18"),
    ],
)
def test_an_age_that_forbids_it_takes_the_profile_from_members_at_once(
    cast: Cast, client_of, change: dict[str, Any], words: str
) -> None:
    version = factories.published(cast.intel)
    if change["date_of_birth"]:
        change = {"date_of_birth": dates.add_months(dates.today(), -12 * 16)}
    update(cast, version, **change)
    version.refresh_from_db()
    assert version.withdrawn_by == cast.intel
    assert words in version.withdrawn_reason
    assert client_of("staff").get(f"/gallery/{version.subject.ref}/").status_code == 404
    page = client_of("intel").get(f"/subjects/{version.subject.ref}/").content.decode()
    assert "Members see nothing. Version 1 was withdrawn" in page
    assert Event.objects.get(action="offenders.profile.withdrawn").detail["automatic"]


@pytest.mark.parametrize("lost", ["may_publish", "bystanders_clear"])
def test_a_photo_that_may_not_be_shown_takes_the_profile_along(
    cast: Cast, client_of, lost: str
) -> None:
    version = factories.published(cast.intel)
    photo = version.photos.get()
    known = {"source": "CCTV", "may_publish": True, "bystanders_clear": True}
    photo_update(by=cast.intel, photo=photo, facts=PhotoFacts(**known), primary=True)
    version.refresh_from_db()
    assert version.withdrawn_at is None
    photo_update(
        by=cast.intel, photo=photo, facts=PhotoFacts(**known | {lost: False}), primary=True
    )
    assert not ProfileVersion.objects.live().exists()
    assert client_of("staff").get(f"/photos/{photo.uuid}/card/").status_code == 404
    assert Photo.objects.get(pk=photo.pk).is_primary


def test_a_change_that_forbids_nothing_leaves_it(cast: Cast) -> None:
    version = factories.published(cast.intel)
    update(cast, version, notes="Seen with a dog.", description="Other words.")
    version.refresh_from_db()
    assert version.withdrawn_at is None


def test_a_decision_on_age_that_ends_sooner_takes_it_along(cast: Cast) -> None:
    born = dates.add_months(dates.today(), -12 * 17)
    subject = factories.subject(cast.intel, date_of_birth=born)
    soon, later = (dates.today() + dt.timedelta(days=days) for days in (20, 60))
    decided = {"reason": "Robbery", "safeguarding": "Asked"}
    age_override_set(by=cast.intel, subject=subject, review_on=later, **decided)
    draft = factories.draft(subject, review_on=later, expires_on=later)
    subject.refresh_from_db()
    version = profile_publish(
        by=cast.intel, subject=subject, revision=subject.revision, draft=draft
    )
    age_override_set(by=cast.intel, subject=subject, review_on=soon, **decided)
    version.refresh_from_db()
    assert "holds until" in version.withdrawn_reason


def test_a_warning_or_a_name_that_the_record_lost_comes_to_the_queue(cast: Cast, client_of) -> None:
    subject = factories.subject(cast.intel, name="John Dene", aliases=["Spider"])
    in_a_month = dates.today() + dt.timedelta(days=30)
    warning_add(by=cast.intel, subject=subject, marker="violence", reason="x", review_on=in_a_month)
    subject.refresh_from_db()
    draft = factories.draft(subject, name="Spider", aliases=[], warnings=["violence"])
    version = profile_publish(
        by=cast.intel, subject=subject, revision=subject.revision, draft=draft
    )
    client = client_of("intel")
    assert b"Behind the record" not in client.get("/queue/").content
    assert not ProfileVersion.objects.due_for_review(by=dates.today())
    warning_end(by=cast.intel, warning=SubjectWarning.objects.get())
    assert b"Behind the record" in client.get("/queue/").content
    warning_add(by=cast.intel, subject=subject, marker="violence", reason="x", review_on=in_a_month)
    assert not ProfileVersion.objects.due_for_review(by=dates.today())
    update(cast, version, aliases=["Spydr"])
    assert [each.pk for each in ProfileVersion.objects.due_for_review(by=dates.today())] == [
        version.pk
    ]


def test_twelve_months_are_counted_from_what_happened_not_from_publishing(cast: Cast) -> None:
    today = dates.today()
    seen_only = factories.subject(cast.intel)
    assert shown_until(seen_only) == dates.last_day_of_year_from(today)
    draft = factories.draft(seen_only)
    profile_publish(by=cast.intel, subject=seen_only, revision=seen_only.revision, draft=draft)
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=200)):
        assert shown_until(seen_only) == dates.last_day_of_year_from(today)  # not longer
    ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=100)
    factories.accepted_incident(cast.intel, cast.staff, cast.shop, seen_only, occurred_at=ago)
    assert shown_until(seen_only) == dates.last_day_of_year_from(dates.london_date(ago))


def test_longer_than_the_rule_needs_a_reason_that_is_kept(cast: Cast, client_of) -> None:
    subject = factories.subject(cast.intel)
    ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=200)
    factories.accepted_incident(cast.intel, cast.staff, cast.shop, subject, occurred_at=ago)
    client, path = client_of("intel"), f"/subjects/{subject.ref}/publish/"
    start = {name: value for name, value in begins_with(client, subject.ref).items() if value}
    by_rule = dates.last_day_of_year_from(dates.london_date(ago))
    assert start["expires_on"] == by_rule
    data = start | {
        "line": "Hides goods",
        "description": "Tall man",
        "ground": "dpa_sch1_10",
        "necessity": "Several thefts.",
        "expires_on": by_rule + dt.timedelta(days=30),
    }
    refused = client.post(path, data)
    assert refused.status_code == 422
    assert "Say why longer" in refused.content.decode()
    assert client.post(path, data | {"longer_because": "On trial until May."}).status_code == 302
    version = ProfileVersion.objects.get()
    assert version.longer_because == "On trial until May."
    assert Event.objects.get(action="offenders.profile.published").detail["longer"]


def test_part_of_a_group_is_no_qualifying_incident(cast: Cast) -> None:
    subject = factories.subject(cast.intel)
    ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=100)
    report = factories.accepted_incident(
        cast.intel, cast.staff, cast.shop, subject, occurred_at=ago
    )
    report.people.update(part="with_them")
    assert shown_until(subject) == dates.last_day_of_year_from(dates.today())


def test_somebody_excluded_is_shown_while_the_notice_is_in_force(cast: Cast) -> None:
    subject = factories.subject(cast.intel)
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, subject)
    assert shown_until(subject) >= notice.ends_on


def test_a_stale_form_is_refused_after_a_recheck(cast: Cast) -> None:
    version = factories.published(cast.intel)
    before = version.subject.revision
    update(cast, version, notes="x")
    with pytest.raises(ValidationError, match="Someone changed this"):
        profile_publish(
            by=cast.intel,
            subject=version.subject,
            revision=before,
            draft=factories.draft(version.subject),
        )
