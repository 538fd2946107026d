"""What is kept of the gallery is what would be found now, whoever changed what, and how."""

import datetime as dt
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dtac import faces
from dtac.faces import KEPT, Gallery
from dtac.kept import Made
from dtac.presenters import TOP_TEN
from exclusions.models import Notice
from exclusions.querysets import NEXT_LAPSE, UNTIL, next_lapse
from exclusions.services import notice_revoke, numbers_issue
from exclusions.services.ending import expiries_record
from exclusions.top_ten import top_ten_choose, top_ten_refresh
from members.models import User
from offenders.models import GalleryChange
from offenders.services import PhotoFacts, photo_add, profile_publish, profile_withdraw
from offenders.services.restrictions import subject_release, subject_restrict
from tests import factories
from tests.cast import Cast, make_cast, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

Shown = tuple[dict[str, int], list[tuple[str, str, str]]]


def shown(user: User) -> Shown:
    """Return the gallery's counts, and each face: reference, name and line, ribbon."""
    gallery = Gallery(user, timezone.now(), None)
    cards = gallery.page("all", 0, 24)
    told = [
        (card.ref, f"{card.name}: {card.line}", card.ribbon.text if card.ribbon else "")
        for card in cards
    ]
    return gallery.counts(), told


def anew(user: User) -> Shown:
    """Return it with nothing kept."""
    kept, KEPT._made = KEPT._made, Made()
    try:
        return shown(user)
    finally:
        KEPT._made = kept


@pytest.fixture
def there() -> Cast:
    """The cast, and a gallery that was looked at."""
    cast = make_cast()
    factories.published(cast.intel, name="Al Dene")
    for user in (cast.staff, cast.other, cast.police, cast.intel):
        assert shown(user)[0]["all"] == 1
    return cast


def test_a_second_look_asks_for_nothing_that_was_found(there: Cast) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        shown(there.staff)
    [only] = asked.captured_queries
    assert "offenders_gallerychange" in only["sql"]


def test_whoever_sees_the_same_is_shown_what_is_kept(there: Cast) -> None:
    near = there.staff.member
    neighbour = factories.MemberFactory(area=near.area, sector=near.sector)
    somebody = factories.UserFactory(member=neighbour, role="reporter")
    with CaptureQueriesContext(connection) as asked:
        shown(somebody)
    assert not any("offenders_profileversion" in query["sql"] for query in asked.captured_queries)


def test_another_sector_is_shown_its_own(there: Cast) -> None:
    elsewhere = factories.MemberFactory(area=there.staff.member.area, sector="licensed")
    somebody = factories.UserFactory(member=elsewhere, role="reporter")
    factories.published(
        there.intel, name="Di Moss", draft_audience="sectors", draft_audience_sectors=["licensed"]
    )
    assert shown(somebody) == anew(somebody)
    assert shown(somebody)[0]["all"] == 2
    assert shown(there.staff)[0]["all"] == 1


def test_a_long_list_is_not_kept(there: Cast) -> None:
    gallery = Gallery(there.staff, timezone.now(), None)
    gallery.page("all", 0, 2 * faces.AT_ONCE)
    with CaptureQueriesContext(connection) as asked:
        gallery.page("all", 0, 2 * faces.AT_ONCE)
    assert len(asked.captured_queries) == 3  # faces, notices, Top 10


def test_each_change_is_seen_by_the_next_look(there: Cast) -> None:
    cast = there
    made = factories.published(cast.intel, name="Bo Fenn")
    subject = made.subject
    notices: list[Notice] = []

    def serve() -> None:
        notices.append(factories.served_notice(cast.intel, cast.staff, cast.shop, subject))

    def choose() -> None:
        top_ten_choose(by=cast.intel, subject=subject, kind="pinned", reason="Every day.")
        top_ten_refresh()

    def rename() -> None:
        subject.refresh_from_db()
        draft = factories.draft(subject, line="Hides gin in a pram")
        profile_publish(by=cast.intel, subject=subject, revision=subject.revision, draft=draft)

    steps: list[Callable[[], object]] = [
        serve,
        lambda: notice_revoke(by=cast.intel, notice=notices[0], reason="Wrong person."),
        choose,
        rename,
        lambda: subject_restrict(by=cast.intel, subject=subject, because="objection:1"),
        lambda: subject_release(by=cast.intel, because="objection:1"),
        lambda: profile_withdraw(by=cast.intel, subject=subject, reason="Over."),
    ]
    before = shown(cast.staff)
    for step in steps:
        step()
        now = shown(cast.staff)
        assert now == anew(cast.staff)
        assert now != before, step
        for user in (cast.other, cast.police, cast.intel):
            assert shown(user) == anew(user)
        before = now


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE offenders_profileversion SET active_areas = ARRAY(SELECT id FROM members_area)",
        "UPDATE offenders_subject SET ref = 'D-9999'",
        "UPDATE offenders_profileversion SET expires_on = current_date - 1",
    ],
)
def test_what_is_done_past_the_services_is_seen_too(there: Cast, statement: str) -> None:
    before = shown(there.staff)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    now = shown(there.staff)
    assert now == anew(there.staff)
    assert now != before


def test_what_is_rolled_back_was_never_there(there: Cast) -> None:
    before = shown(there.staff)
    with transaction.atomic():
        factories.published(there.intel, name="Bo Fenn")
        assert shown(there.staff)[0]["all"] == 2
        transaction.set_rollback(True)
    assert shown(there.staff) == before
    with transaction.atomic():
        try:
            with transaction.atomic():
                factories.published(there.intel, name="Cy Gore")
                raise LookupError
        except LookupError:
            pass
        factories.published(there.intel, name="Di Hale")
    assert [name[:2] for _, name, _ in shown(there.staff)[1]] == ["Di", "Al"]
    assert shown(there.staff) == anew(there.staff)


def test_nobody_waits_for_somebody_elses_change(there: Cast) -> None:
    begun, done = threading.Event(), threading.Event()

    def long_work() -> None:
        try:
            with transaction.atomic():
                factories.published(there.intel, name="Bo Fenn")
                begun.set()
                done.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=long_work)
    thread.start()
    assert begun.wait(30)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
        other = GalleryChange.objects.count()
        with transaction.atomic():
            cursor.execute("UPDATE offenders_restriction SET because = because")
            cursor.execute("UPDATE offenders_photo SET source = source")
        cursor.execute("SET lock_timeout = 0")
    done.set()
    thread.join()
    assert GalleryChange.objects.count() == other + 1
    assert shown(there.staff) == anew(there.staff)
    assert shown(there.staff)[0]["all"] == 2


def test_looks_beside_changes_end_with_what_is_true(there: Cast) -> None:
    stop = threading.Event()

    def look() -> None:
        try:
            while not stop.is_set():
                shown(there.staff)
                shown(there.other)
        finally:
            connection.close()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for number in range(12):
            made = factories.published(there.intel, name=f"Person {'abcdefghijkl'[number]}")
            assert shown(there.staff)[0]["all"] == 2
            profile_withdraw(by=there.intel, subject=made.subject, reason="Over.")
            assert shown(there.staff)[0]["all"] == 1
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert shown(there.staff) == anew(there.staff)


def test_a_notice_that_nobody_confirms_is_gone_when_it_lapses(there: Cast) -> None:
    [number] = numbers_issue(by=there.intel, member=there.shop.member, count=1)
    notice = factories.spot_notice(there.store, there.shop, number)
    subject = notice.subject
    facts = PhotoFacts(source="CCTV", may_publish=True, bystanders_clear=True)
    photo_add(by=there.intel, subject=subject, upload=factories.upload(), facts=facts)
    subject.refresh_from_db()
    draft = factories.draft(subject)
    profile_publish(by=there.intel, subject=subject, revision=subject.revision, draft=draft)
    assert shown(there.staff)[0]["excluded"] == 1
    lapses = next_lapse(timezone.now())
    assert lapses == notice.confirm_by
    with time_machine.travel(lapses - dt.timedelta(seconds=1), tick=False):
        assert shown(there.staff)[0]["excluded"] == 1
    with time_machine.travel(lapses + dt.timedelta(seconds=1), tick=False):
        assert shown(there.staff)[0]["excluded"] == 0
        assert "EXCLUDED" not in str(shown(there.staff))
        assert shown(there.staff) == anew(there.staff)
        expiries_record()


def test_another_day_is_another_gallery(there: Cast) -> None:
    last = shown(there.staff)
    assert last[0]["all"] == 1
    with time_machine.travel(timezone.now() + dt.timedelta(days=800), tick=False):
        assert shown(there.staff)[0]["all"] == 0
    assert shown(there.staff) == last


def test_whatever_is_kept_is_of_tables_that_note_their_changes(there: Cast) -> None:
    gallery = Gallery(there.staff, timezone.now(), timezone.now())
    for part in faces.SAME:
        gallery.page(part, 0, 24)
    kept: list[Any] = [faces.COUNTS, faces.PAGE, UNTIL, NEXT_LAPSE, TOP_TEN]
    sql = " ".join(s.sql for prepared in kept for s in prepared._kept.values() if s)
    read = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', sql))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger"
            " WHERE tgname LIKE 'pgtrigger_gallery_change_%' AND tgenabled = 'O'"
        )
        noting = {name for (name,) in cursor.fetchall()}
    assert read == noting


def test_pages_over_http_are_of_now(there: Cast) -> None:
    client = Client()
    signed_in(client, there.staff)
    made = factories.published(there.intel, name="Bo Fenn")
    assert b"Bo Fenn" in client.get("/gallery/").content
    profile_withdraw(by=there.intel, subject=made.subject, reason="Over.")
    assert b"Bo Fenn" not in client.get("/gallery/").content
