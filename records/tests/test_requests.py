"""A request holds what members see at once; what is decided follows in the same moment."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from common import dates
from exclusions.merging import merge_undo, subjects_merge
from exclusions.services import notice_revoke, signed_copies_add
from incidents.services import PersonInput
from members.models import SharingRecord, User
from offenders.models import Photo, ProfileVersion, Subject
from offenders.services import bulletin_send, profile_publish
from records.models import RightsRequest, Tombstone
from records.requests.places import live_places
from records.requests.recipients import recipients_left, recipients_of
from records.requests.services import (
    recipient_told,
    request_decide,
    request_extend,
    request_lift,
    request_show,
    request_tell,
)
from records.retention.clocks import clocks_of
from records.retention.nightly import night_run
from records.tests.oracle import DAY
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once


def asked(by: User, subject: Subject, kind: str = "objection", **fields: Any) -> RightsRequest:
    return factories.rights_request(by, subject, kind=kind, **fields)


def decided(cast: Cast, row: RightsRequest, decision: str) -> RightsRequest:
    row.refresh_from_db()
    return request_decide(
        by=cast.intel, request=row, revision=row.revision, decision=decision, reasons="Weighed."
    )


def told(cast: Cast, row: RightsRequest, **fields: Any) -> RightsRequest:
    row.refresh_from_db()
    values = {"on": dates.today(), "how": "post"} | fields
    return request_tell(by=cast.intel, request=row, revision=row.revision, **values)


def seen(client: Any, ref: str) -> bool:
    return client.get(f"/gallery/{ref}/").status_code == 200


def test_members_see_nothing_from_that_moment_and_all_again_once_refused(
    cast: Cast, client_of: Callable[[str], Any]
) -> None:
    version = factories.published(cast.intel, name="Kevin Marsh")
    who = version.subject
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, who)
    factories.alert(cast.intel, cast.pub, subject=who)
    factories.shared_intelligence(cast.intel, cast.police).subjects.add(who)
    bulletin = factories.bulletin(cast.intel, version)
    bulletin_send(by=cast.intel, bulletin=bulletin)
    client = client_of("other")
    places = ("/gallery/", "/alerts/", "/intelligence/", f"/bulletins/{bulletin.ref}/",
              "/log/who/?q=kevin", "/exclusions/", f"/exclusions/{notice.ref}/")  # fmt: skip
    before = [client.get(place).content.decode() for place in places]
    assert "Kevin Marsh" in before[0]
    assert "Kevin Marsh" in before[5]
    row = asked(cast.intel, who)
    assert not seen(client, who.ref)
    assert client.get(f"/photos/{version.main_photo.uuid}/card/").status_code == 404  # type: ignore[union-attr]
    for place in places:
        assert "Kevin Marsh" not in client.get(place).content.decode(), place
    # The notice holds as before, by its reference; who is kept out is not shown.
    assert notice.ref in client.get("/exclusions/").content.decode()
    decided(cast, row, "refused")
    assert seen(client, who.ref)
    for place, page in zip(places, before, strict=True):
        shown = "Kevin Marsh" in client.get(place).content.decode()
        assert shown == ("Kevin Marsh" in page), place


def test_who_is_held_is_named_no_more_freely_than_before(
    cast: Cast, client_of: Callable[[str], Any]
) -> None:
    who = factories.published(cast.intel, name="Kevin Marsh").subject
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, who)
    signed_copies_add(by=cast.store, notice=notice, files=[factories.upload()])
    store = client_of("store")
    papers = (f"/exclusions/{notice.ref}/notice.pdf", f"/exclusions/{notice.ref}/signed/1/")
    assert [store.get(path).status_code for path in papers] == [200, 200]
    asked(cast.intel, who)
    assert [store.get(path).status_code for path in papers] == [403, 404]
    alert = factories.alert(cast.staff, cast.shop, text="Kevin Marsh is in the arcade")
    assert alert.names == [who.pk]
    assert "Kevin Marsh" not in client_of("other").get("/alerts/").content.decode()


def test_nothing_is_published_meanwhile(cast: Cast) -> None:
    who = factories.published(cast.intel).subject
    row = asked(cast.intel, who)
    who.refresh_from_db()
    with pytest.raises(ValidationError, match=row.ref):
        profile_publish(
            by=cast.intel, subject=who, revision=who.revision, draft=factories.draft(who)
        )


def test_two_requests_hold_until_both_are_decided(cast: Cast) -> None:
    who = factories.published(cast.intel).subject
    rows = [asked(cast.intel, who), asked(cast.intel, who, "restriction")]
    live = ProfileVersion.objects.live().filter(subject=who)
    decided(cast, rows[0], "withdrawn")
    assert not live.exists()
    decided(cast, rows[1], "refused")
    assert live.exists()
    with pytest.raises(ValidationError, match="decided already"):
        decided(cast, rows[1], "granted")


def test_a_form_sent_twice_is_one_request(cast: Cast, client_of: Callable[[str], Any]) -> None:
    who = factories.subject(cast.intel, photo=False)
    data = {
        "client_id": str(uuid.uuid4()), "kind": "erasure", "asker": "Kevin Marsh, 1 High St",
        "received_on": dates.today().isoformat(), "received_how": "post", "words": "Delete me.",
    }  # fmt: skip
    for _ in range(2):
        answer = client_of("intel").post(f"/subjects/{who.ref}/request/", data)
        assert answer.status_code == 302
    row = who.rights_requests.get()
    assert row.due_on == dates.add_months(dates.today(), 1)
    with pytest.raises(ValidationError, match="open already"):
        asked(cast.intel, who, "erasure")


def test_one_month_by_the_calendar_and_two_more_with_a_reason(cast: Cast) -> None:
    who = factories.subject(cast.intel, photo=False)
    with time_machine.travel(dt.datetime(2027, 1, 31, 12, tzinfo=dt.UTC), tick=False):
        row = asked(cast.intel, who)
        assert row.due_on == dt.date(2027, 2, 28)
        today = dates.today()

        def extend(until: dt.date, told_on: dt.date = today) -> RightsRequest:
            return request_extend(
                by=cast.intel, request=row, revision=1, due_on=until, told_on=told_on, why="Many."
            )

        for until in (dt.date(2027, 2, 28), dt.date(2027, 5, 1)):
            with pytest.raises(ValidationError, match="three months in all"):
                extend(until)
        with pytest.raises(ValidationError, match="They must be told by"):
            extend(dt.date(2027, 4, 30), today + DAY)
        assert extend(dt.date(2027, 4, 30)).due_on == dt.date(2027, 4, 30)
        row.refresh_from_db()
        with pytest.raises(ValidationError, match="once, and no more"):
            request_extend(
                by=cast.intel, request=row, revision=2, due_on=dt.date(2027, 4, 30),
                told_on=today, why="x",
            )  # fmt: skip


def test_a_granted_objection_stands_until_it_is_lifted(cast: Cast) -> None:
    who = factories.published(cast.intel).subject
    row = decided(cast, asked(cast.intel, who), "granted")
    version = ProfileVersion.objects.get(subject=who)
    assert row.is_standing
    assert version.withdrawn_at is not None
    who.refresh_from_db()
    with pytest.raises(ValidationError, match="holds it"):
        profile_publish(
            by=cast.intel, subject=who, revision=who.revision, draft=factories.draft(who)
        )
    told(cast, row)
    row.refresh_from_db()
    with pytest.raises(ValidationError, match="before it is lifted"):
        request_lift(
            by=cast.intel, request=row, revision=row.revision, told_on=dates.today() + DAY, why="x"
        )
    request_lift(
        by=cast.intel, request=row, revision=row.revision, told_on=dates.today(), why="New thefts."
    )
    assert not ProfileVersion.objects.live().filter(subject=who).exists()  # not by itself
    profile_publish(by=cast.intel, subject=who, revision=who.revision, draft=factories.draft(who))
    assert ProfileVersion.objects.live().filter(subject=who).exists()


def test_who_asks_must_be_known_before_anything_is_granted(cast: Cast) -> None:
    who = factories.published(cast.intel).subject
    row = asked(cast.intel, who, identified="")
    with pytest.raises(ValidationError, match="how you know"):
        decided(cast, row, "granted")
    assert decided(cast, row, "refused").decision == "refused"


def test_a_notice_lets_members_recognise_them_only_while_it_holds(
    cast: Cast, client_of: Callable[[str], Any]
) -> None:
    version = factories.published(cast.intel)
    who = version.subject
    row = asked(cast.intel, who)
    show: Any = {"by": cast.intel, "request": row, "revision": 1, "why": "Staff were hit."}
    with pytest.raises(ValidationError, match="Only while a notice is in force"):
        request_show(**show)
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, who)
    with pytest.raises(ValidationError, match="Say why"):
        request_show(**show | {"why": " "})
    request_show(**show)
    client = client_of("other")
    assert seen(client, who.ref)
    with time_machine.travel(timezone.now() + dt.timedelta(days=366), tick=False):
        assert not ProfileVersion.objects.live().filter(subject=who).exists()
    notice_revoke(by=cast.intel, notice=notice, reason="Raised by mistake.")
    assert not seen(client, who.ref)


def test_erased_is_gone_at_once_and_forgotten_once_told(
    cast: Cast, client_of: Callable[[str], Any]
) -> None:
    who = factories.published(cast.intel, name="Kevin Marsh").subject
    photos = set(Photo.objects.filter(subject=who).values_list("pk", flat=True))
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, who)
    row = asked(cast.intel, who, "erasure", asker="Kevin Marsh, 1 High Street")
    with pytest.raises(ValidationError, match="A notice is in force"):
        decided(cast, row, "granted")
    assert RightsRequest.objects.get(pk=row.pk).is_open  # nothing of it is half done
    notice_revoke(by=cast.intel, notice=notice, reason="Raised by mistake.")
    done = decided(cast, row, "granted")
    assert done.subject is None
    assert done.subject_refs == [who.ref]
    assert not Photo.objects.filter(pk__in=photos).exists()
    stone = Tombstone.objects.get(ref=who.ref)
    assert row.ref in stone.because
    page = client_of("intel").get(f"/records/requests/{row.ref}/").content.decode()
    assert "Kevin Marsh" in page  # where to answer
    told(cast, done)
    page = client_of("intel").get(f"/records/requests/{row.ref}/").content.decode()
    assert "Kevin Marsh" not in page
    assert "Names and words were taken out" in page


def test_what_is_put_right_is_looked_for_everywhere(cast: Cast) -> None:
    who = factories.published(cast.intel, name="Kevn Marsh", aliases=["Kez"]).subject
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, who)
    row = asked(
        cast.intel, who, "rectification", wrong_words="kevn  marsh", right_words="Kevin Marsh"
    )
    row = decided(cast, row, "granted")
    with pytest.raises(ValidationError, match="Put it right first"):
        told(cast, row)
    Subject.objects.filter(pk=who.pk).update(name="Kevin Marsh")
    with pytest.raises(ValidationError, match="stay as they are"):
        told(cast, row)  # the notice says it, as it was served
    assert [place.ref for place in live_places(row)] == [notice.ref]
    assert told(cast, row, left_because="The notice is as it was served.").told_on
    # Nothing holds it: it is published anew with the right name.
    who.refresh_from_db()
    profile_publish(by=cast.intel, subject=who, revision=who.revision, draft=factories.draft(who))
    assert ProfileVersion.objects.live().get(subject=who).name == "Kevin Marsh"


def test_recipients_are_listed_and_told_one_by_one(cast: Cast) -> None:
    who = factories.published(cast.intel).subject
    share = factories.share(cast.intel, who.ref)
    row = decided(cast, asked(cast.intel, who, "restriction"), "granted")
    assert [each.share for each in recipients_of(row)] == [share.ref]
    assert recipients_left(most=9) == [(row, 1)]
    tell: Any = {"by": cast.intel, "request": row, "share": share.ref}
    for wrong in (
        {"told_on": dates.today() + DAY, "words": ""},
        {"told_on": None, "words": ""},
        {"told_on": dates.today(), "words": "", "share": "SHR-2026-9999"},
    ):
        with pytest.raises(ValidationError):
            recipient_told(**tell | wrong)
    recipient_told(**tell, told_on=dates.today(), words="By e-mail to PC 1.")
    assert recipients_left(most=9) == []
    with pytest.raises(ValidationError, match="recorded already"):
        recipient_told(**tell, told_on=None, words="x")
    assert SharingRecord.objects.get().ref == share.ref


def test_an_open_request_keeps_the_record_past_its_day(cast: Cast) -> None:
    who = factories.subject(cast.intel, photo=False)
    row = asked(cast.intel, who)
    due = clocks_of([who.pk])[who.pk].due_on
    later = dt.datetime.combine(due + 3 * DAY, dt.time(3), tzinfo=dt.UTC)
    with time_machine.travel(later, tick=False):
        night_run()
        assert Subject.objects.filter(pk=who.pk).exists()
        told(cast, decided(cast, row, "refused"))
    with time_machine.travel(later + DAY, tick=False):
        night_run()
        assert not Subject.objects.filter(pk=who.pk).exists()
    row.refresh_from_db()
    assert row.subject is None
    assert not row.asker
    assert row.forgotten_at


def test_a_merge_takes_the_hold_along(cast: Cast) -> None:
    kept, gone = (factories.published(cast.intel, name=name).subject for name in ("Kim", "Kimm"))
    row = asked(cast.intel, gone)
    for each in (kept, gone):
        each.refresh_from_db()
    live = ProfileVersion.objects.live().filter(subject=kept)
    merge = subjects_merge(
        by=cast.intel, kept=kept, gone=gone, revisions=(kept.revision, gone.revision), fields={},
        reason="One person.",
    )  # fmt: skip
    assert not live.exists()
    merge_undo(by=cast.intel, merge=merge)
    assert live.exists()
    decided(cast, row, "refused")
    assert not gone.restrictions.standing().exists()


def test_nobody_but_the_manager_reaches_a_request(
    cast: Cast, client_of: Callable[[str], Any]
) -> None:
    row = asked(cast.intel, factories.subject(cast.intel, photo=False))
    for role in ("staff", "store", "police", "board", "admin"):
        client = client_of(role)
        assert client.get(f"/records/requests/{row.ref}/").status_code == 404
        assert client.post(f"/records/requests/{row.ref}/", {"step": "decide"}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_decisions_at_once_are_one() -> None:
    cast = make_cast()
    row = asked(cast.intel, factories.subject(cast.intel, photo=False))

    def decide(decision: str) -> Callable[[], object]:
        return lambda: request_decide(
            by=cast.intel, request=row, revision=1, decision=decision, reasons="Weighed."
        )

    refused = at_once(decide("granted"), decide("refused"))
    assert sorted(error is None for error in refused) == [False, True]


def test_what_a_witness_said_is_found_too(cast: Cast) -> None:
    who = factories.subject(cast.intel, photo=False)
    said = [PersonInput(subject=who, description="tattoo of a swallow on the neck")]
    report = factories.report(cast.intel, cast.shop, people=said)
    row = asked(
        cast.intel, who, "rectification", wrong_words="tattoo of a swallow", right_words="none"
    )
    assert ("Who a witness saw", report.ref, False) in [
        (place.label, place.ref, place.must) for place in live_places(row)
    ]
