"""Sessions: listed, ended, over by time; and being asked again who it is."""

import datetime as dt
import json
import os
import secrets
import subprocess
import sys
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from incidents.models import PushSubscription
from members.letters import letter_render
from members.models import OutboundEmail, User, WebSession
from members.signin.factors import app_code
from members.signin.session_row import session_row
from members.signin.sessions import sessions_purge
from members.tests.test_second_step import PASSWORD, app_of
from tests.cast import Cast, signed_in

PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/130.0 Mobile Safari/537.36"
TILL = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"


@pytest.fixture
def staff(cast: Cast):
    cast.staff.set_password(PASSWORD)
    cast.staff.save()
    return cast.staff


def sign_in(user, agent: str = PHONE, **more: str) -> Client:
    client = Client(headers={"user-agent": agent})
    data = {"login": user.email, "password": PASSWORD, **more}
    assert client.post(reverse("account_login"), data).url == "/"
    return client


def later(**by: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + dt.timedelta(**by))


def test_ones_sessions_are_listed_in_plain_words(staff) -> None:
    phone, till = sign_in(staff), sign_in(staff, TILL, shared="on")
    page = phone.get(reverse("sessions")).content.decode()
    assert "Chrome on an Android phone" in page
    assert "Chrome on Windows" in page
    assert "shared device" in page
    assert page.count("This one") == 1
    assert till.session.get_expire_at_browser_close()
    assert not phone.session.get_expire_at_browser_close()


def test_a_session_is_ended_from_another_device(staff, cast: Cast) -> None:
    phone, lost = sign_in(staff), sign_in(staff, TILL)
    key = str(lost.session.session_key)
    PushSubscription.objects.create(
        user=staff, endpoint="https://push.example/1", p256dh="x", auth="y", session_key=key
    )
    name = WebSession.objects.get(pk=key).uuid
    signed_in(others := Client(), cast.other)
    others.post(reverse("sessions"), {"end": name})  # it is not theirs to end
    assert lost.get("/me/").status_code == 200
    phone.post(reverse("sessions"), {"end": name})
    answer = lost.get("/me/")
    assert answer.url.startswith("/sign-in/")
    assert "ended from another device" in lost.get(answer.url).content.decode()
    assert phone.get("/me/").status_code == 200
    assert not PushSubscription.objects.exists()
    assert Event.objects.filter(action="members.websession.ended").count() == 1


def test_all_others_are_ended_at_once(staff) -> None:
    here, *others = [sign_in(staff) for _ in range(3)]
    here.post(reverse("sessions"), {"others": "1"})
    assert [client.get("/me/").status_code for client in others] == [302, 302]
    assert here.get("/me/").status_code == 200


def test_a_request_under_way_does_not_bring_an_ended_session_back(staff) -> None:
    phone, lost = sign_in(staff), sign_in(staff)
    under_way = lost.session
    assert under_way["seen_at"]
    phone.post(reverse("sessions"), {"others": "1"})
    under_way["seen_at"] = 1.0
    with pytest.raises(UpdateError):
        under_way.save()
    assert lost.get("/me/").status_code == 302


def test_a_shared_till_is_signed_out_after_a_quarter_of_an_hour(staff) -> None:
    till, phone = sign_in(staff, TILL, shared="on"), sign_in(staff)
    with later(minutes=14):
        assert till.get("/gallery/").status_code == 200
    with later(minutes=28):
        assert till.get("/gallery/").status_code == 200  # used meanwhile
    with later(minutes=44):
        answer = till.get("/gallery/")
        assert answer.url == "/sign-in/?next=/gallery/"
        page = till.get(answer.url).content.decode()
        assert "not used for a while" in page
        assert "data-signed-out" in page  # the phone forgets the key; what waits stays, locked
        assert phone.get("/gallery/").status_code == 200
    assert Event.objects.filter(action="members.websession.over").count() == 1


def test_what_a_page_asks_by_itself_keeps_no_session_alive(staff) -> None:
    till = sign_in(staff, TILL, shared="on")
    with later(minutes=10):
        assert till.get("/alerts/poll/").status_code in (200, 204)
    with later(minutes=16):
        assert till.get("/alerts/poll/").status_code == 302


def test_a_report_sent_after_the_time_is_over_is_not_lost(staff) -> None:
    till = sign_in(staff, TILL, shared="on")
    with later(minutes=20):
        answer = till.post("/log/", {"what": "seen"}, headers={"X-Keep-Page": "1"})
        assert answer.status_code == 204  # the page stays: its outbox keeps the report
        assert answer["X-Go-To"].startswith("/sign-in/")


@pytest.mark.parametrize(("who", "hours"), [("staff", 14 * 24), ("store", 7 * 24), ("intel", 12)])
def test_no_session_lasts_for_ever(cast: Cast, client_of, settings, who: str, hours: int) -> None:
    settings.DTAC_IDLE_MINUTES = dict.fromkeys(settings.DTAC_IDLE_MINUTES, 10**6)
    client = client_of(who)
    with later(hours=hours - 1):
        assert client.get("/me/").status_code == 200
    with later(hours=hours, minutes=1):
        assert client.get("/me/").status_code == 302


def test_a_phone_of_ones_own_stays_signed_in_over_the_weekend(staff) -> None:
    phone = sign_in(staff)
    with later(hours=60):
        assert phone.get("/log/").status_code == 200
    with later(hours=140):
        assert phone.get("/log/").status_code == 302


def test_the_key_changes_at_sign_in_and_at_each_proof(staff) -> None:
    client = Client()
    client.get(reverse("account_login"))
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    client.post(reverse("account_login"), {"login": staff.email, "password": PASSWORD})
    between = client.session.session_key
    client.post(reverse("prove"), {"password": PASSWORD})
    assert len({before, between, client.session.session_key}) == 3
    assert not WebSession.objects.filter(pk__in=[before, between]).exists()


def test_a_new_device_is_told_of_once(staff) -> None:
    told = OutboundEmail.objects.filter(user=staff, template="account-notice")
    sign_in(staff)
    assert not told.exists()  # the first time ever
    client = sign_in(staff, TILL)
    assert [row.context["device"] for row in told] == ["Chrome on Windows"]
    client.post(reverse("account_logout"))
    client.post(reverse("account_login"), {"login": staff.email, "password": PASSWORD})
    assert told.count() == 1


def test_a_notice_says_nothing_but_when_where_and_what_to_do(staff) -> None:
    sign_in(staff)
    sign_in(staff, TILL)
    row = OutboundEmail.objects.get(user=staff, template="account-notice")
    letter = letter_render(template=row.template, kind=row.kind, user=staff, context=row.context)
    assert letter.subject == "D-TAC: your account was used on a new device"
    assert "Chrome on Windows" in letter.text
    assert "/me/sessions/" in letter.text
    assert staff.name not in letter.text + letter.html


def test_over_sessions_are_deleted(staff) -> None:
    sign_in(staff)
    assert sessions_purge() == 0
    WebSession.objects.update(expire_date=timezone.now() - dt.timedelta(days=1))
    assert sessions_purge() >= 1


def test_the_cookies_are_no_scripts_and_no_other_sites_business(staff) -> None:
    client = sign_in(staff)
    for name in ("sessionid", "csrftoken", "dtac-device"):
        cookie = client.cookies[name]
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name
        assert (cookie["path"], cookie["domain"]) == ("/", ""), name


def test_a_real_installation_s_cookies_are_its_hosts_alone(tmp_path) -> None:
    """`__Host-`: over https only, for this host only, for all of it."""
    env = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "dtac.settings.production",
        "DATABASE_URL": "postgres://app@/nowhere/dtac",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DTAC_DATA_DIR": str(tmp_path),
        "SECRET_KEY": secrets.token_urlsafe(45),
        "ALLOWED_HOSTS": "example.org",
        "DTAC_BASE_URL": "https://example.org",
        "DEFAULT_FROM_EMAIL": "D-TAC <noreply@example.org>",
        "DTAC_CONTACT_EMAIL": "manager@example.org",
        "EMAIL_URL": "smtp://127.0.0.1:25",
    }
    told = subprocess.run(
        [sys.executable, "-c", COOKIES], env=env, capture_output=True, text=True, check=True
    )
    found = json.loads(told.stdout)
    for kind in ("SESSION", "CSRF"):
        assert found[f"{kind}_COOKIE_NAME"].startswith("__Host-")
        assert found[f"{kind}_COOKIE_SECURE"] is True
        assert found[f"{kind}_COOKIE_HTTPONLY"] is True
        assert found[f"{kind}_COOKIE_SAMESITE"] == "Lax"
        assert found[f"{kind}_COOKIE_DOMAIN"] is None
        assert found[f"{kind}_COOKIE_PATH"] == "/"
    assert found["device"].startswith("__Host-")


COOKIES = """
import json
import django
django.setup()
from django.conf import settings
from members.signin.devices import cookie_name
names = [f"{kind}_COOKIE_{part}" for kind in ("SESSION", "CSRF")
         for part in ("NAME", "SECURE", "HTTPONLY", "SAMESITE", "DOMAIN", "PATH")]
print(json.dumps({name: getattr(settings, name) for name in names} | {"device": cookie_name()}))
"""


def old_proof(client: Client) -> None:
    session = client.session
    session["proved_at"] -= 16 * 60
    session.save()


def test_an_export_asks_again_and_then_gives_the_file(cast: Cast, client_of) -> None:
    cast.intel.set_password(PASSWORD)
    cast.intel.save()
    client = Client()
    signed_in(client, cast.intel)
    old_proof(client)
    answer = client.get("/exclusions/register.csv?show=all")
    assert answer.url == "/sign-in/again/?next=%2Fexclusions%2Fregister.csv%3Fshow%3Dall"
    assert "That is not right" in client.post(answer.url, {"password": "no"}).content.decode()
    assert Event.objects.filter(action="members.proof.refused").count() == 1
    done = client.post(answer.url, {"password": PASSWORD})
    assert 'href="/exclusions/register.csv?show=all"' in done.content.decode()
    assert client.get("/exclusions/register.csv?show=all").status_code == 200
    assert Event.objects.filter(action="members.proof.given").count() == 1


def test_a_code_is_a_proof_too_once(cast: Cast) -> None:
    secret = app_of(cast.intel)
    client = Client()
    signed_in(client, cast.intel)
    code = app_code(secret)
    assert client.post(reverse("prove"), {"code": code}).status_code == 302
    assert client.post(reverse("prove"), {"code": code}).status_code == 422


def test_a_form_that_was_sent_comes_back_filled_in(cast: Cast) -> None:
    cast.store.set_password(PASSWORD)
    cast.store.save()
    client = Client()
    signed_in(client, cast.store)
    old_proof(client)
    path = f"/members/marlowe/people/{cast.staff.uuid}/"
    assert client.get(path).status_code == 200
    sent = {"name": "Sam <b>New", "role": "manager", "premises": ""}
    answer = client.post(path, sent)
    cast.staff.refresh_from_db()
    assert cast.staff.role == "reporter"
    page = client.post(answer.url, {"password": PASSWORD}).content.decode()
    assert f'action="{path}"' in page
    assert 'name="name" value="Sam &lt;b&gt;New"' in page
    client.post(path, sent)
    cast.staff.refresh_from_db()
    assert cast.staff.role == "manager"


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_it_goes_on_nowhere_else(staff, wanted: str) -> None:
    client = sign_in(staff)
    answer = client.post(f"{reverse('prove')}?next={wanted}", {"password": PASSWORD})
    assert answer.url == "/"


def facts(row: object) -> dict[str, object]:
    """Every column and annotation of a row."""
    return {name: value for name, value in vars(row).items() if name != "_state"} if row else {}


def test_the_user_of_a_session_is_the_whole_user(cast: Cast, client_of: Any) -> None:
    """The one query of a session finds what the query for a user finds, whoever it is."""
    for name in cast.users:
        client = client_of(name)
        found = session_row(client.session.session_key)
        assert found is not None
        _, user = found
        whole = User.objects.for_session().get(pk=cast.users[name].pk)
        assert facts(user) == facts(whole)
        assert facts(user.member) == facts(whole.member)
        assert facts(user.premises) == facts(whole.premises)
        if user.premises:
            assert facts(user.premises.area) == facts(whole.premises.area)
    assert session_row("no-such-session") is None
