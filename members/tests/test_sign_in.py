"""Who gets in, and what they must do first."""

import datetime as dt
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from members.models import Agreement, AgreementAcceptance, Member
from members.services import agreement_accept
from tests.cast import Cast

HTML = {"accept": "text/html,application/xhtml+xml"}
PASSWORD = "long enough and private"


def sign_in(client: Client, email: str, password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


@pytest.fixture
def staff(cast: Cast):
    cast.staff.set_password(PASSWORD)
    cast.staff.save()
    return cast.staff


def test_signing_in_goes_home_and_is_logged(client: Client, staff) -> None:
    response = sign_in(client, "STAFF@test.example")
    assert response.status_code == 302
    assert response.url == reverse("home")
    assert Event.objects.get(action="members.user.signed_in").actor_id == staff.pk


def test_a_wrong_password_and_an_unknown_account_answer_alike(client: Client, staff) -> None:
    wrong = sign_in(client, staff.email, "something else here")
    unknown = sign_in(client, "nobody@test.example", "something else here")
    for response in (wrong, unknown):
        assert response.status_code == 200
        assert "The e-mail or the password is not right." in response.content.decode()
    assert Event.objects.filter(action="members.user.refused").count() == 2


@pytest.mark.parametrize("status", ["lapsed", "left"])
def test_a_lapsed_or_left_members_users_cannot_get_in(client: Client, staff, status: str) -> None:
    Member.objects.filter(pk=staff.member_id).update(status=status)
    response = sign_in(client, staff.email)
    assert "_auth_user_id" not in client.session
    assert response.url == reverse("account_inactive")
    assert not Event.objects.filter(action="members.user.signed_in").exists()


def test_access_ends_within_the_request(cast: Cast, client_of) -> None:
    client = client_of("staff")
    assert client.get("/gallery/").status_code == 200
    cast.staff.is_active = False
    cast.staff.save()
    response = client.get("/gallery/")
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_the_demos_password_opens_no_real_installation(client: Client, staff, settings) -> None:
    staff.set_password("dartford-demo")
    staff.save()
    settings.DTAC_DEMO = False
    sign_in(client, staff.email, "dartford-demo")
    assert "_auth_user_id" not in client.session
    settings.DTAC_DEMO = True
    sign_in(client, staff.email, "dartford-demo")
    assert client.session["_auth_user_id"] == str(staff.pk)


def test_signing_in_works_while_the_cache_is_away(client: Client, staff, settings) -> None:
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    }
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
    assert sign_in(client, staff.email).url == reverse("home")
    assert sign_in(Client(), staff.email, "wrong and long enough").status_code == 200


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(client: Client, db) -> None:
    answer = client.get("/log/who/?who_text=kev", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith(reverse("account_login"))


def test_nobody_registers_themselves(client: Client, db) -> None:
    data = {"email": "me@test.example", "password1": PASSWORD, "password2": PASSWORD}
    assert "invitation" in client.post(reverse("account_signup"), data).content.decode()


def test_nothing_is_shown_before_the_agreement_is_accepted(cast: Cast, client_of) -> None:
    newer = Agreement.objects.create(
        version=2, title="New", body="New words", effective_on=dt.date.today()
    )
    client = client_of("staff")
    for path in ("/gallery/", "/log/", "/me/", "/reports/"):
        assert client.get(path).url == reverse("agreement")
        wanted = f"{reverse('agreement')}?{urlencode({'next': path})}"
        assert client.get(path, headers=HTML).url == wanted
    page = client.get(reverse("agreement")).content.decode()
    assert "New words" in page
    assert "Gallery" not in page
    refused = client.post(reverse("agreement"), {"version": 2})
    assert "Tick the box" in refused.content.decode()
    stale = client.post(reverse("agreement"), {"version": 1, "accept": "on"}, follow=True)
    assert "The agreement has changed" in stale.content.decode()
    accepted = client.post(reverse("agreement"), {"version": 2, "accept": "on"})
    assert accepted.url == reverse("home")
    assert client.get("/gallery/").status_code == 200
    agreement_accept(by=cast.staff, version=2)  # twice changes nothing
    assert AgreementAcceptance.objects.filter(user=cast.staff, agreement=newer).count() == 1
    assert Event.objects.filter(action="members.agreement.accepted").count() == 1


def test_an_agreement_that_begins_tomorrow_is_not_asked_for(cast: Cast, client_of) -> None:
    tomorrow = dt.date.today() + dt.timedelta(days=2)
    Agreement.objects.create(version=2, title="New", body="New", effective_on=tomorrow)
    assert client_of("staff").get("/gallery/").status_code == 200


@pytest.mark.parametrize(
    ("who", "where"),
    [("staff", "/gallery/"), ("store", "/gallery/"), ("police", "/gallery/"), ("intel", "/queue/"),
     ("board", "/board/"), ("admin", "/admin/")],
)  # fmt: skip
def test_home_is_where_the_work_is(client_of, who: str, where: str) -> None:
    assert client_of(who).get("/").url == where


def test_after_the_agreement_one_is_where_one_was_going(cast: Cast, client_of) -> None:
    client = client_of("staff")
    wishes = ("/log/?who=D-0042", "//evil.example/", "https://evil.example/", "javascript:alert(1)")
    for version, wanted in enumerate([*wishes, ""], start=2):
        Agreement.objects.create(
            version=version, title="New", body="Words", effective_on=dt.date.today()
        )
        address = f"{reverse('agreement')}?{urlencode({'next': wanted})}"
        if version == 2:
            assert client.get(wanted, headers=HTML).url == address
        accepted = client.post(address, {"version": version, "accept": "on"})
        assert accepted.url == (wanted if version == 2 else reverse("home"))


def test_the_address_of_a_button_has_a_page_too(client_of) -> None:
    answer = client_of("intel").get("/alerts/push/", headers={"accept": "text/html"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "belongs to a button" in answer.content.decode()
