"""Every form against input that no browser sends: no 500, nothing half saved."""

import random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exclusions.models import Notice
from incidents.models import Involvement, Report, StolenItem
from offenders.models import Bulletin, Photo, ProfileVersion, Subject
from tests import factories
from tests.cast import Cast

HOSTILE = (
    "", " ", "\x00", "a\x00b", "'; DROP TABLE audit_event; --", "<script>alert(1)</script>",
    "{{ 7|add:7 }}", "%s%n%x", "\u202egnp.exe", "😀" * 50, "x" * 20_000, "-1", "0",
    "99999999999999999999", "1e999", "NaN", "null", "[]", "2026-02-30", "9999-12-31",
    "0001-01-01", "2026-13-45T99:99", "£-5", "on", "../../etc/passwd", "D-0001", "unknown",
    "\r\nSet-Cookie: a=b", "٣", "1_000",
)  # fmt: skip
FILES = (
    ("photo.jpg", b""),
    ("photo.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 500),
    ("photo.png", b"\x89PNG\r\n\x1a\n" + b"\xff" * 200),
    ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
    ("../../../x.jpg", factories.image_bytes()),
    ("p.html", b"<html><body>hello"),
    ("\x00.jpg", factories.image_bytes()),
)
KEPT: tuple[type[Model], ...] = (
    Report,
    Involvement,
    StolenItem,
    Subject,
    Photo,
    ProfileVersion,
    Notice,
    Bulletin,
)
PAGES = {
    "/log/": "staff",
    "/subjects/new/": "intel",
    "/subjects/{subject}/edit/": "intel",
    "/subjects/{subject}/photo/": "intel",
    "/subjects/{subject}/photos/{photo}/": "intel",
    "/subjects/{subject}/publish/": "intel",
    "/subjects/{subject}/withdraw/": "intel",
    "/subjects/{subject}/exclude/": "intel",
    "/reports/{report}/review/": "intel",
    "/reports/{report}/link/": "intel",
    "/exclusions/{notice}/serve/": "store",
    "/exclusions/{notice}/revoke/": "intel",
    "/bulletins/new/": "intel",
    "/agreement/": "staff",
}
NAMES = {
    "/reports/{report}/link/": ["revision", "person", "to"],
    "/log/": ["items-TOTAL_FORMS", "items-INITIAL_FORMS", "items-0-category", "items-0-quantity",
              "items-0-value_stolen", "items-0-value_recovered"],
}  # fmt: skip


LISTS = (
    "/gallery/", "/log/", "/log/who/", "/reports/", "/exclusions/", "/bulletins/", "/me/log/",
    "/subjects/", "/members/", "/queue/", "/reports/{report}/review/",
    "/subjects/{subject}/exclude/",
)  # fmt: skip


@pytest.fixture
def refs(cast: Cast) -> dict[str, str]:
    version = factories.published(cast.intel)
    hidden = factories.subject(cast.intel, name="Hidden Person")
    notice = factories.raised_notice(cast.intel, cast.staff, cast.shop, hidden)
    report = factories.report(cast.staff, cast.shop)
    return {
        "subject": version.subject.ref,
        "notice": notice.ref,
        "report": report.ref,
        "photo": str(version.main_photo.uuid),
    }


def field_names(client: Client, page: str, path: str) -> list[str]:
    """Return what the page's own form would send."""
    found = list(NAMES.get(page, []))
    answer = client.get(path)
    if answer.status_code == 200 and answer.context and "form" in answer.context:
        found += list(answer.context["form"].fields)
    return found


@pytest.mark.parametrize("place", PAGES)
def test_no_form_breaks(cast: Cast, client_of, refs, place: str) -> None:
    client = client_of(PAGES[place])
    path = place.format(**refs)
    names = field_names(client, place, path)
    assert names
    rng = random.Random(place)
    for _ in range(40):
        data: dict[str, Any] = {name: rng.choice(HOSTILE) for name in names if rng.random() < 0.8}
        if rng.random() < 0.3:
            data[rng.choice(names)] = [rng.choice(HOSTILE) for _ in range(5)]
        if {"photo", "photos"} & set(names):
            files = [SimpleUploadedFile("x", content) for _, content in [rng.choice(FILES)]]
            files[0].name = rng.choice(FILES)[0].replace("\x00", "%00")
            data["photo" if "photo" in names else "photos"] = files
        before = {model: model._default_manager.count() for model in KEPT}
        answer = client.post(path, data)
        assert answer.status_code in (200, 302, 400, 403, 404, 422), (place, data)
        if answer.status_code != 302:
            assert {model: model._default_manager.count() for model in KEPT} == before, (
                place,
                data,
            )


@pytest.mark.parametrize(
    "query",
    ["page=-1", "page=99999999999999999999", "page=x", "show=%00", "show=../..", "q=%25%27%22",
     "q=" + "x" * 3000, "who=%00", "who=D-99999999999", "find=%00", "cite=abc&cite=-1", "show=all",
     "who_text=%F0%9F%98%80", "cite=99999999999999999999", "q=%ED%A0%80"],
)  # fmt: skip
def test_no_query_string_breaks(cast: Cast, client_of, refs, query: str) -> None:
    for who in ("staff", "intel"):
        client = client_of(who)
        for place in LISTS:
            path = f"{place.format(**refs)}?{query}"
            assert client.get(path).status_code in (200, 404), path


def test_other_methods_change_nothing(cast: Cast, client_of, refs) -> None:
    client = client_of("intel")
    for method in ("put", "delete", "patch", "options"):
        for page in PAGES:
            answer = getattr(client, method)(page.format(**refs))
            assert answer.status_code in (200, 302, 403, 404, 405), (method, page)
    assert Subject.objects.count() == 2


def test_a_form_sent_after_signing_out_leads_to_sign_in(cast: Cast, client_of) -> None:
    client = client_of("staff")
    client.post(reverse("account_logout"))
    answer = client.post("/log/", {"who": "unknown"})
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
                "client_id": str(factories.uuid.uuid4()),
                "who": "unknown",
                "description": "x",
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
