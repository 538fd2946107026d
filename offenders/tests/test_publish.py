"""Publishing: what is refused, that it is frozen, who sees it and until when."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from django.http import Http404

from audit.models import Event
from common import dates
from offenders.access import get_profile
from offenders.models import Photo, ProfileVersion
from offenders.services import profile_publish, profile_withdraw, subject_update
from tests import factories
from tests.cast import Cast


def years_ago(years: int, days: int = 0) -> dt.date:
    today = dates.today()
    return today.replace(year=today.year - years, day=min(today.day, 28)) - dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"date_of_birth": None}, "age is not known"),
        ({"date_of_birth": years_ago(17)}, "under 18"),
        ({"date_of_birth": None, "age_low": 16, "age_high": 19}, "may be under 18"),
        ({"date_of_birth": None, "age_low": 20, "age_high": 25}, "may be under 18"),
    ],
)
def test_children_and_those_who_may_be_are_not_published(cast: Cast, fields, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        factories.published(cast.intel, **fields)
    assert not ProfileVersion.objects.exists()
    assert not Event.objects.filter(action="offenders.profile.published").exists()


def test_an_estimated_age_of_21_or_more_will_do(cast: Cast) -> None:
    assert factories.published(cast.intel, date_of_birth=None, age_low=21, age_high=30)


@pytest.mark.parametrize(
    ("change", "words"),
    [({"may_publish": False}, "no permission"), ({"bystanders_clear": False}, "bystanders")],
)
def test_photos_need_permission_and_no_bystanders(cast: Cast, change, words: str) -> None:
    subject = factories.subject(cast.intel)
    Photo.objects.update(**change)
    with pytest.raises(ValidationError, match=words):
        profile_publish(by=cast.intel, subject=subject, revision=1, draft=factories.draft(subject))


@pytest.mark.parametrize(
    ("days", "field", "words"),
    [(0, "review_on", "review day"), (400, "review_on", "review day"),
     (-1, "expires_on", "last day"), (400, "expires_on", "last day")],
)  # fmt: skip
def test_review_and_last_day_are_within_twelve_months(cast, days, field, words) -> None:
    subject = factories.subject(cast.intel)
    draft = factories.draft(subject, **{field: dates.today() + dt.timedelta(days=days)})
    with pytest.raises(ValidationError, match=words):
        profile_publish(by=cast.intel, subject=subject, revision=1, draft=draft)


def test_editing_the_record_changes_nothing_for_members(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel)
    subject_update(
        by=cast.intel,
        subject=version.subject,
        revision=version.subject.revision,
        fields={"name": "Somebody Else", "description": "changed"},
        aliases=["Kez"],
    )
    page = client_of("staff").get(f"/gallery/{version.subject.ref}/").content.decode()
    assert "Kevin Marsh" in page
    assert "Somebody Else" not in page
    assert "Kez" not in page


def test_a_version_cannot_be_edited_even_by_sql(cast: Cast, sql) -> None:
    factories.published(cast.intel)
    with pytest.raises(Error), transaction.atomic():
        sql("UPDATE offenders_profileversion SET description = 'other words'")
    with pytest.raises(Error), transaction.atomic():
        sql("UPDATE offenders_profileversion SET expires_on = expires_on + 100")


def test_the_next_version_takes_the_place_of_the_last(cast: Cast) -> None:
    first = factories.published(cast.intel)
    subject = first.subject
    second = profile_publish(
        by=cast.intel,
        subject=subject,
        revision=subject.revision,
        draft=factories.draft(subject, line="New line"),
    )
    assert (first.number, second.number) == (1, 2)
    assert get_profile(cast.staff, subject.ref) == second
    assert ProfileVersion.objects.live().count() == 1


def test_a_stale_form_is_refused(cast: Cast) -> None:
    subject = factories.subject(cast.intel)
    subject_update(by=cast.intel, subject=subject, revision=1, fields={"notes": "x"}, aliases=[])
    with pytest.raises(ValidationError, match="Someone changed this"):
        profile_publish(by=cast.intel, subject=subject, revision=1, draft=factories.draft(subject))


def test_it_is_gone_after_its_last_day_whatever_runs(cast: Cast) -> None:
    version = factories.published(
        cast.intel, draft_expires_on=dates.today() + dt.timedelta(days=10)
    )
    ref = version.subject.ref
    last_moment = dt.datetime.combine(
        dates.today() + dt.timedelta(days=10), dt.time(23, 59), tzinfo=dt.UTC
    )
    with time_machine.travel(last_moment - dt.timedelta(hours=2), tick=False):
        assert get_profile(cast.staff, ref)
    with time_machine.travel(last_moment + dt.timedelta(hours=3), tick=False):
        for who in ("staff", "police", "intel"):
            with pytest.raises(Http404):
                get_profile(cast.users[who], ref)


def test_withdrawn_is_withdrawn_at_once(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel)
    photo = f"/photos/{version.main_photo.uuid}/card/"
    staff = client_of("staff")
    assert staff.get(photo).status_code == 200
    profile_withdraw(by=cast.intel, subject=version.subject, reason="Wrong person")
    assert staff.get(f"/gallery/{version.subject.ref}/").status_code == 404
    assert staff.get(photo).status_code == 404
    assert version.subject.ref not in staff.get("/gallery/").content.decode()
    with pytest.raises(ValidationError):
        profile_withdraw(by=cast.intel, subject=version.subject, reason="Again")


@pytest.mark.parametrize(
    ("audience", "seen_by"),
    [
        ({"audience": "all"}, {"staff", "other", "police", "intel"}),
        ({"audience": "agencies"}, {"police", "intel"}),
        ({"audience": "sectors", "audience_sectors": ["licensed"]}, {"other", "police", "intel"}),
        ({"audience": "areas", "audience_areas": "shop"}, {"staff", "police", "intel"}),
    ],
)
def test_each_audience_and_nobody_else(cast: Cast, client_of, audience, seen_by) -> None:
    if audience.get("audience_areas") == "shop":
        audience = {**audience, "audience_areas": [cast.shop.area_id]}
    version = factories.published(
        cast.intel, **{f"draft_{name}": value for name, value in audience.items()}
    )
    ref, photo = version.subject.ref, version.main_photo.uuid
    for who in ("staff", "other", "police", "intel", "board", "admin"):
        client = client_of(who)
        expected = 200 if who in seen_by else 404
        assert client.get(f"/gallery/{ref}/").status_code == expected, who
        assert client.get(f"/photos/{photo}/large/").status_code == expected, who
        if who not in ("board", "admin"):
            page = client.get("/gallery/")
            assert (ref in page.content.decode()) is (who in seen_by), who
            assert page.context["page"].paginator.count == (who in seen_by)


def test_what_was_published_and_why_stands_in_the_log(cast: Cast) -> None:
    version = factories.published(cast.intel)
    event = Event.objects.get(action="offenders.profile.published")
    assert event.actor_id == cast.intel.pk
    assert event.record == version.subject.ref
    assert event.detail["ground"] == "dpa_sch1_10"
