"""Changing one's own password."""

import pytest
from django.core import mail
from django.test import Client

from audit.models import Event
from members.models import OutboundEmail
from tests.cast import Cast, signed_in

PATH = "/me/password/"
OLD = "correct horse staple"
NEW = "seven purple kettles sing"


@pytest.fixture
def staff(cast: Cast) -> Client:
    cast.staff.set_password(OLD)
    cast.staff.save()
    client = Client()
    signed_in(client, cast.staff)
    return client


def change(client: Client, current: str = OLD, new: str = NEW, again: str | None = None):
    again = new if again is None else again
    return client.post(PATH, {"current": current, "password": new, "again": again})


def test_it_is_changed_with_the_present_one_and_other_sessions_end(
    cast: Cast, staff: Client
) -> None:
    other = Client()
    signed_in(other, cast.staff)
    key = staff.session.session_key
    answer = change(staff)
    assert answer.status_code == 302
    page = staff.get(answer.url)
    assert "Changed. You are signed out on every other device." in page.text
    assert staff.session.session_key != key
    assert other.get("/me/").url.startswith("/sign-in/")
    cast.staff.refresh_from_db()
    assert cast.staff.check_password(NEW)
    event = Event.objects.get(action="members.user.password_set")
    assert event.actor_id == cast.staff.pk
    assert NEW not in str(event.detail)
    told = OutboundEmail.objects.get(template="account-notice")
    assert told.context["what"] == "The password of your account was changed"
    assert mail.outbox == []  # by the worker, not in the request


@pytest.mark.parametrize(
    ("current", "new", "again", "field", "words"),
    [
        ("wrong horse staple", NEW, NEW, "current", "That is not right."),
        (OLD, NEW, "another", "again", "This is not the same as above."),
        (OLD, OLD, OLD, "password", "This is the one you have."),
        (OLD, "kurz1", "kurz1", "password", "too short"),
        (OLD, "dartford-demo", "dartford-demo", "password", "public"),
        (OLD, "staffpersonstaff", "staffpersonstaff", "password", "little more than your own"),
        (f" {OLD}", NEW, NEW, "current", "That is not right."),  # exactly as typed
        (OLD, "", "", "password", "Choose a password."),
    ],
)
def test_what_is_refused(
    cast: Cast, staff: Client, current: str, new: str, again: str, field: str, words: str
) -> None:
    answer = change(staff, current, new, again)
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert new not in answer.text or not new
    cast.staff.refresh_from_db()
    assert cast.staff.check_password(OLD)


def test_the_present_one_cannot_be_guessed(cast: Cast, staff: Client, settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"reauthenticate": "3/m/user"}
    answers = [change(staff, f"wrong horse {n}") for n in range(5)]
    assert "Too many tries" in answers[-1].text
    assert "Too many tries" in change(staff).text
    cast.staff.refresh_from_db()
    assert cast.staff.check_password(OLD)
    assert Event.objects.filter(action="members.proof.refused").count() == 3


def test_a_long_one_is_taken_whole(cast: Cast, staff: Client) -> None:
    new = "ä kettle " * 20
    assert change(staff, OLD, new).status_code == 302
    cast.staff.refresh_from_db()
    assert cast.staff.check_password(new)
    assert not cast.staff.check_password(new[:72])
