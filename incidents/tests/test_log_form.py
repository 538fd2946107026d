"""The log form through the front door: what it takes, what it refuses, and that it arrives once."""

import datetime as dt
import threading
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone

from audit.models import Event
from incidents.models import Attachment, Involvement, Report, StolenItem
from offenders.services import profile_withdraw
from tests import factories
from tests.cast import Cast, make_cast

EMPTY_ITEMS = {"items-TOTAL_FORMS": "3", "items-INITIAL_FORMS": "0"}


def form(site: Any, **fields: Any) -> dict[str, Any]:
    """Return what a browser sends for a sighting of someone unknown, changed by `fields`."""
    return {
        "client_id": str(uuid.uuid4()),
        "who": "unknown",
        "description": "grey hoodie",
        "premises": site.pk,
        "when": "now",
        "what": "seen",
        **EMPTY_ITEMS,
    } | fields


THEFT = {
    "what": "shop-theft",
    "items-0-category": "cosmetics",
    "items-0-quantity": "3",
    "items-0-value_stolen": "£1,126.50",
    "items-0-value_recovered": "26.50",
}


@pytest.fixture
def staff(cast: Cast, client_of) -> Client:
    factories.incident_type()
    return client_of("staff")


def test_a_known_person_seen_here_now(cast: Cast, staff: Client) -> None:
    version = factories.published(cast.intel)
    data = form(cast.shop, who=version.subject.ref, description="")
    response = staff.post("/log/", data | {"photos": [factories.upload()]})
    report = Report.objects.get()
    assert response.url == f"/reports/{report.ref}/"
    assert report.ref.startswith("SIG-")
    assert (report.kind, report.member, report.area) == (
        "sighting",
        cast.staff.member,
        cast.shop.area,
    )
    assert report.people.get().subject == version.subject
    assert report.attachments.count() == 1
    event = Event.objects.get(action="incidents.report.submitted")
    assert (event.record, event.subjects) == (report.ref, [version.subject.ref])


def test_a_theft_by_someone_unknown_with_goods(cast: Cast, staff: Client) -> None:
    response = staff.post("/log/", form(cast.shop, **THEFT, sex="male", age_band="25-30"))
    assert response.status_code == 302
    report = Report.objects.get()
    assert report.ref.startswith("INC-")
    assert (report.value_stolen, report.value_recovered, report.net_loss) == (
        Decimal("1126.50"),
        Decimal("26.50"),
        Decimal("1100.00"),
    )
    assert report.people.get().seen_as() == "male, 25-30, grey hoodie"


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"who": ""}, "who", "Choose who it was"),
        ({"description": ""}, "description", "what they looked like"),
        ({"who": "D-9999"}, "who", "not in the gallery"),
        ({"who": "D-<b>"}, "who", "Choose one of the people"),
        ({"what": ""}, "what", "Choose what happened"),
        ({"what": "nonsense"}, "what", "nonsense"),
        ({"premises": ""}, "premises", "Choose where"),
        ({"premises": "999999"}, "premises", "Choose one of your premises"),
        ({"when": "earlier"}, "occurred_at", "Enter the day and time"),
        ({"when": "earlier", "occurred_at": "yesterday"}, "occurred_at", "Enter a day and a time"),
        ({"when": "earlier", "occurred_at": "2999-01-01T10:00"}, "occurred_at", "in the future"),
        ({"when": "earlier", "occurred_at": "2001-01-01T10:00"}, "occurred_at", "a year ago"),
        ({"words": "x" * 4001}, "words", "4000"),
        ({"description": "x" * 501}, "description", "500"),
        ({"police_ref": "x" * 41}, "police_ref", "40"),
        ({"client_id": "not-a-uuid"}, "client_id", "UUID"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    cast: Cast, staff: Client, fields, name, words
) -> None:
    response = staff.post("/log/", form(cast.shop, **{"police_ref": "46/1", **fields}))
    assert response.status_code == 422
    assert words in " ".join(response.context["form"].errors[name])
    assert fields.get("police_ref", "46/1") in response.content.decode()
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"items-0-value_stolen": "-5"}, "value_stolen", "£0 or more"),
        ({"items-0-value_stolen": "lots"}, "value_stolen", "amount in pounds"),
        ({"items-0-value_stolen": "1.999"}, "value_stolen", "two decimals"),
        ({"items-0-value_stolen": "5", "items-0-value_recovered": "6"}, "value_recovered", "More"),
        ({"items-0-category": ""}, "category", "Choose the kind"),
        ({"items-0-quantity": "0"}, "quantity", "1"),
        ({"items-0-quantity": "many"}, "quantity", "number"),
    ],
)
def test_goods_and_money_are_checked(cast: Cast, staff: Client, fields, name, words) -> None:
    response = staff.post("/log/", form(cast.shop, **THEFT) | fields)
    assert response.status_code == 422
    assert words in " ".join(response.context["items"][0].errors[name])
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("face.jpg", b"plain text", "not a photo"),
        ("cut.jpg", factories.image_bytes(size=(900, 900))[:5000], "damaged"),
        ("huge.png", factories.image_bytes("PNG", size=(10000, 6000)), "too many pixels"),
    ],
)
def test_a_bad_photo_refuses_the_whole_and_leaves_nothing(
    cast: Cast, staff: Client, name, content, words
) -> None:
    photos = [factories.upload(), factories.upload(name, content)]
    response = staff.post("/log/", form(cast.shop, photos=photos))
    assert response.status_code == 422
    assert words in " ".join(response.context["form"].errors["photos"])
    assert name in " ".join(response.context["form"].errors["photos"])
    assert not Report.objects.exists()
    assert not Attachment.objects.exists()


def test_a_heic_photo_is_accepted(cast: Cast, staff: Client) -> None:
    photo = factories.upload("IMG_1.HEIC", factories.image_bytes("HEIF"), "image/heic")
    assert staff.post("/log/", form(cast.shop, photos=[photo])).status_code == 302
    assert Attachment.objects.get().content_type == "image/heic"


def test_too_many_photos(cast: Cast, staff: Client) -> None:
    response = staff.post("/log/", form(cast.shop, photos=[factories.upload() for _ in range(7)]))
    assert "6 photos at most" in " ".join(response.context["form"].errors["photos"])


def test_a_double_click_sends_one_report(cast: Cast, staff: Client) -> None:
    data = form(cast.shop, **THEFT)
    first, second = staff.post("/log/", data), staff.post("/log/", data)
    assert first.url == second.url
    assert Report.objects.count() == StolenItem.objects.count() == 1


def test_somebody_elses_client_id_tells_nothing(cast: Cast, staff: Client, client_of) -> None:
    data = form(cast.shop)
    staff.post("/log/", data)
    response = client_of("other").post("/log/", data | {"premises": cast.pub.pk})
    assert response.status_code == 403
    assert Report.objects.count() == 1


def test_other_businesses_premises_are_not_offered_nor_taken(cast: Cast, staff: Client) -> None:
    response = staff.post("/log/", form(cast.pub))
    assert response.status_code == 422
    assert cast.pub.name not in staff.get("/log/").content.decode()
    assert not Report.objects.exists()


def test_an_unpublished_or_withdrawn_subject_cannot_be_named(cast: Cast, staff: Client) -> None:
    hidden = factories.subject(cast.intel)
    gone = factories.published(cast.intel)
    profile_withdraw(by=cast.intel, subject=gone.subject, reason="x")
    for ref in (hidden.ref, gone.subject.ref):
        response = staff.post("/log/", form(cast.shop, who=ref))
        assert response.status_code == 422
        assert "not in the gallery" in " ".join(response.context["form"].errors["who"])
    assert not Involvement.objects.exists()


def test_a_misspelt_name_offers_faces_to_choose_from(cast: Cast, staff: Client) -> None:
    version = factories.published(cast.intel)
    response = staff.post("/log/", form(cast.shop, who="", who_text="kevn mrash"))
    assert response.status_code == 422
    assert [card.ref for card in response.context["matches"]] == [version.subject.ref]
    page = staff.get("/log/who/", {"who_text": "kevn"})
    assert version.subject.ref in page.content.decode()


def test_a_manipulated_formset_is_no_500(cast: Cast, staff: Client) -> None:
    for broken in (
        {"items-TOTAL_FORMS": "x"},
        {"items-TOTAL_FORMS": "99999"},
        {"items-0-category": "z"},
    ):
        response = staff.post("/log/", form(cast.shop) | broken)
        assert response.status_code in (302, 422)


def test_a_csrf_failure_is_a_page_that_says_what_to_do(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.staff)
    response = client.post("/log/", form(cast.shop))
    assert response.status_code == 403
    assert "again" in response.content.decode()
    assert not Report.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_report_sent_20_times_at_once_gives_one_row_and_one_file() -> None:
    cast = make_cast()
    client_id = uuid.uuid4()
    now = timezone.now() - dt.timedelta(minutes=1)
    got: list[str] = []

    def send() -> None:
        try:
            photos = [factories.upload()]
            sent = factories.report(
                cast.staff, cast.shop, client_id=client_id, occurred_at=now, photos=photos
            )
            got.append(sent.ref)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 20
    assert len(set(got)) == 1
    assert Report.objects.count() == Involvement.objects.count() == Attachment.objects.count() == 1
    attachment = Attachment.objects.get()
    folder = attachment.original.name.rpartition("/")[0]
    kept = [name for name in default_storage.listdir(folder)[1] if str(attachment.uuid) in name]
    assert len(kept) == 1
