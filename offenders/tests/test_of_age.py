"""Turning 18: nothing changes by itself, and the manager is asked to look again, once."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.models import Event
from common import dates
from offenders.models import AgeReview, ProfileVersion, Subject
from offenders.services.of_age import age_review, of_age_due
from tests import factories
from tests.cast import Cast

DAY = dt.timedelta(days=1)


def test_the_manager_is_asked_on_the_day_and_notes_what_was_decided(cast: Cast, client_of) -> None:
    subject = factories.subject(
        cast.intel, date_of_birth=dates.add_months(dates.today(), -18 * 12) + 30 * DAY
    )
    before = list(Subject.objects.values())
    intel = client_of("intel")
    assert "Turned 18" not in intel.get("/queue/").text
    with time_machine.travel(timezone.now() + 29 * DAY, tick=True):
        assert not of_age_due().exists()
        with pytest.raises(ValidationError, match="has not turned 18"):
            age_review(by=cast.intel, subject=subject, words="Too early.")
    with time_machine.travel(timezone.now() + 30 * DAY, tick=True):
        assert list(Subject.objects.values()) == before  # nothing silently
        intel = client_of("intel")
        assert f"{subject.ref} · {subject.shown_name}" in intel.get("/queue/").text
        path = f"/subjects/{subject.ref}/of-age/"
        assert "Members see no profile." in intel.get(path).text
        assert intel.post(path, {"words": " "}).status_code == 422
        assert intel.post(path, {"words": "Stays as it is."}).status_code == 302
        assert intel.get(path).status_code == 404
        assert "Turned 18" not in intel.get("/queue/").text
        with pytest.raises(ValidationError, match="already"):
            age_review(by=cast.intel, subject=subject, words="Again.")
    row = AgeReview.objects.get()
    assert (row.words, row.reviewed_by) == ("Stays as it is.", cast.intel)
    event = Event.objects.get(action="offenders.subject.of_age")
    assert (event.record, event.detail) == (subject.ref, {})


def test_a_profile_stays_until_somebody_decides(cast: Cast) -> None:
    version = factories.published(cast.intel, name="Kevin Marsh")
    born = dates.add_months(dates.today(), -18 * 12)
    Subject.objects.filter(pk=version.subject_id).update(
        date_of_birth=born, created_at=timezone.now() - 90 * DAY
    )
    assert of_age_due().get() == version.subject
    assert ProfileVersion.objects.live().get() == version
    age_review(by=cast.intel, subject=version.subject, words="Looked at.")
    assert ProfileVersion.objects.live().get() == version


def test_who_was_grown_up_when_the_record_was_made_is_nobodys_question(cast: Cast) -> None:
    factories.subject(cast.intel, date_of_birth=dates.add_months(dates.today(), -30 * 12))
    factories.subject(cast.intel, date_of_birth=dates.add_months(dates.today(), -18 * 12))
    factories.subject(cast.intel, date_of_birth=None, age_low=17, age_high=19)
    assert not of_age_due().exists()


def test_a_late_look_still_asks(cast: Cast) -> None:
    factories.grown_up(cast.intel)
    with time_machine.travel(timezone.now() + 400 * DAY, tick=True):
        assert of_age_due().count() == 1
