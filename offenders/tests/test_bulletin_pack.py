"""Paper: only where the scheme allows it, one numbered copy for one business, what it may see."""

import io
import uuid

import pytest
from pypdf import PdfReader

from audit.models import Event
from common.variants import make_waiting_variants
from members.models import SchemeSetting
from members.services import scheme_setting_change
from offenders.models import Bulletin, Photo, PrintedPack
from offenders.services import bulletin_send, profile_withdraw
from offenders.services.packs import pack_members
from tests import factories
from tests.cast import Cast


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
    text = text_of(answer.content)
    for words in (pack.ref, "Marlowe Chemist", "Paul Tate", shown.subject.ref, "Shred it on"):
        assert words in text
    assert "Leanne" not in text
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
