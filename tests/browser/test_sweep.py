"""Guessing references: each role tries every one there is in the demo, and every photo.

What each may see at most is said here once more, in SQL of its own, so that a mistake in the
application's own question doesn't repeat itself. No browser beyond the sign-in; it stands among its
tests because it needs the whole demo.
"""

import ast
import http.client
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.phones import accept
from tests.stack import Demo

pytestmark = [pytest.mark.browser]

READERS = ("staff", "other", "store", "police")
ROLES = (*READERS, "board", "admin")
SOME = 25
"""Of thousands of reports each role tries one in so many, each role others, and all of its own."""

# What a reader sees at most: %(who)s is their e-mail. A live version that is meant for them.
PROFILES = """
SELECT version.id, version.subject_id, subject.ref FROM offenders_profileversion version
  JOIN offenders_subject subject ON subject.id = version.subject_id
  JOIN members_user u ON u.email = '{who}'
  JOIN members_member m ON m.id = u.member_id
  LEFT JOIN members_premises p ON p.id = u.premises_id
 WHERE u.role IN ('reporter', 'manager', 'agency')
   AND version.superseded_at IS NULL AND version.withdrawn_at IS NULL
   AND version.expires_on >= (now() AT TIME ZONE 'Europe/London')::date
   AND (version.audience = 'all' OR m.kind = 'agency'
        OR version.audience = 'sectors' AND m.sector = ANY(version.audience_sectors)
        OR version.audience = 'areas'
           AND (m.area_id = ANY(version.audience_areas) OR p.area_id = ANY(version.audience_areas)))
"""
REPORTS = """
SELECT report.ref, report.id FROM incidents_report report JOIN members_user u ON u.email = '{who}'
 WHERE report.member_id = u.member_id AND u.role IN ('reporter', 'manager', 'agency')
    OR u.role = 'agency' AND report.kind = 'incident' AND report.status = 'accepted'
"""
PHOTOS = """
SELECT photo.uuid::text FROM offenders_photo photo JOIN seen ON seen.subject_id = photo.subject_id
 UNION SELECT photo.uuid::text FROM incidents_attachment photo JOIN own ON own.id = photo.report_id
"""
NOTICES = """
SELECT notice.ref FROM exclusions_notice notice JOIN members_user u ON u.email = '{who}'
 WHERE u.role IN ('reporter', 'manager', 'agency') AND notice.revoked_at IS NULL
   AND (notice.served_at IS NOT NULL
        AND notice.ends_on >= (now() AT TIME ZONE 'Europe/London')::date
        OR u.role = 'manager' AND notice.served_at IS NULL AND EXISTS (
            SELECT FROM exclusions_noticeground cited
              JOIN incidents_report report ON report.id = cited.report_id
             WHERE cited.notice_id = notice.id AND report.member_id = u.member_id))
"""
INTELLIGENCE = """
SELECT given.ref FROM incidents_intelligencereport given JOIN members_user u ON u.email = '{who}'
 WHERE u.role IN ('reporter', 'manager', 'agency')
   AND (given.submitted_by_id = u.id OR given.shared_until IS NOT NULL)
"""
INVOICES = """
SELECT invoice.ref FROM members_invoice invoice JOIN members_user u ON u.email = '{who}'
 WHERE u.role = 'board' OR u.role IN ('manager', 'agency') AND invoice.member_id = u.member_id
"""
BULLETINS = """
SELECT bulletin.ref FROM offenders_bulletin bulletin JOIN members_user u ON u.email = '{who}'
 WHERE u.role IN ('reporter', 'manager', 'agency') AND bulletin.sent_at IS NOT NULL
"""
NOBODY = "SELECT 'none' WHERE '{who}' = ''"


class Tries:
    """Somebody signed in, who asks for many addresses at once."""

    def __init__(self, stack: Demo, page: Page) -> None:
        self.port = stack.port
        cookies = page.context.cookies()
        self.cookie = "; ".join(f"{each['name']}={each['value']}" for each in cookies)

    def status(self, path: str) -> int:
        """Return what an address answers."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request("GET", path, headers={"Cookie": self.cookie, "Accept": "text/html"})
            return line.getresponse().status
        finally:
            line.close()

    def answers(self, paths: list[str]) -> dict[str, int]:
        """Return what each address answers."""
        with ThreadPoolExecutor(4) as pool:
            return dict(zip(paths, pool.map(self.status, paths), strict=True))


def rows(stack: Demo, statement: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = ast.literal_eval(stack.sql(statement))
    return found


def column(stack: Demo, statement: str) -> list[Any]:
    return [row[0] for row in rows(stack, statement)]


def refs(stack: Demo, table: str, name: str = "ref") -> list[str]:
    return sorted(column(stack, f"SELECT {name}::text FROM {table}"))


def reports_to_try(stack: Demo, role: str, own: set[str]) -> list[str]:
    every = refs(stack, "incidents_report")
    return sorted({*every[ROLES.index(role) :: SOME], *sorted(own)[:40]})


@pytest.mark.parametrize("role", ROLES)
def test_no_reference_opens_what_is_not_theirs(
    stack: Demo, person: Callable[..., Page], role: str
) -> None:
    tries = Tries(stack, accept(person(role)))
    who = f"{role}@dtac.example"

    def at_most(statement: str) -> set[str]:
        return set(map(str, column(stack, statement.format(who=who))))

    seen = {ref for _, _, ref in rows(stack, PROFILES.format(who=who))}
    own = at_most(REPORTS)
    with_photos = (
        f"WITH seen AS ({PROFILES.format(who=who)}), own AS ({REPORTS.format(who=who)}) {PHOTOS}"
    )
    photos = {f"{name}/{size}" for name in column(stack, with_photos) for size in ("card", "large")}
    every_photo = refs(stack, "offenders_photo", "uuid") + refs(
        stack, "incidents_attachment", "uuid"
    )
    tried = {
        "/gallery/{}/": (refs(stack, "offenders_subject"), seen),
        "/subjects/{}/": (refs(stack, "offenders_subject"), set()),
        "/reports/{}/": (reports_to_try(stack, role, own), own),
        "/reports/{}/review/": (reports_to_try(stack, role, own)[:60], set()),
        "/photos/{}/": ([f"{name}/{size}" for name in every_photo for size in ("card",)], photos),
        "/evidence/{}/": (refs(stack, "incidents_attachment", "uuid"), own_exhibits(stack, role)),
        "/exclusions/{}/": (refs(stack, "exclusions_notice"), at_most(NOTICES)),
        "/exclusions/{}/notice.pdf": (refs(stack, "exclusions_notice")[::4], at_most(NOTICES)),
        "/intelligence/{}/": (
            refs(stack, "incidents_intelligencereport"),
            at_most(INTELLIGENCE),
        ),
        "/cases/{}/": (refs(stack, "exclusions_casefile"), set()),
        "/packs/{}/": (refs(stack, "exclusions_evidencepack"), set()),
        "/warnings/{}/": (refs(stack, "exclusions_warningletter"), set()),
        "/bulletins/{}/": (refs(stack, "offenders_bulletin"), at_most(BULLETINS)),
        "/bulletins/{}/readers/": (refs(stack, "offenders_bulletin"), set()),
        "/money/invoices/{}/": (refs(stack, "members_invoice")[::3], at_most(INVOICES)),
    }
    opened = 0
    for address, (names, allowed) in tried.items():
        answers = tries.answers([address.format(name) for name in names])
        told = (200, 302, 403)  # a refusal tells that it exists: 404 is what a guess gets
        found = {name for name in names if answers[address.format(name)] in told}
        assert found <= allowed, (role, address, sorted(found - allowed)[:5])
        assert set(answers.values()) <= {*told, 404}, (role, address)
        opened += len(found)
    if role in READERS:
        assert opened > 50, "what they may see they were shown, or nothing was tried"


def own_exhibits(stack: Demo, role: str) -> set[str]:
    """Return the exhibits whose record a business's manager may look at: their own reports'."""
    if role != "store":
        return set()
    own = REPORTS.format(who=f"{role}@dtac.example")
    statement = f"WITH own AS ({own}) SELECT a.uuid::text FROM incidents_attachment a"
    return set(column(stack, f"{statement} JOIN own ON own.id = a.report_id"))
