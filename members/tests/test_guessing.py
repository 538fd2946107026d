"""What somebody learns who tries: nothing of who has an account, and soon nothing at all."""

import statistics
import time
import uuid

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from members.models import User
from tests.cast import Cast

PASSWORD = "long enough and private"
LIMITS = {"login": "30/m/ip", "login_failed": "20/m/ip,5/5m/key", "reauthenticate": "10/m/user"}
TRIES = 200


class SlowHasher(PBKDF2PasswordHasher):
    """Slow enough to be seen in the times of answers, and quick enough for 400 of them."""

    algorithm = "pbkdf2_test"
    iterations = 8000


@pytest.fixture
def limits(settings):
    """The limits of a real installation, counted from nothing.

    Under a name of their own: to empty the cache would take the counts of tests beside it along.
    """
    settings.ACCOUNT_RATE_LIMITS = LIMITS
    own = {**settings.CACHES["default"], "KEY_PREFIX": f"guessing-{uuid.uuid4()}"}
    settings.CACHES = {"default": own}


def tried(client: Client, email: str, password: str = "wrong and long enough"):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def test_an_unknown_account_takes_as_long_as_a_known_one(cast: Cast, settings) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.SlowHasher"]
    for user in (cast.staff, cast.other):
        user.set_password(PASSWORD)
    cast.other.is_active = False
    User.objects.bulk_update([cast.staff, cast.other], ["password", "is_active"])
    who = (cast.staff.email, "nobody@test.example", cast.other.email)
    times: dict[str, list[float]] = {email: [] for email in who}
    said = set()
    client = Client()
    for _ in range(TRIES):
        for email in who:  # in turn, so that what else the machine does strikes all alike
            began = time.perf_counter()
            answer = tried(client, email)
            times[email].append(time.perf_counter() - began)
            said.add((answer.status_code, "not right" in answer.content.decode()))
    assert said == {(200, True)}
    quarters = {email: statistics.quantiles(took, n=4) for email, took in times.items()}
    for one in quarters.values():
        for other in quarters.values():
            assert one[0] < other[2], quarters  # each one's quicker half reaches into the other's


def test_an_account_is_closed_for_a_while_known_or_not(cast: Cast, limits: None) -> None:
    cast.staff.set_password(PASSWORD)
    cast.staff.save()
    for email in (cast.staff.email, "nobody@test.example"):
        said = [tried(Client(), email).content.decode() for _ in range(6)]
        assert all("not right" in page for page in said[:5])
        assert "Too many tries. Try again at " in said[5]
    right = tried(Client(), cast.staff.email, PASSWORD)
    assert "Too many tries" in right.content.decode()
    assert tried(Client(), cast.other.email).status_code == 200  # others' aren't


def test_too_many_from_one_place_get_a_page_that_says_when(cast: Cast, limits: None) -> None:
    answers = [tried(Client(), f"a{n}@test.example") for n in range(31)]
    last = answers[-1]
    assert (last.status_code, last["Retry-After"]) == (429, "120")
    assert "Try again at" in last.content.decode()
    assert all(answer.status_code == 200 for answer in answers[:30])


def test_codes_are_counted_too(cast: Cast, limits: None, client: Client) -> None:
    from members.tests.test_second_step import app_of, password, second

    cast.intel.set_password(PASSWORD)
    cast.intel.save()
    app_of(cast.intel)
    password(client, cast.intel)
    said = [second(client, "000000").content.decode() for _ in range(6)]
    assert "Too many tries. Try again at " in said[5]


def test_a_proof_is_counted_too(cast: Cast, client_of, limits: None) -> None:
    client = client_of("staff")
    said = [client.post(reverse("prove"), {"password": "x"}).content.decode() for _ in range(11)]
    assert "Too many tries" in said[10]


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "too short"),
        ("alice99", "too short"),
        ("qwertyuiop12", "leaked"),
        ("password1234", "leaked"),
        ("DartfordDartford1", "own name"),
        ("D-TAC-partnership", "own name"),
        ("Staff Person 2026", "own name"),
        ("marlowechemist22", "own name"),
        ("dartford-demo", "public"),
    ],
)
def test_what_anybody_would_try_is_no_password(cast: Cast, password: str, why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, cast.staff)
    assert why in " ".join(refused.value.messages)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple dartford",
        "tea kettle on the hob",
        "ünïcödé is fine too",
    ],
)
def test_length_is_enough(cast: Cast, password: str) -> None:
    validate_password(password, cast.staff)
