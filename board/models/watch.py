"""Triggers that note which days must be counted again, on the tables of the apps below.

In the database, because rows change in many ways (services, bulk, merges, a job, by hand) and none
may go unseen; on proxies, because the apps below don't know the Board. One row for each statement
and day, with nobody waiting: see board.models.Stale.
"""

# ruff: noqa: S608  (nothing that anybody typed is in these statements)

from collections.abc import Sequence

import pgtrigger

from exclusions.models import Appeal, Notice, NoticeGround
from incidents.models import Involvement, Report
from members.models import (
    EquipmentHolding,
    ExclusionAuthority,
    Member,
    MemberStep,
    TrainingPlace,
    TrainingSession,
)
from records.models import KeptFigure

from .tallies import WHOLE

OPERATIONS = {
    "insert": (pgtrigger.Insert, pgtrigger.Referencing(new="new_rows")),
    "update": (pgtrigger.Update, pgtrigger.Referencing(old="old_rows", new="new_rows")),
    "delete": (pgtrigger.Delete, pgtrigger.Referencing(old="old_rows")),
}

WITHOUT_DAY = ", ".join(f"'{part}'" for part in WHOLE)
"""Parts whose marks need no day, as SQL."""


def watch(name: str, columns: Sequence[str], *marks: str) -> list[pgtrigger.Trigger]:
    """Return the triggers of a table: what is added, taken away, or changed in these columns.

    Each of `marks` selects (part, day) from `changed`, which holds such rows as they were and as
    they are.
    """
    old, new = (", ".join(f'{row}."{column}"' for column in columns) for row in ("o", "n"))
    changed = {
        "insert": "SELECT * FROM new_rows",
        "delete": "SELECT * FROM old_rows",
        "update": (
            "SELECT r.* FROM old_rows o JOIN new_rows n ON n.id = o.id"
            " CROSS JOIN LATERAL (SELECT o.* UNION ALL SELECT n.*) r"
            f" WHERE ({old}) IS DISTINCT FROM ({new})"
        ),
    }
    return [
        pgtrigger.Trigger(
            name=f"board_{name}_{kind}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=referencing,
            func=(
                f"WITH changed AS ({changed[kind]})"
                " INSERT INTO board_stale (part, day)"
                f" SELECT DISTINCT part, day FROM ({' UNION ALL '.join(marks)}) m(part, day)"
                f" WHERE day IS NOT NULL OR part IN ({WITHOUT_DAY}); RETURN NULL;"
            ),
        )
        for kind, (operation, referencing) in OPERATIONS.items()
    ]


# The days on which a notice n is counted, and those of an appeal a.
NOTICE_DAYS = "unnest(ARRAY[n.served_on, n.ends_on + 1, n.revoked_on, n.confirm_on])"
APPEAL_DAYS = "unnest(ARRAY[a.received_on, (a.decided_at AT TIME ZONE 'Europe/London')::date])"
CITED = "JOIN exclusions_noticeground g ON g.report_id = r.id"


def notices_citing(reports: str) -> tuple[str, str]:
    """Return marks of the notices, and appeals, that cite reports r: they are of their area."""
    return (
        f"SELECT 'notice', {NOTICE_DAYS} FROM {reports} {CITED}"
        " JOIN exclusions_notice n ON n.id = g.notice_id",
        f"SELECT 'appeal', {APPEAL_DAYS} FROM {reports} {CITED}"
        " JOIN exclusions_appeal a ON a.notice_id = g.notice_id",
    )


KEPT_PART = (
    "CASE WHEN f.kind IN ('incident', 'breach') THEN f.kind"
    " WHEN f.kind IN ('appeal', 'upheld') THEN 'appeal' ELSE 'notice' END"
)
"""The part that a figure f of something deleted is counted in."""


class WatchedReport(Report):
    """Reports: incidents, breaches, and the notices that cite them."""

    class Meta:
        proxy = True
        triggers = watch(
            "report",
            ["kind", "status", "type_id", "area_id", "member_id", "occurred_at", "value_stolen",
             "value_recovered"],
            "SELECT 'incident', occurred_on FROM changed",
            "SELECT 'breach', occurred_on FROM changed",
            *notices_citing("changed r"),
        )  # fmt: skip


class WatchedPerson(Involvement):
    """People in reports: breaches."""

    class Meta:
        proxy = True
        triggers = watch(
            "person",
            ["report_id", "subject_id"],
            "SELECT 'breach', r.occurred_on FROM changed c"
            " JOIN incidents_report r ON r.id = c.report_id WHERE c.subject_id IS NOT NULL",
        )


class WatchedNotice(Notice):
    """Notices: what is served and ends, and the breaches of whom they are about."""

    class Meta:
        proxy = True
        triggers = watch(
            "notice",
            ["subject_id", "served_at", "ends_on", "revoked_at", "confirm_by", "confirmed_at"],
            f"SELECT 'notice', {NOTICE_DAYS} FROM changed n",
            "SELECT 'breach', r.occurred_on FROM changed c"
            " JOIN incidents_involvement p ON p.subject_id = c.subject_id"
            " JOIN incidents_report r ON r.id = p.report_id",
        )


class WatchedGround(NoticeGround):
    """What a notice cites: its area, its appeals', and which reports are no breach of it."""

    class Meta:
        proxy = True
        triggers = watch(
            "ground",
            ["notice_id", "report_id"],
            f"SELECT 'notice', {NOTICE_DAYS} FROM changed c"
            " JOIN exclusions_notice n ON n.id = c.notice_id",
            f"SELECT 'appeal', {APPEAL_DAYS} FROM changed c"
            " JOIN exclusions_appeal a ON a.notice_id = c.notice_id",
            "SELECT 'breach', r.occurred_on FROM changed c"
            " JOIN incidents_report r ON r.id = c.report_id",
        )


class WatchedAppeal(Appeal):
    """Appeals."""

    class Meta:
        proxy = True
        triggers = watch(
            "appeal",
            ["notice_id", "received_on", "decision", "decided_at"],
            f"SELECT 'appeal', {APPEAL_DAYS} FROM changed a",
        )


class WatchedAuthority(ExclusionAuthority):
    """Authorisations to exclude: without one there is no breach at a member's."""

    class Meta:
        proxy = True
        triggers = watch(
            "authority",
            ["member_id", "signed_on", "ended_on"],
            "SELECT 'breach', r.occurred_on FROM changed c"
            " JOIN incidents_report r ON r.member_id = c.member_id",
        )


class WatchedMember(Member):
    """Members: joined and gone; and everything that is counted by their area or sector."""

    class Meta:
        proxy = True
        triggers = watch(
            "member",
            ["kind", "status", "joined_on", "left_on", "area_id", "sector"],
            "SELECT unnest(ARRAY['member', 'equipment', 'training']), NULL::date FROM changed",
            "SELECT part, r.occurred_on FROM changed c"
            " JOIN incidents_report r ON r.member_id = c.id,"
            " unnest(ARRAY['incident', 'breach']) part",
            *notices_citing("changed c JOIN incidents_report r ON r.member_id = c.id"),
            "SELECT 'sign_in', (e.at AT TIME ZONE 'Europe/London')::date FROM changed c"
            " JOIN audit_event e ON e.member_id = c.id AND e.action = 'members.user.signed_in'",
            f"SELECT {KEPT_PART}, f.day FROM changed c"
            " JOIN records_keptfigure f ON f.member_id = c.id",
        )


class WatchedFigure(KeptFigure):
    """What is kept of deleted records."""

    class Meta:
        proxy = True
        triggers = watch(
            "kept_figure",
            ["kind", "day", "area_id", "member_id", "type_id", "stolen", "recovered"],
            f"SELECT {KEPT_PART}, f.day FROM changed f",
        )


class WatchedStep(MemberStep):
    """Steps of the pipeline: joined and gone."""

    class Meta:
        proxy = True
        triggers = watch(
            "step",
            ["member_id", "before", "after", "on"],
            "SELECT unnest(ARRAY['member', 'equipment']), NULL::date FROM changed",
        )


class WatchedHolding(EquipmentHolding):
    """Loans of equipment."""

    class Meta:
        proxy = True
        triggers = watch(
            "holding",
            ["item_id", "state", "member_id", "since", "until"],
            "SELECT 'equipment', NULL::date FROM changed WHERE state = 'loan'",
        )


class WatchedSession(TrainingSession):
    """Training sessions, held or called off."""

    class Meta:
        proxy = True
        triggers = watch(
            "session", ["on", "cancelled_on"], "SELECT 'training', NULL::date FROM changed"
        )


class WatchedPlace(TrainingPlace):
    """Who passed in a session."""

    class Meta:
        proxy = True
        triggers = watch(
            "place",
            ["session_id", "member_id", "outcome"],
            "SELECT 'training', NULL::date FROM changed WHERE outcome = 'passed'",
        )
