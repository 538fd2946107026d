"""Paper: only where the scheme allows it, one numbered copy for one business, what it may see."""

import datetime as dt
import io
import uuid
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pypdf import PdfReader

from audit.models import Event
from common.variants import make_waiting_variants
from members.audience import business_in
from members.models import Member, SchemeSetting
from members.services import scheme_setting_change
from offenders.models import Bulletin, Photo, PrintedPack
from offenders.services import bulletin_send, profile_publish, profile_withdraw
from offenders.services.packs import pack_members
from tests import factories
from tests.cast import Cast, signed_in


def text_of(pdf: bytes) -> str:
    """Return the words of a PDF."""
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.fixture
def paper(cast: Cast) -> None:
    scheme_setting_change(
        by=cast.intel, revision=0, email_shows_people=False, printed_packs=True, reason="Trial."
    )


def sent(cast: Cast, *versions, **fields) -> Bulletin:
    made = factories.bulletin(cast.intel, *versions, **fields)
    bulletin_send(by=cast.intel, bulletin=made)
    made.refresh_from_db()
    return made


def test_without_the_setting_there_is_no_such_page(cast: Cast, client_of) -> None:
    made = sent(cast, factories.published(cast.intel))
    for who in ("intel", "store"):
        assert client_of(who).get(f"/bulletins/{made.ref}/pack/").status_code == 404
        assert "Print a pack" not in client_of(who).get(f"/bulletins/{made.ref}/").content.decode()
    assert not SchemeSetting.current().printed_packs


def test_one_numbered_copy_for_ones_own_business(cast: Cast, client_of, paper: None) -> None:
    shown = factories.published(cast.intel, name="Paul Tate")
    gone = factories.published(cast.intel, name="Leanne Foster")
    make_waiting_variants(Photo.objects.all())
    made = sent(cast, shown, gone)
    profile_withdraw(by=cast.intel, subject=gone.subject, reason="Mistake")
    client = client_of("store")
    path = f"/bulletins/{made.ref}/pack/"
    data = {"client_id": str(uuid.uuid4()), "member": cast.store.member_id}
    answer = client.post(path, data)
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    again = client.post(path, data)
    pack = PrintedPack.objects.get()  # pressed twice is one copy
    assert again.content == answer.content
    assert client.post(path, data | {"client_id": str(uuid.uuid4())}).status_code == 200
    assert PrintedPack.objects.count() == 2
    pack_refs = [pack.ref]
    text = text_of(answer.content)
    for words in (pack.ref, "Marlowe Chemist", "Paul Tate", shown.subject.ref, "Shred it on"):
        assert words in text
    assert "Leanne" not in text
    printed = Event.objects.filter(action="offenders.bulletin.printed").order_by("pk")
    assert [event.detail["again"] for event in printed] == [False, True, False]
    assert printed[0].detail["pack"] == printed[1].detail["pack"] == pack_refs[0]
    event = Event.objects.filter(action="offenders.bulletin.printed").first()
    assert (event.record, event.actor_id) == (made.ref, cast.store.pk)
    assert event.subjects == [shown.subject.ref]
    other = client.post(path, data | {"member": cast.other.member_id})
    assert other.status_code == 422  # not their business


def test_only_what_the_whole_business_may_see(cast: Cast, client_of, paper: None) -> None:
    pubs = factories.published(
        cast.intel, name="Ray Oakes", draft_audience="sectors", draft_audience_sectors=["licensed"]
    )
    made = sent(cast, pubs, audience="sectors", audience_sectors=["licensed"])
    names = [member.name for member in pack_members(by=cast.intel, bulletin=made)]
    assert names == ["Dartford Police", "The Penfold Arms"]
    assert client_of("store").get(f"/bulletins/{made.ref}/pack/").status_code == 404
    data = {"client_id": str(uuid.uuid4()), "member": cast.other.member_id}
    assert client_of("otherstore").post(f"/bulletins/{made.ref}/pack/", data).status_code == 200
    draft = factories.bulletin(cast.intel, factories.published(cast.intel))
    assert client_of("intel").get(f"/bulletins/{draft.ref}/pack/").status_code == 404


class TestTheSameCopyAgain:
    """What the register says was printed, or nothing; and each time on record."""

    @pytest.fixture
    def printed(self, cast: Cast, client_of, paper: None) -> tuple[Any, str, dict[str, Any]]:
        self.versions = [
            factories.published(cast.intel, name=name) for name in ("Paul Tate", "Leanne Foster")
        ]
        make_waiting_variants(Photo.objects.all())
        path = f"/bulletins/{sent(cast, *self.versions).ref}/pack/"
        client = client_of("store")
        data = {"client_id": str(uuid.uuid4()), "member": cast.store.member_id}
        assert client.post(path, data).status_code == 200
        return client, path, data

    def refused(self, printed: Any, words: str) -> None:
        """It is refused, nothing is logged as printed, and pressing again makes a new copy."""
        client, path, data = printed
        log = Event.objects.filter(action="offenders.bulletin.printed")
        before = log.count()
        answer = client.post(path, data)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert log.count() == before
        fresh = str(answer.context["form"]["client_id"].value())
        assert fresh != data["client_id"]
        assert client.post(path, data | {"client_id": fresh}).status_code == 200
        assert PrintedPack.objects.count() == 2

    def test_not_after_its_last_day(self, cast: Cast, printed: Any) -> None:
        with time_machine.travel(timezone.now() + dt.timedelta(days=14)):
            signed_in(printed[0], cast.store)
            assert printed[0].post(*printed[1:]).status_code == 200
        with time_machine.travel(timezone.now() + dt.timedelta(days=15)):
            signed_in(printed[0], cast.store)
            self.refused(printed, "is past")

    def test_not_with_somebody_left_out(self, cast: Cast, printed: Any) -> None:
        profile_withdraw(by=cast.intel, subject=self.versions[1].subject, reason="Mistake")
        self.refused(printed, "have changed since")

    def test_not_with_other_words(self, cast: Cast, printed: Any) -> None:
        subject = self.versions[0].subject
        subject.refresh_from_db()
        profile_publish(
            by=cast.intel,
            subject=subject,
            revision=subject.revision,
            draft=factories.draft(subject, line="Takes meat now"),
        )
        self.refused(printed, "have changed since")


@pytest.mark.parametrize("where", ["area", "site"])
def test_the_button_is_there_where_its_page_is(
    cast: Cast, client_of, paper: None, where: str
) -> None:
    """A manager who reads it because of their site alone prints nothing for the whole business."""
    area = factories.AreaFactory(name="Longfield")
    if where == "area":
        Member.objects.filter(pk=cast.store.member_id).update(area=area)
    else:
        type(cast.shop).objects.filter(pk=cast.shop.pk).update(area=area)
    made = sent(cast, factories.published(cast.intel), audience="areas", audience_areas=[area.pk])
    client = client_of("store")
    page = client.get(f"/bulletins/{made.ref}/")
    assert page.status_code == 200
    allowed = where == "area"
    assert ("Print a pack" in page.content.decode()) == allowed
    code = 200 if allowed else 404
    assert client.get(f"/bulletins/{made.ref}/pack/").status_code == code
    assert "Print a pack" not in client_of("staff").get(f"/bulletins/{made.ref}/").content.decode()


def test_many_businesses_are_searched_not_listed(cast: Cast, client_of, paper: None) -> None:
    Member.objects.bulk_create(
        Member(
            name=f"Shop {n:03}",
            slug=f"shop-{n}",
            kind="full",
            status="active",
            sector="large_retail",
            area=cast.store.member.area,
            joined_on=dt.date(2020, 1, 1),
        )
        for n in range(120)
    )
    made = sent(cast, factories.published(cast.intel))
    client, path = client_of("intel"), f"/bulletins/{made.ref}/pack/"
    page = client.get(path)
    assert page.content.decode().count("<option") == 50
    assert "123 businesses, the first 50 are offered" in page.content.decode()
    found = client.get(path, {"q": "shop 11"})
    names = [member.name for member in found.context["form"].fields["member"].queryset]
    assert names == [f"Shop {n}" for n in range(110, 120)]
    assert "are offered" not in found.content.decode()
    assert "No business found" in client.get(path, {"q": "nowhere"}).content.decode()
    last = Member.objects.get(name="Shop 119")  # beyond the first 50: of a narrowed page
    data = {"client_id": str(uuid.uuid4()), "member": last.pk}
    assert client.post(f"{path}?q=shop+11", data).status_code == 200
    assert client.post(path, data | {"client_id": str(uuid.uuid4())}).status_code == 200
    assert {pack.member for pack in PrintedPack.objects.all()} == {last}
    for wrong in ("9" * 30, "\u0661", "x", cast.intel.member_id):
        assert client.post(path, data | {"member": wrong}).status_code == 422
    assert "Search businesses" not in client_of("store").get(path).content.decode()


@pytest.mark.parametrize("audience", ["all", "areas", "sectors", "agencies"])
def test_which_businesses_in_sql_as_one_by_one(cast: Cast, audience: str) -> None:
    row = Bulletin(
        audience=audience,
        audience_areas=[cast.other.member.area_id],
        audience_sectors=["large_retail"],
    )
    active = Member.objects.active().order_by("name")
    wanted = [member for member in active if business_in(row, member)]
    assert list(pack_members(by=cast.intel, bulletin=row)) == wanted
    assert len(wanted) == {"all": 3, "areas": 2, "sectors": 2, "agencies": 1}[audience]


def test_a_copy_of_somebody_withdrawn_is_named_to_be_fetched_back(
    cast: Cast, client_of, paper: None
) -> None:
    shown = factories.published(cast.intel, name="Paul Tate")
    make_waiting_variants(Photo.objects.all())
    made = sent(cast, shown)
    path = f"/bulletins/{made.ref}/pack/"
    data = {"client_id": str(uuid.uuid4()), "member": cast.store.member_id}
    assert client_of("store").post(path, data).status_code == 200
    pack = PrintedPack.objects.get()
    intel = client_of("intel")
    assert "Fetch it back" not in client_of("store").get(path).content.decode()
    done = intel.post(f"/subjects/{shown.subject.ref}/withdraw/", {"reason": "x"}, follow=True)
    assert f"{pack.ref} (Marlowe Chemist)" in done.content.decode()
    other = factories.published(cast.intel, name="Leanne Foster")
    again = sent(cast, other)
    PrintedPack.objects.update(bulletin=again)
    assert "Fetch it back" in intel.get(f"/bulletins/{again.ref}/pack/").content.decode()
