"""Rows that go in as a stream are the rows that the ORM would store."""

import datetime as dt
from typing import Any

import pytest

from dtac.demo.bulk import rows_copied, without_triggers
from incidents.models import IncidentType

ODD = 'a\\b\tc\n"d" {e},\\N, é'


def kind(code: str, **fields: Any) -> IncidentType:
    values: dict[str, Any] = {
        "code": code, "label": ODD, "family": "crime", "harm": 5, "asks": ["goods", "vehicle"],
        "effective_from": dt.date(2026, 3, 29), "effective_to": None,
    }  # fmt: skip
    return IncidentType(**values | fields)


@pytest.mark.django_db
def test_what_is_copied_is_what_is_stored_otherwise() -> None:
    copied = [kind("one"), kind("two", asks=[], is_serious=True)]
    rows_copied(IncidentType, copied, 1)
    stored = IncidentType.objects.bulk_create([kind("three"), kind("four", asks=[])])
    one, two, three, _ = IncidentType.objects.filter(
        pk__in=[row.pk for row in [*copied, *stored]]
    ).order_by("pk")
    assert (one.label, one.asks, one.effective_to) == (ODD, ["goods", "vehicle"], None)
    assert (two.asks, two.is_serious) == ([], True)
    same = [field.attname for field in IncidentType._meta.concrete_fields[2:]]
    assert [getattr(one, name) for name in same] == [getattr(three, name) for name in same]


@pytest.mark.django_db
@pytest.mark.parametrize("asks", [[None], b"goods"])
def test_what_it_cannot_write_is_refused(asks: Any) -> None:
    with pytest.raises(TypeError, match="can't be copied"):
        rows_copied(IncidentType, [kind("odd", asks=asks)], 1)


@pytest.mark.django_db(transaction=True)
def test_triggers_stay_outside_a_transaction() -> None:
    with pytest.raises(RuntimeError), without_triggers([IncidentType._meta.db_table]):
        pytest.fail("they were left out")
