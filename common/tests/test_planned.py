"""Statements that the database keeps planned: the same answers, whatever becomes of connections."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Value

from common.prepared import Prepared
from members.models import User
from tests.cast import Cast, make_cast


def by_role() -> Prepared:
    """Return a statement whose text is the same for each role, but for what stays in it."""
    return Prepared(
        lambda shape, member: (
            User.objects.filter(role=shape, member=member)
            .annotate(said=Value("100 % 'sure'"))
            .values_list("email", "said")
        ),
        planned=True,
    )


def kept_by_server() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'kept%'")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_each_call_and_each_shape_has_its_own(cast: Cast, django_assert_num_queries: Any) -> None:
    before, emails = kept_by_server(), by_role()
    for user in (cast.staff, cast.other, cast.staff):
        with django_assert_num_queries(1) as sent:
            found = emails.rows("reporter", member=user.member_id)
        assert found == [(user.email, "100 % 'sure'")]
        assert sent.captured_queries[0]["sql"].startswith("SELECT ")
    assert kept_by_server() == before + 1
    assert emails.rows("manager", member=cast.store.member_id) == [
        (cast.store.email, "100 % 'sure'")
    ]
    assert emails.rows("board", member=cast.staff.member_id) == []


def alter(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE members_user ALTER COLUMN {what}")


@pytest.mark.django_db(transaction=True)
def test_it_outlives_a_connection_a_rollback_and_a_change_of_the_table() -> None:
    cast = make_cast()
    emails = by_role()
    mine = [(cast.staff.email, "100 % 'sure'")]
    with transaction.atomic():
        assert emails.rows("reporter", member=cast.staff.member_id) == mine
        transaction.set_rollback(True)
    assert emails.rows("reporter", member=cast.staff.member_id) == mine
    connection.close()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert emails.rows("reporter", member=cast.staff.member_id) == mine
    try:
        alter("email TYPE varchar(300)")
        assert emails.rows("reporter", member=cast.staff.member_id) == mine
        alter("email TYPE varchar(320)")
        with pytest.raises(DatabaseError), transaction.atomic():
            emails.rows("reporter", member=cast.staff.member_id)  # this transaction can't go on
        assert emails.rows("reporter", member=cast.staff.member_id) == mine
    finally:
        alter(f"email TYPE {User._meta.get_field('email').db_type(connection)}")
    assert emails.rows("reporter", member=cast.staff.member_id) == mine
    with transaction.atomic():
        User.objects.filter(pk=cast.staff.pk).update(email="new@shop.example")
        assert emails.rows("reporter", member=cast.staff.member_id)[0][0] == "new@shop.example"
