"""A draft is changed and thrown away until it is sent, and sent only as it was looked at."""

import datetime as dt
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from audit.models import Event
from exclusions.merging import subjects_merge
from members.models import OutboundEmail
from offenders.bulletin_letter import bulletin_versions
from offenders.models import Bulletin, BulletinProfile, Subject
from offenders.services import (
    bulletin_change,
    bulletin_discard,
    bulletin_schedule,
    bulletin_send,
    profile_withdraw,
)
from offenders.tasks import bulletin_sweep
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once

HOUR = dt.timedelta(hours=1)


def as_typed(answer: Any, **changes: Any) -> dict[str, Any]:
    """Return what a browser would send of the form on a page, with some of it changed."""
    form = answer.context["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    return values | changes


def test_the_draft_is_changed_by_its_form(cast: Cast, client_of) -> None:
    first, second = (factories.published(cast.intel, name=name) for name in ("Al Dene", "Bo Fenn"))
    made = factories.bulletin(cast.intel, first)
    client, path = client_of("intel"), f"/bulletins/{made.ref}/edit/"
    page = client.get(path)
    assert page.context["form"]["headline"].value() == "Watch for these"
    data = as_typed(page, headline="Two to watch for", profiles=[first.pk, second.pk])
    assert client.post(path, data | {"headline": "Bo Fenn again"}).status_code == 422
    assert client.post(path, data).status_code == 302
    made.refresh_from_db()
    assert (made.headline, made.revision) == ("Two to watch for", 2)
    assert {entry.subject_id for entry in made.entries.all()} == {
        first.subject_id,
        second.subject_id,
    }
    assert len(Event.objects.get(action="offenders.bulletin.changed").subjects) == 2
    late = client.post(path, data | {"headline": "An older page"})
    assert late.status_code == 422
    assert "Someone changed this" in late.content.decode()
    assert Bulletin.objects.get().headline == "Two to watch for"


def test_looking_for_more_profiles_keeps_what_was_typed(cast: Cast, client_of) -> None:
    first, second = (factories.published(cast.intel, name=name) for name in ("Al Dene", "Bo Fenn"))
    made = factories.bulletin(cast.intel, first)
    client, path = client_of("intel"), f"/bulletins/{made.ref}/edit/"
    data = as_typed(client.get(path), headline="Half typed", find="fenn", look="1")
    page = client.post(path, data)
    assert page.context["form"]["headline"].value() == "Half typed"
    assert {version.pk for version in page.context["profiles"]} == {first.pk, second.pk}
    assert int(page.context["form"]["revision"].value()) == made.revision


def test_what_is_gone_is_not_ticked_and_said(cast: Cast, client_of) -> None:
    stays, gone = (factories.published(cast.intel, name=name) for name in ("Al Dene", "Bo Fenn"))
    made = factories.bulletin(cast.intel, stays, gone)
    profile_withdraw(by=cast.intel, subject=gone.subject, reason="Mistake")
    with pytest.raises(ValidationError, match="Change the draft"):
        bulletin_send(by=cast.intel, bulletin=made)
    client, path = client_of("intel"), f"/bulletins/{made.ref}/edit/"
    page = client.get(path)
    assert "1 is not ticked any more" in page.content.decode()
    assert client.post(path, as_typed(page)).status_code == 302
    bulletin_send(by=cast.intel, bulletin=made)
    assert [entry.subject for entry in made.entries.all()] == [stays.subject]


def test_nothing_is_sent_that_nobody_looked_at(cast: Cast, client_of) -> None:
    first, second = (factories.published(cast.intel, name=name) for name in ("Al Dene", "Bo Fenn"))
    made = factories.bulletin(cast.intel, first)
    fields = {"headline": "Other words", "opening": ""}
    bulletin_change(by=cast.intel, bulletin=made, revision=1, fields=fields, versions=[second])
    client, path = client_of("intel"), f"/bulletins/{made.ref}/"
    soon = f"{timezone.localtime() + dt.timedelta(days=1):%Y-%m-%dT%H:%M}"
    for step, more in (("send", {}), ("schedule", {"send_at": soon})):
        for revision in ("1", "x"):
            answer = client.post(f"{path}{step}/", more | {"revision": revision}, follow=True)
            assert b"Send to" in answer.content  # still a draft
    made.refresh_from_db()
    assert (made.sent_at, made.send_at) == (None, None)
    answer = client.post(f"{path}send/", {"revision": "2"}, follow=True)
    assert "is on the site" in answer.content.decode()


def test_what_is_sent_stays_as_it_was_sent(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel)
    made = factories.bulletin(cast.intel, version)
    bulletin_send(by=cast.intel, bulletin=made)
    fields = {"headline": "Other words", "opening": ""}
    with pytest.raises(ValidationError, match="can’t be changed"):
        bulletin_change(by=cast.intel, bulletin=made, revision=1, fields=fields, versions=[version])
    with pytest.raises(ValidationError, match="can’t be called back"):
        bulletin_discard(by=cast.intel, bulletin=made)
    client = client_of("intel")
    assert client.get(f"/bulletins/{made.ref}/edit/").status_code == 302
    client.post(f"/bulletins/{made.ref}/discard/")
    assert Bulletin.objects.get().headline == "Watch for these"


def test_a_changed_draft_starts_at_its_time_as_it_is_then(cast: Cast) -> None:
    first, second = (factories.published(cast.intel, name=name) for name in ("Al Dene", "Bo Fenn"))
    made = factories.bulletin(cast.intel, first)
    bulletin_schedule(by=cast.intel, bulletin=made, at=timezone.now() + HOUR)
    with pytest.raises(ValidationError, match="Cancel that first"):
        bulletin_discard(by=cast.intel, bulletin=made)
    fields = {"headline": "Other words", "opening": ""}
    bulletin_change(by=cast.intel, bulletin=made, revision=1, fields=fields, versions=[second])
    with time_machine.travel(timezone.now() + 2 * HOUR):
        bulletin_sweep()
    made.refresh_from_db()
    assert made.sent_at is not None
    assert [entry.subject for entry in made.entries.all()] == [second.subject]


def test_a_draft_is_thrown_away_and_the_log_remembers(cast: Cast, client_of) -> None:
    made = factories.bulletin(cast.intel, factories.published(cast.intel))
    page = client_of("intel").post(f"/bulletins/{made.ref}/discard/", follow=True)
    assert f"{made.ref} is thrown away" in page.content.decode()
    assert not Bulletin.objects.exists()
    assert not BulletinProfile.objects.exists()
    assert Event.objects.get(action="offenders.bulletin.discarded").record == made.ref
    again = factories.bulletin(cast.intel, factories.published(cast.intel))
    assert again.ref != made.ref


@pytest.mark.django_db(transaction=True)
def test_changed_or_sent_at_once_is_one_of_both_never_a_mixture() -> None:
    cast = make_cast()
    first, second = (factories.published(cast.intel, name=name) for name in ("Al Dene", "Bo Fenn"))
    fields = {"headline": "Other words", "opening": ""}
    for _ in range(5):
        made = factories.bulletin(cast.intel, first)
        changed = {"revision": 1, "fields": fields, "versions": [second]}
        refused = at_once(
            partial(bulletin_send, by=cast.intel, bulletin=made, revision=1),
            partial(bulletin_change, by=cast.intel, bulletin=made, **changed),
        )
        assert [error and error.code for error in refused].count("stale") == 1
        made.refresh_from_db()
        [entry] = made.entries.all()
        seen = (made.headline, entry.subject, made.sent_at is not None)
        assert seen in [
            ("Watch for these", first.subject, True),
            ("Other words", second.subject, False),
        ]


class TestMergedMeanwhile:
    """A draft follows a record that became part of another, as what is sent does."""

    def merge(self, cast: Cast, kept: Subject, gone: Subject) -> None:
        for subject in (kept, gone):
            subject.refresh_from_db()
        subjects_merge(
            by=cast.intel,
            kept=kept,
            gone=gone,
            revisions=(kept.revision, gone.revision),
            fields={},
            reason="Same tattoo.",
        )

    @pytest.mark.parametrize("at_its_time", [False, True])
    def test_its_profile_is_sent_once(self, cast: Cast, client_of, at_its_time: bool) -> None:
        kept, gone, third = (
            factories.published(cast.intel, name=name) for name in ("Al Dene", "Al Deen", "Bo Fenn")
        )
        alone = factories.bulletin(cast.intel, gone)
        both = factories.bulletin(cast.intel, gone, third, kept)
        if at_its_time:
            for made in (alone, both):
                bulletin_schedule(by=cast.intel, bulletin=made, at=timezone.now() + HOUR)
        self.merge(cast, kept.subject, gone.subject)
        page = client_of("intel").get(f"/bulletins/{both.ref}/").content.decode()
        assert "no longer published" not in page
        edit = client_of("intel").get(f"/bulletins/{both.ref}/edit/")
        assert edit.context["form"]["profiles"].value() == [kept.pk, third.pk]
        assert "not ticked" not in edit.content.decode()
        if at_its_time:
            with time_machine.travel(timezone.now() + 2 * HOUR):
                bulletin_sweep()
        else:
            for made in (alone, both):
                bulletin_send(by=cast.intel, bulletin=made)
        for made, shown in ((alone, [kept]), (both, [kept, third])):
            made.refresh_from_db()
            assert made.sent_at is not None
            assert not made.entries.exclude(left_out="").exists()
            assert bulletin_versions(made, cast.staff) == shown
            event = Event.objects.get(action="offenders.bulletin.sent", record=made.ref)
            assert event.subjects == sorted(version.subject.ref for version in shown)

    def test_into_one_that_is_published_to_fewer(self, cast: Cast) -> None:
        fits = {"draft_audience": "sectors", "draft_audience_sectors": ["licensed"]}
        kept = factories.published(cast.intel, name="Al Dene", **fits)
        gone, third = (factories.published(cast.intel, name=name) for name in ("Al Deen", "Bo Fy"))
        made = factories.bulletin(cast.intel, gone, third)
        self.merge(cast, kept.subject, gone.subject)
        with pytest.raises(ValidationError, match=f"{kept.subject.ref}: published to fewer"):
            bulletin_send(by=cast.intel, bulletin=made)

    def test_into_one_that_is_not_published(self, cast: Cast) -> None:
        kept = factories.subject(cast.intel, name="Al Dene")
        gone = factories.published(cast.intel, name="Al Deen")
        made = factories.bulletin(cast.intel, gone)
        self.merge(cast, kept, gone.subject)
        with pytest.raises(ValidationError, match="no longer published"):
            bulletin_send(by=cast.intel, bulletin=made)


def test_one_bulletin_that_breaks_holds_up_no_other(cast: Cast, caplog) -> None:
    """Each step of the sweep meets a bulletin that the database refuses, and goes on."""
    version = factories.published(cast.intel)
    broken, whole = (
        factories.bulletin(cast.intel, version, headline=words) for words in ("Broken", "Whole")
    )
    for made in (broken, whole):
        bulletin_schedule(by=cast.intel, bulletin=made, at=timezone.now() + HOUR)

    def refuse(column: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else the table is in use
            cursor.execute("ALTER TABLE offenders_bulletin DROP CONSTRAINT IF EXISTS breaks")
            cursor.execute(
                "ALTER TABLE offenders_bulletin ADD CONSTRAINT breaks"
                f" CHECK (headline <> 'Broken' OR {column} IS NULL)"
            )

    for column, step in (
        ("sent_at", "bulletin_start"),
        ("queued_at", "bulletin_queue"),
        ("mail_over_at", "bulletin_mail_end"),
    ):
        refuse(column)
        caplog.clear()
        with time_machine.travel(timezone.now() + 2 * HOUR):
            bulletin_sweep()
            OutboundEmail.objects.update(state="sent", sent_at=timezone.now())
            bulletin_sweep()
        broken.refresh_from_db()
        whole.refresh_from_db()
        assert getattr(broken, column) is None
        assert getattr(whole, column) is not None
        told = [line for line in caplog.records if line.name == "offenders.tasks"]
        words = f"bulletin {broken.pk}: {step} failed"
        assert {line.getMessage() for line in told} == {words}
        assert all(line.exc_info for line in told)
