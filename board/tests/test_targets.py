"""Targets of the plan: the Board's to set, each change kept with who, when and why."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client

from audit.models import Event
from board.models import PlanTarget
from board.targets import TargetInput, target_of, target_set
from common import dates
from tests.cast import Cast, make_cast
from tests.races import at_once

ClientOf = Callable[[str], Client]
BY = dt.date(2090, 3, 31)
FIRST = TargetInput(Decimal(80), Decimal(140), BY)


def first(cast: Cast) -> PlanTarget:
    """The target that the scheme starts with."""
    return target_set(by=cast.board, measure="members", number=0, data=FIRST, why="The plan")


def test_a_changed_target_is_another_row(cast: Cast) -> None:
    first(cast)
    data = TargetInput(Decimal(80), Decimal(150), BY)
    target_set(by=cast.board, measure="members", number=1, data=data, why="Agreed on 3 March")
    held = PlanTarget.objects.filter(measure="members")
    assert [f"{row.number} {row.target:.0f} {row.set_by} {row.why}" for row in held] == [
        "2 150 Board Person Agreed on 3 March",
        "1 140 Board Person The plan",
    ]
    assert target_of("members") == held[0] == PlanTarget.objects.in_force().get()
    event = Event.objects.filter(action="board.target.set").latest("id")
    assert (event.record, event.detail) == ("members", {"number": 2})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": 0}, "Someone changed this"),
        ({}, "Nothing is different"),
        ({"data": TargetInput(Decimal(80), Decimal(150), dates.today())}, "still to come"),
        ({"data": TargetInput(Decimal(80), Decimal(0), BY)}, "more than nothing"),
        ({"data": TargetInput(Decimal(80), Decimal(150), BY), "why": " "}, "Write why"),
    ],
)
def test_what_is_refused(cast: Cast, changes: dict[str, Any], words: str) -> None:
    first(cast)
    asked = {"number": 1, "data": FIRST, "why": "x"} | changes
    with pytest.raises(ValidationError, match=words):
        target_set(by=cast.board, measure="members", **asked)
    assert PlanTarget.objects.count() == 1


def test_history_stays(cast: Cast, sql: Callable[[str], None]) -> None:
    first(cast)
    for statement in ("UPDATE board_plantarget SET target = 1", "DELETE FROM board_plantarget"):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            sql(statement)
    assert connection.vendor == "postgresql"


def test_the_form(cast: Cast, client_of: ClientOf) -> None:
    first(cast)
    client = client_of("board")
    assert 'value="140"' in client.get("/board/targets/members/").content.decode()
    sent = {"number": 1, "baseline": "80", "target": "1500 and more", "by": "2090-03-31", "why": ""}
    refused = client.post("/board/targets/members/", sent)
    assert refused.status_code == 422
    page = refused.content.decode()
    for words in ("1500 and more", "Enter a whole number", "Write why"):
        assert words in page
    sent |= {"target": "150", "why": "Agreed"}
    assert client.post("/board/targets/members/", sent).status_code == 302
    stale = client.post("/board/targets/members/", sent | {"target": "160"})
    assert stale.status_code == 422
    assert "Someone changed this" in stale.content.decode()
    listed = client.get("/board/targets/").content.decode()
    assert "80 to 150 by 31 Mar 2090" in listed
    assert "Agreed" in listed
    money = {
        "number": 0,
        "baseline": "£28,000",
        "target": "42,000.50",
        "by": "31/03/2090",
        "why": "x",
    }
    assert client.post("/board/targets/revenue/", money).status_code == 302
    assert target_of("revenue").target == Decimal("42000.50")  # type: ignore[union-attr]


def test_the_manager_reads_them(cast: Cast, client_of: ClientOf) -> None:
    first(cast)
    client = client_of("intel")
    page = client.get("/board/targets/").content.decode()
    assert "80 to 140" in page
    assert "/board/targets/members/" not in page
    sent = {"number": 1, "baseline": "80", "target": "150", "by": "2090-03-31", "why": "x"}
    assert client.post("/board/targets/members/", sent).status_code == 403
    assert PlanTarget.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one_change() -> None:
    cast = make_cast()
    first(cast)

    def change(target: int) -> Callable[[], object]:
        data = TargetInput(Decimal(80), Decimal(target), BY)
        return lambda: target_set(by=cast.board, measure="members", number=1, data=data, why="x")

    refused = at_once(change(150), change(160), change(170))
    assert sum(problem is None for problem in refused) == 1
    assert PlanTarget.objects.count() == 2
