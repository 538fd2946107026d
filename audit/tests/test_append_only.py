"""Nothing in the log can be altered or removed, by the application or by SQL."""

import pytest
from django.db import Error, transaction

from audit.actions import REGISTRY, register, words_for
from audit.models import Event
from audit.services import record
from members import actions
from tests.cast import Cast


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor_name = 'nobody'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event",
    ],
)
def test_sql_cannot_change_it(cast: Cast, sql, statement: str) -> None:
    record(actions.SIGNED_IN, by=cast.staff)
    with pytest.raises(Error, match=r"(?i)append.only"), transaction.atomic():
        sql(statement)
    assert Event.objects.get().actor_name == "Staff Person"


def test_the_orm_cannot_change_it(cast: Cast) -> None:
    event = record(actions.SIGNED_IN, by=cast.staff)
    event.actor_name = "nobody"
    with pytest.raises(Error, match=r"(?i)append.only"), transaction.atomic():
        event.save()
    with pytest.raises(Error, match=r"(?i)append.only"), transaction.atomic():
        Event.objects.all().delete()


def test_it_says_who_of_which_member_and_when(cast: Cast) -> None:
    event = record(actions.SIGNED_IN, by=cast.staff, ref="X-1", subjects=["D-0002", "D-0001"])
    event.refresh_from_db()
    assert (event.actor_name, event.actor_role) == ("Staff Person", "reporter")
    assert (event.member_name, event.record) == ("Marlowe Chemist", "X-1")
    assert event.subjects == ["D-0001", "D-0002"]
    assert event.at is not None


def test_codes_are_namespaced_and_have_words() -> None:
    with pytest.raises(ValueError, match="twice"):
        register("members.user.signed_in", "again")
    with pytest.raises(ValueError, match=r"app\.thing\.done"):
        register("signed-in", "badly formed")
    assert all(action.words for action in REGISTRY.values())
    assert words_for("members.user.signed_in") == "signed in"
    assert words_for("gone.since.then") == "gone.since.then"
