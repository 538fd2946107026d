"""The second step of signing in: asked, taken once, set up, lost."""

import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from audit.models import Event
from members.models import OutboundEmail, User, WebSession
from members.signin import factors
from members.signin.factors import PERIOD, app_code, app_secret_new, code_use
from tests.cast import Cast, make_cast
from tests.races import at_once

PASSWORD = "long enough and private"
NOW = 1_800_000_000


@pytest.fixture
def secret(cast: Cast) -> str:
    """The Intelligence Manager has a password and an app with this secret, set up long ago."""
    cast.intel.set_password(PASSWORD)
    cast.intel.save()
    return app_of(cast.intel)


def app_of(user: User) -> str:
    secret = app_secret_new()
    code = app_code(secret, step=int(time.time()) // PERIOD)
    factors.app_add(by=user, secret=secret, code=code)
    row = Authenticator.objects.get(user=user, type="totp")
    row.data["last_step"] = 0
    row.save()
    return secret


def password(client: Client, user: User) -> str:
    """Give the password; return where it leads."""
    answer = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return str(answer.url)


def second(client: Client, code: str):
    return client.post(reverse("mfa_authenticate"), {"code": code})


def test_a_password_alone_opens_nothing(cast: Cast, client: Client, secret: str) -> None:
    assert password(client, cast.intel) == reverse("mfa_authenticate")
    assert client.get("/queue/").url.startswith("/sign-in/")
    assert "_auth_user_id" not in client.session
    assert not Event.objects.filter(action="members.user.signed_in").exists()
    assert second(client, app_code(secret)).url == "/"
    assert client.get("/queue/").status_code == 200
    assert Event.objects.get(action="members.user.signed_in").actor_id == cast.intel.pk


def test_a_wrong_code_is_refused_and_logged(cast: Cast, client: Client, secret: str) -> None:
    password(client, cast.intel)
    wrong = f"{(int(app_code(secret)) + 1) % 10**6:06}"
    answer = second(client, wrong)
    assert "That is not right" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    assert Event.objects.filter(action="members.user.second_refused").count() == 1


def test_a_code_is_taken_once_whatever_the_cache_forgets(cast: Cast, secret: str) -> None:
    with time_machine.travel(NOW, tick=False):
        code = app_code(secret)
        assert code_use(user=cast.intel, code=code)
        assert code_use(user=cast.intel, code=code) is None
    for later in (PERIOD, 2 * PERIOD - 1, 2 * PERIOD):  # still within the skew, or after it
        with time_machine.travel(NOW + later, tick=False):
            assert code_use(user=cast.intel, code=code) is None


@pytest.mark.parametrize("steps", range(-2, 3))
def test_a_clock_may_be_off_by_one_step(cast: Cast, secret: str, steps: int) -> None:
    with time_machine.travel(NOW, tick=False):
        code = app_code(secret, step=NOW // PERIOD + steps)
        assert bool(code_use(user=cast.intel, code=code)) == (abs(steps) <= 1)


def test_an_older_code_is_not_taken_after_a_newer_one(cast: Cast, secret: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert code_use(user=cast.intel, code=app_code(secret, step=NOW // PERIOD))
        assert code_use(user=cast.intel, code=app_code(secret, step=NOW // PERIOD - 1)) is None
        spaced = app_code(secret, step=NOW // PERIOD + 1)
        assert code_use(user=cast.intel, code=f" {spaced[:3]} {spaced[3:]} ")


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_takes_the_code() -> None:
    cast = make_cast()
    secret = app_of(cast.intel)
    code = app_code(secret)
    taken: list[bool] = []
    use = lambda: taken.append(bool(code_use(user=cast.intel, code=code)))  # noqa: E731
    at_once(*[use] * 4)
    assert sorted(taken) == [False, False, False, True]


def test_a_recovery_code_opens_once_and_the_person_is_told(cast: Cast, client: Client) -> None:
    cast.intel.set_password(PASSWORD)
    cast.intel.save()
    secret = app_secret_new()
    codes = factors.app_add(by=cast.intel, secret=secret, code=app_code(secret))
    assert len(set(codes)) == 10
    password(client, cast.intel)
    assert second(client, codes[3]).url == "/"
    assert factors.codes_left(cast.intel) == 9
    told = OutboundEmail.objects.filter(user=cast.intel, template="account-notice")
    assert any("recovery code was used" in row.context["what"] for row in told)
    other = Client()
    password(other, cast.intel)
    assert second(other, codes[3]).status_code == 200


def test_secrets_are_locked_in_the_database(cast: Cast, secret: str) -> None:
    for row in Authenticator.objects.all():
        assert secret not in str(row.data)


def test_the_demos_secret_opens_no_real_installation(cast: Cast, settings) -> None:
    factors.demo_factors_make([cast.intel, cast.staff])
    assert set(Authenticator.objects.values_list("user__email", flat=True)) == {cast.intel.email}
    settings.DTAC_DEMO = False
    code = app_code(factors.DEMO_SECRET)
    assert code_use(user=cast.intel, code=code) is None
    with pytest.raises(ValidationError, match="public"):
        factors.app_add(by=cast.board, secret=factors.DEMO_SECRET, code=code)
    with pytest.raises(RuntimeError):
        factors.demo_factors_make([cast.board])
    settings.DTAC_DEMO = True
    assert code_use(user=cast.intel, code=code)


def test_setting_up_an_app_through_its_page(cast: Cast, client: Client) -> None:
    cast.board.set_password(PASSWORD)
    cast.board.save()
    assert password(client, cast.board) == "/"
    assert client.get("/").url == reverse("second_factor")
    page = client.get(reverse("second_factor_app"))
    secret, mark = page.context["secret"], page.context["mark"]
    assert secret in page.content.decode()
    wrong = client.post(reverse("second_factor_app"), {"secret": mark, "code": "12"})
    assert wrong.context["secret"] == secret  # the square stays the one that was scanned
    done = client.post(reverse("second_factor_app"), {"secret": mark, "code": app_code(secret)})
    shown = done.context["codes"]
    assert len(shown) == 10
    assert client.get("/board/").status_code == 200
    again = client.get(reverse("second_factor_codes")).content.decode()
    assert not any(code in again for code in shown)
    assert Event.objects.filter(action="members.factor.added", actor_id=cast.board.pk).exists()
    stranger = client.post(reverse("second_factor_app"), {"secret": "x" + mark, "code": "1"})
    assert "open for too long" in stranger.content.decode()


def test_new_codes_take_the_place_of_the_old(cast: Cast, client_of, secret: str) -> None:
    client = client_of("intel")
    made = client.post(reverse("second_factor_codes"), {"new": "1"}).context["codes"]
    newer = client.post(reverse("second_factor_codes"), {"new": "1"}).context["codes"]
    assert not set(made) & set(newer)
    assert code_use(user=cast.intel, code=made[0]) is None
    assert code_use(user=cast.intel, code=newer[0])


def test_a_role_that_needs_one_keeps_its_last(cast: Cast, client_of, secret: str) -> None:
    pk = factors.factors_of(cast.intel).get().pk
    client = client_of("intel")
    page = client.post(reverse("second_factor"), {"end": pk}, follow=True).content.decode()
    assert "Your role needs a second step" in page
    app_of(cast.staff)
    mine = factors.factors_of(cast.staff).get().pk
    client.post(reverse("second_factor"), {"end": mine})  # nobody ends somebody else's
    assert Authenticator.objects.filter(pk=mine).exists()
    client_of("staff").post(reverse("second_factor"), {"end": mine})
    assert not Authenticator.objects.filter(user=cast.staff).exists()


def test_who_has_one_without_needing_it_is_asked_too(cast: Cast, client: Client) -> None:
    cast.staff.set_password(PASSWORD)
    cast.staff.save()
    secret = app_of(cast.staff)
    assert password(client, cast.staff) == reverse("mfa_authenticate")
    assert second(client, app_code(secret)).url == "/"


def test_a_lost_device_is_reset_by_somebody_else(cast: Cast, client_of, secret: str) -> None:
    theirs = client_of("intel")
    assert theirs.get("/queue/").status_code == 200
    board = client_of("board")
    path = f"/members/d-tac/people/{cast.intel.uuid}/"
    assert "Reset the second step" in board.get(path).content.decode()
    refused = board.post(path, {"reset": "1", "reason": " "}, follow=True)
    assert "how you know" in refused.content.decode()
    assert factors.factors_of(cast.intel).exists()
    board.post(path, {"reset": "1", "reason": "Rang her back."})
    assert not Authenticator.objects.filter(user=cast.intel).exists()
    answer = theirs.get("/queue/")
    assert answer.url.startswith("/sign-in/")
    assert "second step was reset" in theirs.get(answer.url).content.decode()
    event = Event.objects.get(action="members.factor.reset")
    assert event.actor_id == cast.board.pk
    told = OutboundEmail.objects.filter(user=cast.intel).latest("pk")
    assert "reset" in told.context["what"]


def test_nobody_resets_their_own(cast: Cast, secret: str) -> None:
    with pytest.raises(ValidationError, match="their own"):
        factors.factors_reset(by=cast.intel, user=cast.intel, reason="I am me.")


def test_the_only_manager_is_reset_on_the_server(cast: Cast, secret: str) -> None:
    with pytest.raises(CommandError):
        call_command("second_factor_reset", "nobody@test.example", reason="x")
    call_command("second_factor_reset", cast.intel.email, reason="Came in with her passport.")
    assert not Authenticator.objects.filter(user=cast.intel).exists()
    assert Event.objects.get(action="members.factor.reset").actor_id is None
    with pytest.raises(CommandError):
        call_command("second_factor_reset", cast.intel.email, reason="again")


def test_a_setting_says_which_roles_need_one(cast: Cast, client_of, settings) -> None:
    settings.DTAC_SECOND_FACTOR_ROLES = ["intel", "manager"]
    client = Client()
    client.force_login(cast.store)
    assert client.get("/gallery/").url == reverse("second_factor")
    client.force_login(cast.staff)
    assert client.get("/gallery/").status_code == 200
    client.force_login(cast.admin)  # a superuser in any case
    assert client.get("/admin/").url == reverse("second_factor")


def test_a_part_of_a_page_leads_the_whole_page_to_it(cast: Cast, client: Client) -> None:
    client.force_login(cast.intel)
    answer = client.get("/log/who/?who_text=kev", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, reverse("second_factor"))


def test_garbage_for_a_passkey_is_refused(cast: Cast, client: Client, secret: str) -> None:
    password(client, cast.intel)
    for given in ("", "x", "[]", "{}", '{"id": 1}', "null", '{"response": {"userHandle": 3}}'):
        answer = client.post(reverse("mfa_authenticate"), {"credential": given})
        assert answer.status_code == 200
        assert "_auth_user_id" not in client.session


def test_a_second_step_of_somebody_else_opens_nothing(cast: Cast, client: Client) -> None:
    client.force_login(cast.intel)
    session = client.session
    session["second_factor"] = cast.board.pk
    session.save()
    assert client.get("/queue/").url == reverse("second_factor")
    assert WebSession.objects.filter(user=cast.intel).count() == 1
