"""The demo's access log: made in the database, because at scale it is millions of rows."""

import pgtrigger
from django.db import connection

ROWS = 50_000
SQL = """
INSERT INTO audit_event (at, action, is_read, actor_id, actor_name, actor_role, member_id,
                         member_name, record, subjects, detail, address, request_id)
SELECT now() - (n.i %% 365) * interval '1 day'
             - (n.i::bigint * 7919 %% 86400) * interval '1 second',
       a.action, true, u.id, u.name, u.role, m.id, m.name, s.ref, jsonb_build_array(s.ref),
       '{}'::jsonb, NULL, ''
  FROM generate_series(1, %(rows)s) AS n(i)
  JOIN (SELECT id, name, role, member_id, row_number() OVER (ORDER BY id) - 1 AS k
          FROM members_user WHERE role IN ('reporter', 'manager', 'agency')) u
    ON u.k = (n.i::bigint * 31) %% %(users)s
  JOIN members_member m ON m.id = u.member_id
  JOIN (SELECT ref, row_number() OVER (ORDER BY id) - 1 AS k
          FROM offenders_subject) s ON s.k = (n.i::bigint * n.i %% %(subjects)s)
  JOIN (VALUES (0, 'offenders.profile.viewed'), (1, 'offenders.profile.viewed'),
               (2, 'offenders.photo.viewed')) a(k, action) ON a.k = n.i %% 3
"""


def load_access_log(*, scale: int) -> None:
    """Add the views of a year, spread over the users and subjects there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM members_user"
            " WHERE role IN ('reporter', 'manager', 'agency')),"
            " (SELECT count(*) FROM offenders_subject)"
        )
        users, subjects = cursor.fetchone()
        cursor.execute(SQL, {"rows": ROWS * scale, "users": users, "subjects": subjects})


LARGEST = 10
"""Times the demo up to which the log is put in order: above it would take minutes."""


def order_log(*, scale: int) -> None:
    """Put the log in the order of its times: its parts were made one after another.

    A log that is written as things happen is in that order by itself, and is read in it.
    """
    if scale > LARGEST:
        return
    with (
        pgtrigger.ignore("audit.Event:append_only", "audit.Event:deleted_when_old"),
        connection.cursor() as cursor,
    ):
        cursor.execute("CREATE TEMP TABLE log_before ON COMMIT DROP AS TABLE audit_event")
        cursor.execute("DELETE FROM audit_event")
        cursor.execute("ALTER TABLE log_before DROP COLUMN id")
        columns = "at, action, is_read, actor_id, actor_name, actor_role, member_id, member_name,"
        columns += " record, subjects, detail, address, request_id"
        cursor.execute(
            f"INSERT INTO audit_event ({columns}) SELECT {columns} FROM log_before ORDER BY at"  # noqa: S608
        )
