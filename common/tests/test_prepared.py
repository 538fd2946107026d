"""Kept statements: they find what the query finds, for each call’s own values."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db.models.functions import Length
from django.utils import timezone

from common import dates
from common.prepared import MOST, Prepared
from incidents.models import Alert
from incidents.services import alert_withdraw
from members.models import User
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_each_call_has_its_own_values(cast: Cast, django_assert_num_queries: Any) -> None:
    emails = Prepared(
        lambda shape, **told: User.objects.filter(role=shape, **told).values_list("email")
    )
    for user in (cast.staff, cast.other):
        assert emails.rows("reporter", member=user.member_id) == [(user.email,)]
    assert emails.rows("board", member=cast.staff.member_id) == []
    with django_assert_num_queries(1):
        emails.rows("reporter", member=cast.staff.member_id)


def test_shapes_without_end_are_not_kept_without_end(cast: Cast) -> None:
    named = Prepared(
        lambda shape, member: User.objects.filter(member=member, name__startswith=shape)
    )
    for number in range(3 * MOST):
        assert named.rows(f"{number}", member=cast.staff.member_id) == []
    assert len(named._kept) <= MOST
    assert named.rows("", member=cast.staff.member_id)


def test_values_that_change_form_are_refused(cast: Cast) -> None:
    keys = Prepared(lambda shape, keys: User.objects.filter(pk__in=keys).values_list("pk"))
    with pytest.raises(RuntimeError, match="made of a value"):
        keys.rows(keys=[cast.staff.pk])  # for two there would be another statement
    named = Prepared(lambda shape, n: User.objects.filter(name__contains=n).values_list("pk"))
    with pytest.raises(RuntimeError, match="made of a value"):
        named.rows(n="Jess")


def test_a_day_that_would_stay_is_refused(cast: Cast) -> None:
    today = Prepared(
        lambda shape: User.objects.filter(certified_until__gte=dates.today()).values_list("pk")
    )
    with pytest.raises(RuntimeError, match="for ever"):
        today.rows()
    now = Prepared(lambda shape: User.objects.filter(last_login=timezone.now()).values_list("pk"))
    with pytest.raises(RuntimeError, match="for ever"):
        now.rows()


@pytest.mark.parametrize("value", [True, None, 1.5])
def test_what_can_t_be_told_apart_is_no_value(cast: Cast, value: object) -> None:
    with pytest.raises(TypeError):
        Prepared(lambda shape, on: User.objects.values_list("pk")).rows(on=value)


def test_live_alerts_are_those_that_each_role_sees(cast: Cast) -> None:
    intel = cast.intel
    version = factories.published(intel, name="Kevin Marsh")
    agencies = factories.published(intel, name="Ann Other", draft_audience="agencies")
    alerts = [
        factories.alert(cast.staff, cast.shop, subject=version.subject),
        factories.alert(intel, cast.shop, subject=agencies.subject),
        factories.alert(cast.other, cast.pub),
    ]
    areas = {"audience": "areas", "audience_areas": [cast.pub.area_id]}
    Alert.objects.filter(pk=alerts[2].pk).update(**areas)

    def compare() -> dict[str, list[str]]:
        seen = {}
        for name, user in cast.users.items():
            rows = Alert.objects.visible_to(user).live().order_by("-raised_at", "-pk")
            seen[name] = list(rows.values_list("ref", flat=True))
            assert Alert.objects.live_refs(user) == seen[name], name
        return seen

    before = compare()
    assert len({len(refs) for refs in before.values()}) > 2
    alert_withdraw(by=intel, alert=alerts[0], reason="Over.")
    assert alerts[0].ref not in compare()["staff"]  # by the next request
    with time_machine.travel(timezone.now() + dt.timedelta(days=2)):
        assert not any(compare().values())


def test_objects_come_with_what_belongs_to_them(cast: Cast, django_assert_num_queries: Any) -> None:
    found = Prepared(
        lambda shape, role: (
            User.objects.filter(role=role)
            .select_related("member__area", "premises")
            .annotate(length=Length("email"))
            .order_by("pk")
        )
    )
    for role in ("reporter", "board"):
        with django_assert_num_queries(1):
            rows = found.rows(role=role)
            told = [
                (row, row.member.area.name, row.premises and row.premises.name, row.length)
                for row in rows
            ]
        assert told == [
            (
                user,
                user.member.area.name,
                user.premises and user.premises.name,
                len(user.email),
            )
            for user in User.objects.filter(role=role).order_by("pk")
        ]
        assert all(row.uuid == User.objects.get(pk=row.pk).uuid for row in rows)
    assert found.rows(role="nobody") == []


def test_a_slice_is_a_value_like_others(cast: Cast) -> None:
    found = Prepared(
        lambda shape, start, most: User.objects.order_by("pk").values_list("pk", flat=True)[
            start : start + most
        ]
    )
    keys = list(User.objects.order_by("pk").values_list("pk", flat=True))
    for start, most in ((0, 2), (1, 3), (2, 100), (50, 10)):
        assert found.rows(start=start, most=most) == keys[start : start + most]


def test_a_value_that_is_not_asked_for_is_refused(cast: Cast) -> None:
    def build(shape: object, start: int, end: int) -> Any:
        return User.objects.order_by("pk").values_list("pk")[start:end]  # a difference, as a limit

    with pytest.raises(RuntimeError, match="not in the statement: end"):
        Prepared(build).rows(start=1, end=3)
    assert Prepared(build, may_ignore=["end"]).rows(start=1, end=3)
