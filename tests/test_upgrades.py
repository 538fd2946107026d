"""The lint of migrations: what it refuses, what it lets pass, and that ours pass."""

from typing import Any

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import DatabaseError, connection, migrations, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import Q
from django.db.models.functions import Now

from dtac import upgrades
from members.models import Area

INDEX = models.Index(fields=["request_id"], name="by_request")
CHECK = models.CheckConstraint(condition=Q(pk__gt=0), name="some_check")
SMALL = models.CharField(max_length=9, default="")


@pytest.fixture(scope="module")
def tables() -> Any:
    return MigrationLoader(None).project_state()


def found(tables: Any, *operations: Operation, app: str = "audit", **more: Any) -> list[str]:
    migration = migrations.Migration("0099_next", app)
    for name, value in {"operations": list(operations), **more}.items():
        setattr(migration, name, value)
    return list(upgrades.problems_of(migration, tables))


REFUSED = [
    (migrations.AddIndex("event", INDEX), "builds an index"),
    (migrations.AddConstraint("event", CHECK), "reads all"),
    (migrations.AddField("event", "more", SMALL), "leaves out"),
    (
        migrations.AddField("event", "more", models.IntegerField(null=True, db_index=True)),
        "with an index",
    ),
    (
        migrations.AddField(
            "event", "who", models.ForeignKey("members.User", models.CASCADE, null=True)
        ),
        "foreign key",
    ),
    (migrations.AlterField("event", "address", models.TextField(null=True)), "rewrites"),
    (migrations.AlterField("event", "actor_id", models.BigIntegerField(default=0)), "rewrites"),
    (
        migrations.AlterField("event", "action", models.CharField(max_length=60, db_index=True)),
        "rewrites",
    ),
    (migrations.AlterField("event", "action", models.CharField(max_length=20)), "rewrites"),
    (migrations.RemoveField("event", "detail"), "first a release"),
    (migrations.RenameField("event", "detail", "details"), "first a release"),
    (migrations.DeleteModel("Event"), "takes a table away"),
    (migrations.AlterModelTable("event", "audit_entry"), "takes a table away"),
    (
        migrations.SeparateDatabaseAndState([migrations.RemoveField("event", "detail")]),
        "first a release",
    ),
    (migrations.RunSQL("CREATE INDEX x ON audit_event (at)"), "statement of its own"),
    (migrations.RunSQL("update audit_event set detail = '{}'"), "statement of its own"),
]
PASSED: list[list[Operation]] = [
    [AddIndexConcurrently("event", INDEX)],
    [AddConstraintNotValid("event", CHECK)],
    [migrations.RemoveIndex("event", "audit_by_record")],
    [migrations.AddField("event", "more", models.IntegerField(null=True))],
    [migrations.AddField("event", "more", models.DateTimeField(db_default=Now()))],
    [migrations.AlterField("event", "action", models.CharField(max_length=90))],
    [migrations.AlterField("event", "action", models.CharField(max_length=60, help_text="x"))],
    [migrations.RunSQL("CREATE INDEX CONCURRENTLY x ON audit_event (at)")],
    [
        migrations.CreateModel("Fresh", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("fresh", "more", SMALL),
        migrations.AddIndex("fresh", INDEX),
    ],
]


@pytest.mark.parametrize(("operation", "words"), REFUSED)
def test_what_holds_up_or_breaks_is_refused(tables, operation: Operation, words: str) -> None:
    assert [words in each for each in found(tables, operation)] == [True]


@pytest.mark.parametrize("operations", PASSED)
def test_what_costs_a_moment_passes(tables, operations: list[Operation]) -> None:
    assert found(tables, *operations) == []


def test_a_small_table_may_be_locked_but_not_broken(tables) -> None:
    index = migrations.AddIndex("area", models.Index(fields=["name"], name="by_name"))
    assert found(tables, index, app="members") == []
    assert found(tables, migrations.RemoveField("area", "name"), app="members")


def test_a_reviewed_one_passes_with_its_reason(tables) -> None:
    operation = migrations.AddIndex("event", INDEX)
    assert found(tables, operation, reviewed="Empty in every installation until 2.0.") == []


def test_every_large_table_is_there(tables) -> None:
    assert {tuple(name.split(".")) for name in upgrades.LARGE} <= set(tables.models)


def test_ours_pass() -> None:
    assert list(upgrades.problems()) == []


def carried_out(tables: Any, operation: Operation) -> None:
    """Carry one operation out on the tables, as the next release's migration would."""
    after = tables.clone()
    operation.state_forwards("members", after)
    with connection.schema_editor() as editor:
        operation.database_forwards("members", editor, tables, after)


def work_as_now() -> None:
    """Write and read an area with the program as it is: the old version, beside the next."""
    made = Area.objects.create(name="Longfield", slug="longfield", position=9)
    assert Area.objects.get(pk=made.pk).name == "Longfield"
    Area.objects.filter(pk=made.pk).update(position=8)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("area", "more", models.IntegerField(null=True)),
        migrations.AddField("area", "more", models.DateTimeField(db_default=Now())),
        migrations.AlterField("area", "name", models.CharField(max_length=300)),
        migrations.AddIndex("area", models.Index(fields=["position"], name="area_by_position")),
    ],
)
def test_the_old_version_works_on_what_passes(tables, operation: Operation) -> None:
    assert found(tables, operation, app="members") == []
    carried_out(tables, operation)
    work_as_now()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("area", "more", SMALL),
        migrations.RemoveField("area", "position"),
        migrations.RenameField("area", "position", "place"),
    ],
)
def test_the_old_version_breaks_on_what_is_refused(tables, operation: Operation) -> None:
    assert found(tables, operation, app="members")
    carried_out(tables, operation)
    with pytest.raises(DatabaseError), transaction.atomic():
        work_as_now()
