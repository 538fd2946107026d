"""Ten thousand reports that no browser sends: never a 500, never a part of a report.

Each is judged by what is in the database and on the disk afterwards: one whole report, with all of
its people, goods and files, or nothing at all; and no answer names somebody unpublished.
"""

import os
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents import looks
from incidents.models import Report
from incidents.phone import phone_facts
from incidents.services import PersonInput
from offenders.models import ProfileVersion, Subject
from tests import factories, hostile
from tests.cast import Cast
from tests.hostile import Sent
from tests.malformed import (
    FEW,
    NAMES,
    READERS,
    ROLES,
    SEVERAL,
    World,
    edit_base,
    expected,
    post,
    text,
    undone,
)

HOW_MANY = int(os.environ.get("DTAC_MALFORMED_REPORTS", "10000"))
TOGETHER = 50  # submissions of one example; what they leave is undone after it
BASES: dict[str, dict[str, bytes]] = {
    "sighting": {"people-0-who": b"unknown", "people-0-description": b"grey hoodie"},
    "theft": {
        "what": b"shop-theft",
        "people-0-who": b"unknown",
        "people-0-named_as": b"Big Dave",
        "items-0-category": b"cosmetics",
        "items-0-quantity": b"3",
        "items-0-value_stolen": "£1,126.50".encode(),
        "items-0-value_recovered": b"26.50",
        "items-1-category": b"meat",
    },
    "several": {
        "what": b"shop-theft",
        "people-TOTAL_FORMS": b"3",
        "people-0-who": b"unknown",
        "people-0-clothing": b"hoodie",
        "people-1-who": b"D-0001",
        "people-2-who": b"unknown",
        "people-2-sex": b"male",
    },
    "later": {"what": b"asb", "finish": b"1", "people-0-who": b""},
}


@st.composite
def submissions(draw: st.DrawFn, refs: tuple[bytes, ...], places: dict[str, bytes]) -> Any:
    """Who sends what: (role, whether a page is wanted, whether with the last one's id, form)."""
    role = draw(hostile.one_from(FEW))
    client_id = uuid.UUID(int=draw(st.integers(1, 2**128 - 1)))
    base = {
        "client_id": str(client_id).encode(),
        "premises": places[role],
        "when": b"now",
        "what": b"seen",
        "people-TOTAL_FORMS": b"1",
        "people-INITIAL_FORMS": b"0",
        "items-TOTAL_FORMS": b"3",
        "items-INITIAL_FORMS": b"0",
        "made_at": b"1790000000000",
    } | BASES[draw(hostile.one_from(tuple(BASES)))]
    value = hostile.values(*refs, *places.values(), *hostile.spellings(client_id))
    sent: Sent = draw(hostile.mangled(base, NAMES, value, most=12))
    if draw(st.booleans()):
        sent.files = draw(st.lists(hostile.file_parts(), max_size=3))
        if sent.files and draw(st.integers(0, 30)) == 7:
            sent.files *= draw(hostile.one_from((5, 12, 30)))
    if draw(st.integers(0, 4)) == 3:
        sent = draw(hostile.on_the_wire(sent))
    return role, draw(st.integers(0, 90)) == 7, draw(st.integers(0, 20)) == 7, sent


def check_whole(world: World, role: str, sent: Sent, report: Report, before: World) -> None:
    """The one new report has everything that was sent, and is its sender's to send."""
    people, goods, files = expected(sent, report)
    alert = world.counts[4] - before.counts[4]
    grown = tuple(now - then for now, then in zip(world.counts, before.counts, strict=True))
    assert grown == (1, people, goods, files, alert, 0, 0), (grown, people, goods, files)
    assert alert <= bool(sent.last("alert"))
    kept = {Path(str(row.original.name)).name for row in report.attachments.all()}
    assert world.kept - before.kept == kept
    assert report.words == text(sent.last("words"))
    user = world.cast.users[role]
    assert report.reporter_id == user.pk
    assert report.occurred_at <= timezone.now()
    own = role in ("staff", "store", "other")
    assert not own or report.premises_id == user.premises_id
    if role != "intel" and any(b"D-" in value.upper() for _, value in sent.parts):
        seen = ProfileVersion.objects.visible_to(user).values("subject")
        named = Subject.objects.filter(involvements__report=report)
        assert not named.exclude(pk__in=seen).exists()


def send(world: World, submission: Any, earlier: list[bytes]) -> None:
    """Send one and judge it."""
    role, as_page, again, sent = submission
    if not any(key == b"owner" for key, _ in sent.parts):
        sent.parts.append((b"owner", world.owners[role]))
    if again and earlier:
        sent.parts.append((b"client_id", earlier[-1]))
    before = World(**vars(world))
    headers = {"accept": "text/html" if as_page else "application/json"}
    answer = post(world, role, "/log/", sent, **headers)
    world.tried += 1
    assert answer.status_code in (200, 302, 400, 403, 404, 408, 409, 422), answer.status_code
    assert role in READERS or answer.status_code in (302, 400, 404, 408)
    is_json = answer.headers["Content-Type"].startswith("application/json")
    ref = answer.json().get("ref") if is_json and answer.status_code == 200 else None
    if answer.status_code == 302:
        ref = answer.url.split("/")[-2]
    if ref is None:  # what a refused one might leave is seen with the next that is taken
        return
    world.look()
    if world.counts[0] == before.counts[0]:  # sent a second time
        assert (world.counts[:4], world.kept) == (before.counts[:4], before.kept)
        assert Report.objects.get(ref=ref).reporter_id == world.cast.users[role].pk
        return
    world.taken += 1
    report = Report.objects.select_related("type").get(ref=ref)
    earlier.append(str(report.client_id).encode())
    if not sent.flips:  # else nobody knows what was meant
        check_whole(world, role, sent, report, before)


def judged(world: World, submission: Any, earlier: list[bytes]) -> None:
    """Send one; a failure says which one it was."""
    try:
        send(world, submission, earlier)
    except Exception as error:
        error.add_note(f"sent: {submission}")
        raise


def test_ten_thousand_reports_are_whole_or_nothing(hostile_world: World) -> None:
    world = hostile_world
    places = {role: str((world.cast.users[role].premises or world.cast.shop).pk) for role in ROLES}
    one = submissions(world.refs, {role: pk.encode() for role, pk in places.items()})

    @settings(SEVERAL, max_examples=HOW_MANY // TOGETHER)
    @given(st.lists(one, min_size=TOGETHER, max_size=TOGETHER))
    def run(batch: list[Any]) -> None:
        earlier: list[bytes] = []

        def work() -> None:
            for one in batch:
                judged(world, one, earlier)
            noted = world.counts, world.kept
            world.look()
            assert (world.counts, world.kept) == noted  # nor did those after the last taken

        undone(world, work)

    run()
    print(f"{world.tried} sent, {world.taken} taken")
    assert world.tried >= HOW_MANY
    assert world.taken >= world.tried // 50  # else it says nothing about the whole ones
    assert not list((world.media.parent / "arriving").glob("*"))


def fields(site: Any, **changed: Any) -> dict[str, Any]:
    """Return what a browser sends for two people, changed."""
    return {
        "client_id": str(uuid.uuid4()),
        "premises": site.pk,
        "when": "now",
        "what": "seen",
        "people-TOTAL_FORMS": "2",
        "people-INITIAL_FORMS": "0",
        "people-0-who": "unknown",
        "people-0-description": "grey hoodie",
        "people-1-who": "unknown",
        "people-1-description": "red cap",
        "items-TOTAL_FORMS": "0",
        "items-INITIAL_FORMS": "0",
    } | changed


def test_the_same_person_twice_is_refused_beside_the_second(cast: Cast, client_of) -> None:
    ref = factories.published(cast.intel).subject.ref
    twice = {"people-0-who": ref, "people-1-who": "", "people-1-named_as": ref.replace("-", " ")}
    answer = client_of("staff").post("/log/", fields(cast.shop, **twice))
    assert answer.status_code == 422
    assert "on this report already" in answer.content.decode()
    assert not Report.objects.exists()
    seen = PersonInput(subject=Subject.objects.get(ref=ref))
    with pytest.raises(ValidationError, match="already on the report"):
        factories.report(cast.staff, cast.shop, people=[seen, seen])
    assert not Report.objects.exists()


def test_two_people_may_change_places_in_a_correction(cast: Cast, client_of) -> None:
    one, two = (factories.published(cast.intel, name=name).subject for name in ("A B", "C D"))
    report = factories.report(
        cast.staff, cast.shop, people=[PersonInput(subject=one), PersonInput(subject=two)]
    )
    first, second = report.people.order_by("pk")
    held = {name: value.decode() for name, value in edit_base(report).items()}
    data = held | {"people-0-who": two.ref, "people-1-who": one.ref}
    assert client_of("staff").post(f"/reports/{report.ref}/edit/", data).status_code == 302
    assert [person.subject for person in report.people.order_by("pk")] == [two, one]
    assert {person.pk for person in report.people.all()} == {first.pk, second.pk}


def test_more_words_than_there_is_room_for_are_said_beside_the_field(cast: Cast, client_of) -> None:
    every = {"people-0-hair": list(looks.HAIR)}
    headers = {"accept": "application/json"}
    owner = phone_facts(cast.staff)["owner"]
    data = fields(cast.shop, **every, owner=owner)
    answer = client_of("staff").post("/log/", data, headers=headers)
    assert answer.status_code == 422
    assert [(fault["field"], fault["label"]) for fault in answer.json()["problems"]] == [
        ("people-0-hair", "Hair")
    ]


def form_bytes(site: Any, photo: bytes) -> tuple[str, bytes]:
    """Return the type and the bytes of a report with a photo."""
    parts = [(name.encode(), str(value).encode()) for name, value in fields(site).items()]
    return Sent(parts, [(b"uploads", b"a.jpg", photo, b"image/jpeg")]).body()


@pytest.mark.parametrize("where", ["in the photo", "before the photo", "at the last mark"])
def test_a_form_that_broke_off_is_not_taken_for_all_of_it(cast: Cast, client_of, where) -> None:
    """Its last photo, or its last words, would be missing from the report for ever."""
    photo = factories.image_bytes()
    kind, body = form_bytes(cast.shop, photo)
    ends = {
        "in the photo": body.index(photo) + len(photo) // 2,
        "before the photo": body.rindex(b"--0123456789abcdef\r\nContent", 0, body.index(photo)),
        "at the last mark": len(body) - 4,
    }
    answer = client_of("staff").generic("POST", "/log/", body[: ends[where]], kind)
    assert answer.status_code == 408
    assert "send it again" in answer.content.decode()
    assert not Report.objects.exists()
    assert client_of("staff").generic("POST", "/log/", body, kind).status_code == 302


@pytest.mark.parametrize("charset", ["idna", "utf-16", "rot13", "punycode", "nonsense"])
def test_a_form_in_another_alphabet_is_refused(cast: Cast, client_of, charset) -> None:
    kind, body = form_bytes(cast.shop, factories.image_bytes())
    answer = client_of("staff").generic("POST", "/log/", body, f"{kind}; charset={charset}")
    assert answer.status_code in ((302,) if charset == "nonsense" else (400,))  # no such: UTF-8


def test_nothing_large_is_read_from_somebody_not_signed_in(client: Client, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    for kind, status in (("text/html", 302), ("application/json", 401)):
        large = {"uploads": factories.upload(content=b"x" * 3_000_000)}
        answer = client.post("/log/", large, headers={"accept": kind})
        assert answer.status_code == status
    assert not list(tmp_path.iterdir())


def test_a_form_sent_after_signing_out_leads_to_sign_in(cast: Cast, client_of) -> None:
    client = client_of("staff")
    client.post(reverse("account_logout"))
    answer = client.post("/log/", {"people-0-who": "unknown"})
    assert answer.status_code == 302
    assert answer.url.startswith("/sign-in/")
    assert not Report.objects.exists()


def test_times_of_the_clock_change_are_taken(cast: Cast, client_of) -> None:
    """01:30 on the night summer time ends happens twice; the night it begins, never. Both go."""
    client = client_of("staff")
    for local in ("2026-10-25T01:30", "2026-03-29T01:30"):
        answer = client.post(
            "/log/",
            {
                "client_id": str(uuid.uuid4()),
                "people-TOTAL_FORMS": "1",
                "people-INITIAL_FORMS": "0",
                "people-0-who": "unknown",
                "people-0-description": "x",
                "premises": cast.shop.pk,
                "when": "earlier",
                "occurred_at": local,
                "what": "seen",
                "items-TOTAL_FORMS": "0",
                "items-INITIAL_FORMS": "0",
            },
        )
        assert answer.status_code == 302, local
    assert timezone.get_current_timezone_name() == "Europe/London"
    sent = Report.objects.order_by("pk").values_list("occurred_at", flat=True)
    assert [f"{moment:%m-%d %H:%M}" for moment in sent] == ["10-25 00:30", "03-29 01:30"]
