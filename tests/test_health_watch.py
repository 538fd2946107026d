"""What is wrong is written to the administrators, once a day, and not for a moment’s fault."""

from typing import Any

import pytest
from django.core.cache import cache

from common.emails import render_email
from dtac.health import signs
from dtac.health.signs import Sign, State
from dtac.health.watch import watch
from members.models import OutboundEmail
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def states(monkeypatch: Any) -> dict[str, State]:
    """What each sign says; the watch asks these."""
    held = {"backup": State.BAD, "mail": State.BAD, "disk": State.GOOD}
    found = lambda: {name: Sign(name, state, "So.", "Do.") for name, state in held.items()}  # noqa: E731
    monkeypatch.setattr("dtac.health.watch.all_signs", found)
    return held


def letters() -> list[tuple[str, str]]:
    rows = OutboundEmail.objects.filter(template="health").order_by("pk")
    return [(row.user.email, row.context["title"]) for row in rows if row.user]


def test_once_a_day_to_administrators_alone(cast: Cast, states: dict[str, State]) -> None:
    assert watch() == 0  # it may be over in a minute
    assert watch() == 1
    assert letters() == [(cast.admin.email, "backup")]
    watch()
    assert len(letters()) == 1
    states["disk"] = State.BAD
    watch()
    watch()
    assert [title for _, title in letters()] == ["backup", "disk"]


def test_what_is_over_is_not_written_of(cast: Cast, states: dict[str, State]) -> None:
    watch()
    states["backup"] = State.GOOD
    assert watch() == 0
    assert letters() == []


def test_every_real_sign_can_be_written_of(cast: Cast) -> None:
    watch()
    watch()
    rows = list(OutboundEmail.objects.filter(template="health"))
    assert rows  # no backup was ever made here
    for row in rows:
        assert row.context["words"]
        email = render_email("health", row.context | {"base_url": "https://dtac.test"})
        assert row.context["title"] in email.subject
    assert set(signs.all_signs()) >= {"backup", "push"}
