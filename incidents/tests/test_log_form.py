"""The log form through the front door: what it takes, what it refuses, and that it arrives once."""

import base64
import datetime as dt
import hashlib
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
from common import images
from incidents.models import Attachment, Involvement, Report, StolenItem
from incidents.services import PersonInput, report_accept
from offenders.services import profile_withdraw
from tests import factories
from tests.cast import Cast, make_cast, signed_in

EMPTY_ITEMS = {
    "items-TOTAL_FORMS": "3",
    "items-INITIAL_FORMS": "0",
    "people-TOTAL_FORMS": "1",
    "people-INITIAL_FORMS": "0",
}


def form(site: Any, **fields: Any) -> dict[str, Any]:
    """Return what a browser sends for a sighting of someone unknown, changed by `fields`."""
    return {
        "client_id": str(uuid.uuid4()),
        "people-0-who": "unknown",
        "people-0-description": "grey hoodie",
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
    data = form(cast.shop, **{"people-0-who": version.subject.ref, "people-0-description": ""})
    response = staff.post("/log/", data | {"uploads": [factories.upload()]})
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
    response = staff.post(
        "/log/", form(cast.shop, **THEFT, **{"people-0-sex": "male", "people-0-age_band": "25-30"})
    )
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
        ({"what": ""}, "what", "Choose what happened"),
        ({"what": "nonsense"}, "what", "nonsense"),
        ({"premises": ""}, "premises", "Choose where"),
        ({"premises": "999999"}, "premises", "Choose one of your premises"),
        ({"when": "earlier"}, "occurred_at", "Enter the day and time"),
        ({"when": "earlier", "occurred_at": "yesterday"}, "occurred_at", "Enter a day and a time"),
        ({"when": "earlier", "occurred_at": "2999-01-01T10:00"}, "occurred_at", "in the future"),
        ({"when": "earlier", "occurred_at": "2001-01-01T10:00"}, "occurred_at", "a year ago"),
        ({"words": "x" * 4001}, "words", "4000"),
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
        ({"who": "", "description": ""}, "who", "Choose who it was"),
        ({"description": ""}, "description", "what they looked like"),
        ({"who": "D-9999"}, "who", "not in the gallery"),
        ({"who": "", "named_as": "d 9999"}, "who", "not in the gallery"),
        ({"who": "D-<b>"}, "who", "Choose one of the people"),
        ({"who": "", "named_as": "kevin"}, "who", "Choose one of the people"),
        ({"description": "x" * 501}, "description", "500"),
        ({"age_band": "old"}, "age_band", "old"),
        ({"clothing": ["hoodie", "nothing"]}, "clothing", "nothing"),
        ({"pk": "x"}, "pk", "whole number"),
    ],
)
def test_what_is_wrong_about_a_person_is_said(
    cast: Cast, staff: Client, fields, name, words
) -> None:
    said = {f"people-0-{key}": value for key, value in fields.items()}
    response = staff.post("/log/", form(cast.shop, words="Ran off", **said))
    assert response.status_code == 422
    assert words in " ".join(response.context["entry"].people[0].errors[name])
    assert "Ran off" in response.content.decode()
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
        ("face.jpg", b"plain text", "can’t be taken"),
        ("cut.jpg", factories.image_bytes(size=(900, 900))[:5000], "damaged"),
        ("huge.png", factories.image_bytes("PNG", size=(10000, 6000)), "too many pixels"),
    ],
)
def test_a_bad_photo_refuses_the_whole_and_leaves_nothing(
    cast: Cast, staff: Client, name, content, words
) -> None:
    photos = [factories.upload(), factories.upload(name, content)]
    response = staff.post("/log/", form(cast.shop, uploads=photos))
    assert response.status_code == 422
    assert words in " ".join(response.context["form"].errors["uploads"])
    assert name in " ".join(response.context["form"].errors["uploads"])
    assert not Report.objects.exists()
    assert not Attachment.objects.exists()


def test_a_heic_photo_is_accepted(cast: Cast, staff: Client) -> None:
    photo = factories.upload("IMG_1.HEIC", factories.image_bytes("HEIF"), "image/heic")
    assert staff.post("/log/", form(cast.shop, uploads=[photo])).status_code == 302
    assert Attachment.objects.get().content_type == "image/heic"


def test_too_many_photos(cast: Cast, staff: Client) -> None:
    response = staff.post("/log/", form(cast.shop, uploads=[factories.upload() for _ in range(11)]))
    assert "10 files at most" in " ".join(response.context["form"].errors["uploads"])


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
        response = staff.post("/log/", form(cast.shop, **{"people-0-who": ref}))
        assert response.status_code == 422
        errors = response.context["entry"].people[0].errors["who"]
        assert "not in the gallery" in " ".join(errors)
    assert not Involvement.objects.exists()


def test_a_misspelt_name_offers_faces_to_choose_from(cast: Cast, staff: Client) -> None:
    version = factories.published(cast.intel)
    said = {"people-0-who": "", "people-0-named_as": "kevn mrash"}
    response = staff.post("/log/", form(cast.shop, **said))
    assert response.status_code == 422
    shown = response.context["people"][0]["faces"]
    assert [card.ref for card in shown] == [version.subject.ref]
    page = staff.get("/log/who/", {"q": "kevn"})
    assert version.subject.ref in page.content.decode()


def test_a_manipulated_formset_is_no_500(cast: Cast, staff: Client) -> None:
    for broken in (
        {"items-TOTAL_FORMS": "x"},
        {"items-TOTAL_FORMS": "99999"},
        {"items-0-category": "z"},
        {"people-TOTAL_FORMS": "x"},
        {"people-TOTAL_FORMS": "99999"},
        {"people-TOTAL_FORMS": ""},
    ):
        response = staff.post("/log/", form(cast.shop) | broken)
        assert response.status_code in (302, 422)


def test_a_csrf_failure_is_a_page_that_says_what_to_do(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    signed_in(client, cast.staff)
    response = client.post("/log/", form(cast.shop))
    assert response.status_code == 403
    assert "again" in response.content.decode()
    assert not Report.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_report_sent_50_times_at_once_gives_one_row_and_one_file() -> None:
    cast = make_cast()
    client_id = uuid.uuid4()
    now = timezone.now() - dt.timedelta(minutes=1)
    got: list[str] = []

    def send() -> None:
        try:
            photos = [factories.upload()]
            sent = factories.report(
                cast.staff, cast.shop, client_id=client_id, occurred_at=now, files=photos
            )
            got.append(sent.ref)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 50
    assert len(set(got)) == 1
    assert Report.objects.count() == Involvement.objects.count() == Attachment.objects.count() == 1
    attachment = Attachment.objects.get()
    folder = attachment.original.name.rpartition("/")[0]
    kept = [name for name in default_storage.listdir(folder)[1] if str(attachment.uuid) in name]
    assert len(kept) == 1


def test_several_people_on_one_report(cast: Cast, staff: Client) -> None:
    version = factories.published(cast.intel)
    people = {
        "people-TOTAL_FORMS": "3",
        "people-0-who": version.subject.ref,
        "people-0-description": "",
        "people-1-who": "unknown",
        "people-1-part": "with_them",
        "people-1-clothing": ["hoodie", "cap"],
        "people-1-carrying": ["rucksack"],
    }
    assert staff.post("/log/", form(cast.shop, **people)).status_code == 302
    first, second = Involvement.objects.order_by("pk")
    assert (first.subject, first.part) == (version.subject, "did_it")
    assert (second.part, second.seen_as()) == ("with_them", "hoodie, cap, carrying rucksack")


def test_a_name_that_is_not_found_is_kept_with_someone_unknown(cast: Cast, staff: Client) -> None:
    said = {"people-0-named_as": "Big Dave from the estate", "people-0-description": ""}
    assert staff.post("/log/", form(cast.shop, **said)).status_code == 302
    assert Involvement.objects.get().seen_as() == "named as Big Dave from the estate"


def test_a_form_that_nobody_touched_is_no_sighting_of_nobody(cast: Cast, staff: Client) -> None:
    as_shown = {"people-0-who": "", "people-0-description": "", "people-0-part": "did_it"}
    response = staff.post("/log/", form(cast.shop, **as_shown))
    assert "Choose who it was, or Someone unknown." in response.content.decode()
    assert not Report.objects.exists()
    later = form(cast.shop, **THEFT, **as_shown, finish="1")
    assert staff.post("/log/", later).status_code == 302
    assert not Report.objects.get().people.exists()


def test_finish_later_takes_what_there_is(cast: Cast, staff: Client) -> None:
    empty = {"people-0-who": "", "people-0-description": "", "finish": "1"}
    response = staff.post("/log/", form(cast.shop, **THEFT, **empty), follow=True)
    report = Report.objects.get()
    assert report.to_finish
    assert not report.people.exists()
    assert "add the rest" in response.content.decode()


def test_only_what_the_type_asks_for_is_taken(cast: Cast, staff: Client) -> None:
    factories.incident_type("asb", label="ASB", asks=["threats"])
    extra = {
        "what": "asb",
        "threats": "on",
        "weapon": "used",
        "outcome": "arrested",
        "vehicle_registration": "ab12 cde",
        "methods": ["team"],
    }
    assert staff.post("/log/", form(cast.shop) | THEFT | extra).status_code == 302
    report = Report.objects.get()
    assert (report.threats, report.weapon, report.outcome) == (True, "", "unknown")
    assert (report.vehicle_registration, report.value_stolen) == ("", Decimal(0))


def test_everything_a_type_asks_for_is_kept(cast: Cast, staff: Client) -> None:
    extra = {
        "methods": ["team", "foil"],
        "weapon": "shown",
        "weapon_words": "knife",
        "violence": "on",
        "injury": "minor",
        "vehicle_registration": "ab12 cde",
        "vehicle_words": "silver van",
        "police_told": "on",
        "police_ref": "46/1",
        "outcome": "left",
    }
    assert staff.post("/log/", form(cast.shop) | THEFT | extra).status_code == 302
    report = Report.objects.get()
    assert report.methods == ["team", "foil"]
    assert (report.weapon, report.weapon_words, report.injury) == ("shown", "knife", "minor")
    assert (report.vehicle_registration, report.vehicle_words) == ("AB12CDE", "silver van")
    assert (report.violence, report.police_told, report.police_ref) == (True, True, "46/1")


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def test_documents_and_videos_are_kept_as_they_came(cast: Cast, staff: Client) -> None:
    files = [
        factories.upload("till.pdf", PDF, "application/pdf"),
        factories.upload("clip.mp4", factories.video_bytes(), "video/mp4"),
        factories.upload("clip.mov", factories.video_bytes(b"qt  "), "video/quicktime"),
        factories.upload("face.jpg"),
    ]
    assert staff.post("/log/", form(cast.shop, uploads=files)).status_code == 302
    kept = Attachment.objects.order_by("number")
    assert [row.kind for row in kept] == ["document", "video", "video", "photo"]
    assert [row.number for row in kept] == [1, 2, 3, 4]
    assert kept[0].content_type == "application/pdf"
    assert kept[0].original.read() == PDF
    assert kept[0].sha256 == hashlib.sha256(PDF).hexdigest()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("cut.mp4", factories.video_bytes()[:-9], "cut short"),
        ("headless.mp4", factories.video_bytes()[:40], "cut short"),
        ("cut.pdf", PDF[:20], "cut short"),
        ("page.pdf", b"<html>%PDF-1.7 %%EOF", "can’t be taken"),
        ("tool.exe", b"MZ\x90\x00" + b"\x00" * 64, "can’t be taken"),
        ("loop.mp4", b"\x00\x00\x00\x14ftypisom\x00\x00\x00\x00isom\x00\x00\x00\x01moov", "cut"),
    ],
)
def test_a_bad_file_refuses_the_whole(cast: Cast, staff: Client, name, content, words) -> None:
    response = staff.post("/log/", form(cast.shop, uploads=[factories.upload(name, content)]))
    assert response.status_code == 422
    assert words in " ".join(response.context["form"].errors["uploads"])
    assert not Report.objects.exists()


def test_too_large_a_video_or_document_is_refused_in_words(
    cast: Cast, staff: Client, settings
) -> None:
    settings.DTAC_VIDEO_MAX_BYTES = settings.DTAC_DOCUMENT_MAX_BYTES = 30
    for upload in (
        factories.upload("a.mp4", factories.video_bytes()),
        factories.upload("a.pdf", PDF),
    ):
        response = staff.post("/log/", form(cast.shop, uploads=[upload]))
        assert "is over 0 MB" in " ".join(response.context["form"].errors["uploads"])


def test_a_request_that_says_it_is_huge_is_refused_before_it_is_read(staff: Client) -> None:
    response = staff.generic("POST", "/log/", b"x", CONTENT_LENGTH=str(2 * 1024**3))
    assert response.status_code == 413
    assert "too large" in response.content.decode()


def test_an_agency_finds_premises_by_name(cast: Cast, client_of) -> None:
    police = client_of("police")
    assert cast.pub.name not in police.get("/log/").content.decode()
    assert cast.pub.name in police.get("/log/where/", {"q": "penfold"}).content.decode()
    assert police.post("/log/", form(cast.pub)).status_code == 302
    own = client_of("staff").get("/log/where/", {"q": "penfold"}).content.decode()
    assert cast.pub.name not in own


def test_people_seen_here_lately_are_offered_first(cast: Cast, staff: Client, client_of) -> None:
    version = factories.published(cast.intel)
    factories.report(cast.staff, cast.shop, people=[PersonInput(subject=version.subject)])
    assert version.subject.ref in staff.get("/log/who/").content.decode()
    assert version.subject.ref not in client_of("other").get("/log/who/").content.decode()
    profile_withdraw(by=cast.intel, subject=version.subject, reason="x")
    assert version.subject.ref not in staff.get("/log/who/").content.decode()


# --- the phone's outbox ------------------------------------------------------------------------


def send(client: Client, data: dict[str, Any], owner: str) -> Any:
    return client.post("/log/", data | {"owner": owner}, headers={"accept": "application/json"})


def test_a_phone_sends_and_is_answered_in_json(cast: Cast, staff: Client) -> None:
    assert staff.get("/log/phone/").status_code == 204
    facts = staff.post("/log/phone/").json()
    assert facts == staff.get("/log/phone/").json() | {"csrf": facts["csrf"]}
    assert facts["premises"] == [{"id": cast.shop.pk, "name": cast.shop.name}]
    assert len(base64.b64decode(facts["key"])) == 32
    data = form(cast.shop)
    first, second = send(staff, data, facts["owner"]), send(staff, data, facts["owner"])
    assert first.json() == second.json()
    assert first.json()["state"] == "sent"
    assert Report.objects.count() == 1
    refused = send(staff, form(cast.shop, **{"people-0-who": "D-9999"}), facts["owner"])
    assert refused.status_code == 422
    (problem,) = refused.json()["problems"]
    assert problem["field"] == "people-0-who"
    assert "not in the gallery" in problem["text"]


def test_somebody_elses_waiting_report_is_never_taken(cast: Cast, staff: Client, client_of) -> None:
    owner = staff.post("/log/phone/").json()["owner"]
    other = client_of("other")
    assert other.post("/log/phone/").json()["owner"] != owner
    for wrong in (owner, "", "x", str(uuid.uuid4())):
        response = send(other, form(cast.pub), wrong)
        assert response.status_code == 409
        assert response.json()["state"] == "other-user"
    assert not Report.objects.exists()


def test_when_a_waiting_report_says_now_it_means_when_it_was_written(
    cast: Cast, staff: Client
) -> None:
    owner = staff.post("/log/phone/").json()["owner"]
    written = timezone.now() - dt.timedelta(hours=3)
    made_at = {"made_at": str(int(written.timestamp() * 1000))}
    send(staff, form(cast.shop, **made_at), owner)
    assert abs(Report.objects.get().occurred_at - written) < dt.timedelta(seconds=1)
    for nonsense in ("", "x", "-1", "9" * 30, str(int(timezone.now().timestamp() * 1000) + 10**7)):
        answer = send(staff, form(cast.shop, made_at=nonsense), owner)
        report = Report.objects.get(ref=answer.json()["ref"])
        assert timezone.now() - report.occurred_at < dt.timedelta(minutes=1)


def test_the_phone_says_how_long_ago_it_was_whatever_its_clock_says(
    cast: Cast, staff: Client
) -> None:
    owner = staff.post("/log/phone/").json()["owner"]
    hours = dt.timedelta(hours=3)
    wrong = {"made_at": str(int((timezone.now() - hours).timestamp() * 1000))}
    for age, ago in (("40", dt.timedelta()), ("10800000", hours), ("-5", dt.timedelta())):
        answer = send(staff, form(cast.shop, age=age, **wrong), owner)
        report = Report.objects.get(ref=answer.json()["ref"])
        assert abs(timezone.now() - ago - report.occurred_at) < dt.timedelta(seconds=5)


def test_what_was_mended_after_a_lost_answer_is_a_correction(cast: Cast, staff: Client) -> None:
    owner = staff.post("/log/phone/").json()["owner"]
    data = form(cast.shop, words="First")
    first = send(staff, data | {"content": "1", "age": "900", "uploads": factories.upload()}, owner)
    ref = first.json()["ref"]
    more = data | {"words": "First and more", "content": "2", "age": "60000"}
    for _ in range(2):  # that answer is lost too
        files = [factories.upload(), factories.upload("b.jpg", factories.image_bytes(colour="red"))]
        again = send(staff, more | {"uploads": files}, owner)
        assert again.json() == first.json()
    report = Report.objects.get()
    assert (report.ref, report.words, report.revision) == (ref, "First and more", 2)
    assert report.attachments.count() == 2
    late = send(staff, data | {"content": "1", "age": "70000"}, owner)  # the first try, at last
    assert late.json()["state"] == "sent"
    report.refresh_from_db()
    assert report.words == "First and more"


def test_what_was_mended_after_the_review_is_refused_and_not_lost(
    cast: Cast, staff: Client
) -> None:
    owner = staff.post("/log/phone/").json()["owner"]
    data = form(cast.shop, words="First")
    send(staff, data | {"content": "1", "age": "900"}, owner)
    report = Report.objects.get()
    report_accept(by=cast.intel, report=report, revision=report.revision)
    answer = send(staff, data | {"words": "More", "content": "2", "age": "60000"}, owner)
    assert answer.status_code == 422
    assert [problem["text"] for problem in answer.json()["problems"]] == [
        "Sent already. Add this under Reports."
    ]
    same = send(staff, data | {"content": "1", "age": "60000"}, owner)
    assert same.json()["state"] == "sent"


def test_all_that_is_wrong_is_said_at_once(cast: Cast, staff: Client) -> None:
    owner = staff.post("/log/phone/").json()["owner"]
    wrong = form(cast.shop, **THEFT) | {
        "people-0-description": "", "premises": "", "items-0-category": "",
        "items-0-value_stolen": "lots", "items-0-quantity": "", "items-0-value_recovered": "",
    }  # fmt: skip
    problems = send(staff, wrong, owner).json()["problems"]
    assert {problem["field"] for problem in problems} == {
        "premises", "people-0-description", "items-0-category", "items-0-value_stolen",
    }  # fmt: skip


def test_somebody_attacked_is_asked_about_whatever_the_type(cast: Cast, staff: Client) -> None:
    kind = factories.incident_type()
    kind.asks = ["goods", "violence"]
    kind.save()
    said = {"weapon": "used", "weapon_words": "Kitchen knife", "injury": "minor"}
    for attacked in ("on", ""):
        data = form(cast.shop, **THEFT, **said, **({"violence": "on"} if attacked else {}))
        assert staff.post("/log/", data).status_code == 302
        report = Report.objects.get(client_id=data["client_id"])
        assert bool(report.weapon) == bool(report.injury) == bool(attacked)


def test_while_photos_wait_too_long_the_phone_is_told_to_try_again(
    cast: Cast, staff: Client, settings
) -> None:
    owner = staff.post("/log/phone/").json()["owner"]
    settings.DTAC_PHOTO_TURN_SECONDS = 0.1
    with images._in_turn():
        answer = send(staff, form(cast.shop, uploads=factories.upload()), owner)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert not Report.objects.exists()


def test_a_phone_learns_which_owners_are_gone(cast: Cast, staff: Client, client_of) -> None:
    own = staff.post("/log/phone/").json()["owner"]
    other = client_of("other").post("/log/phone/").json()["owner"]
    gone = str(uuid.uuid4())
    answer = staff.get("/log/phone/", {"of": [own, other, gone, "x"]})
    assert answer.json()["unknown"] == [gone, "x"]


def test_what_a_phone_keeps_holds_nobodys_data(cast: Cast, staff: Client, client: Client) -> None:
    factories.published(cast.intel)
    kept = [client.get(path) for path in ("/log/offline/", "/sw.js", "/manifest.webmanifest")]
    assert [page.status_code for page in kept] == [200, 200, 200]
    as_staff = [staff.get(path).content for path in ("/log/offline/", "/sw.js")]
    assert as_staff == [page.content for page in kept[:2]]
    text = b"".join(page.content for page in kept).decode()
    for secret in (cast.shop.name, cast.staff.name, "Kevin", "csrfmiddlewaretoken", "client_id"):
        assert secret not in text
    assert "no-store" in staff.get("/log/")["Cache-Control"]
