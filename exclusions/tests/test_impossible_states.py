"""States that no statement makes of a notice or an appeal, whoever has the database's password.

Each is refused by the database itself; the test asks for the name of the constraint or trigger, so
that none passes because another rule happened to be in the way.
"""

import datetime as dt

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from common import dates
from exclusions.models import Appeal, Notice
from exclusions.services import (
    Asked,
    appeal_withdraw,
    notice_confirm,
    notice_raise,
    notice_revoke,
    numbers_issue,
)
from incidents.services import report_accept
from tests import factories
from tests.cast import Cast

SERVE = ("served_at = now(), ends_on = current_date, service_method = 'post', served_by = 'x',"
         " service_recorded_at = now(), service_recorded_by_id = authorised_by_id")  # fmt: skip
UNSERVE = ("served_at = NULL, ends_on = NULL, service_method = '', served_by = '',"
           " service_recorded_at = NULL, service_recorded_by_id = NULL")  # fmt: skip
UNREVOKE = "revoked_at = NULL, revoked_by_id = NULL, revoked_reason = ''"

# (which notice, what is set, the constraint or trigger that refuses it)
IMPOSSIBLE = [
    ("to_serve", "served_at = now()", "notice_service_whole"),
    ("to_serve", "ends_on = current_date + 300", "notice_service_whole"),
    ("to_serve", SERVE.replace("'post'", "''"), "notice_service_whole"),
    (
        "to_serve",
        SERVE.replace("current_date", "current_date + 400"),
        "notice_twelve_months_at_most",
    ),
    ("to_serve", "revoked_at = now()", "notice_revocation_whole"),
    ("to_serve", "revoked_reason = 'x'", "notice_revocation_whole"),
    ("to_serve", "let_go_at = now(), let_go_by_id = authorised_by_id", "notice_let_go_whole"),
    ("to_serve", "confirm_by = now() + interval '9 days'", "notice_frozen"),
    ("to_serve", "confirmed_at = now(), confirmed_by_id = {board}", "notice_on_the_spot_whole"),
    (
        "to_serve",
        "subject_id = (SELECT subject_id FROM exclusions_notice WHERE ref = '{renewed}')",
        "notice_one_unserved",
    ),
    ("renewed", SERVE, "notice_one_at_a_time"),
    ("in_force", UNSERVE, "notice_service_frozen"),
    ("in_force", "served_at = served_at - interval '1 day'", "notice_service_frozen"),
    ("in_force", "ends_on = ends_on + 1", "notice_service_frozen"),
    ("in_force", "ends_on = served_on - 1", "notice_twelve_months_at_most"),
    ("in_force", "reason = 'x'", "notice_frozen"),
    ("in_force", "authorised_by_id = service_recorded_by_id + 1", "notice_frozen"),
    ("in_force", "confirm_by = now() - interval '1 day'", "notice_frozen"),
    ("in_force", "matters = ''", "notice_asked_once"),
    (
        "in_force",
        "revoked_at = served_at - interval '1 day', revoked_reason = 'x', revoked_by_id = {board}",
        "notice_not_revoked_before_service",
    ),
    ("to_confirm", "confirm_by = confirm_by + interval '1 day'", "notice_frozen"),
    ("to_confirm", "confirm_by = NULL", "notice_frozen"),
    ("to_confirm", "confirmed_at = now()", "notice_on_the_spot_whole"),
    (
        "to_confirm",
        "confirmed_at = now(), confirmed_by_id = authorised_by_id",
        "notice_on_the_spot_whole",
    ),
    ("lapsed", "confirmed_at = now(), confirmed_by_id = {board}", "notice_on_the_spot_whole"),
    ("confirmed", "confirmed_at = NULL, confirmed_by_id = NULL", "notice_confirmed_once"),
    ("expired", "ends_on = current_date", "notice_service_frozen"),
    ("revoked", UNREVOKE, "notice_revoked_once"),
    ("revoked", "revoked_at = now() + interval '1 year'", "notice_revoked_once"),
    ("revoked", "revoked_reason = 'y'", "notice_revoked_once"),
]
# The same of appeals.
IMPOSSIBLE_APPEALS = [
    ("open", "decision = 'upheld'", "appeal_decision_whole"),
    ("open", "reasons = 'x'", "appeal_decision_whole"),
    ("open", "told_on = current_date", "appeal_dates_in_order"),
    ("open", "authorised_by_id = recorded_by_id + 1", "appeal_frozen"),
    (
        "open",
        "decision = 'refused', reasons = 'x', decided_at = now(), decided_by_id = authorised_by_id",
        "appeal_decided_by_others",
    ),
    (
        "decided",
        "decision = '', reasons = '', decided_at = NULL, decided_by_id = NULL",
        "appeal_decided_once",
    ),
    ("decided", "decision = 'upheld'", "appeal_decided_once"),
    ("decided", "withdrawn_on = current_date", "appeal_decision_whole"),
    ("withdrawn", "withdrawn_on = NULL", "appeal_withdrawn_once"),
    (
        "withdrawn",
        "decision = 'upheld', reasons = 'x', decided_at = now(), decided_by_id = {board}",
        "appeal_decision_whole",
    ),
]


def a_notice(cast: Cast, state: str) -> Notice:
    """Return a notice in a state that the services made."""
    intel, place = cast.intel, (cast.intel, cast.staff, cast.shop)
    if state in ("to_confirm", "lapsed", "confirmed"):
        ago = dt.timedelta(hours=80 if state == "lapsed" else 1)
        with time_machine.travel(timezone.now() - ago):
            number = numbers_issue(by=intel, member=cast.store.member, count=1)[0]
            notice = factories.spot_notice(cast.store, cast.shop, number)
        if state == "confirmed":
            report = notice.grounds.get()
            report_accept(by=intel, report=report, revision=report.revision)
            notice_confirm(by=intel, notice=notice, asked=Asked())
        return notice
    subject = factories.subject(intel, photo=False)
    if state == "to_serve":
        return factories.raised_notice(*place, subject)
    days = {"expired": 400, "revoked": 9}.get(state, 2)
    notice = factories.served_notice(*place, subject, ago=dt.timedelta(days=days))
    if state == "renewed":
        return notice_raise(
            by=intel, subject=subject, reports=list(notice.grounds.all()), reason="x"
        )
    return notice_revoke(by=intel, notice=notice, reason="x") if state == "revoked" else notice


def an_appeal(cast: Cast, state: str) -> Appeal:
    """Return an appeal in a state that the services made."""
    notice = a_notice(cast, "in_force")
    if state == "decided":
        return factories.decided_appeal(cast, notice)
    appeal = factories.appeal(cast.intel, notice, cast.board)
    if state == "withdrawn":
        return appeal_withdraw(by=cast.intel, appeal=appeal, on=dates.today())
    return appeal


def refused_by(statement: str) -> str:
    """Return what of the database refuses a statement: which constraint, or which trigger."""
    cursor = connection.cursor()
    with cursor, pytest.raises(DatabaseError) as caught, transaction.atomic():
        cursor.execute(statement)
    told = caught.value.__cause__.diag
    return told.constraint_name or told.context.partition("pgtrigger_")[2].rpartition("_")[0]


@pytest.mark.parametrize(("state", "change", "rule"), IMPOSSIBLE)
def test_no_statement_makes_it_of_a_notice(cast: Cast, state: str, change: str, rule: str) -> None:
    notice = a_notice(cast, state)
    others = a_notice(cast, "renewed").ref if "{renewed}" in change else ""
    change = change.format(board=cast.board.pk, renewed=others)
    assert refused_by(f"UPDATE exclusions_notice SET {change} WHERE id = {notice.pk}") == rule
    before = (notice.state, notice.ends_on)
    notice.refresh_from_db()
    assert (notice.state, notice.ends_on) == before


@pytest.mark.parametrize(("state", "change", "rule"), IMPOSSIBLE_APPEALS)
def test_no_statement_makes_it_of_an_appeal(cast: Cast, state: str, change: str, rule: str) -> None:
    appeal = an_appeal(cast, state)
    change = change.format(board=cast.board.pk)
    assert refused_by(f"UPDATE exclusions_appeal SET {change} WHERE id = {appeal.pk}") == rule
