"""Every address, every role: no URL may be missing from the matrix, and none may answer more."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from audit.models import Event
from members.middleware import FREE_OF_FACTOR
from tests.cast import Cast
from tests.rights import FILES_OF_ONE, MATRIX, POSTS, PROVEN, PROVEN_POSTS, ROLES, Line


def addresses(resolver: URLResolver) -> Iterator[str]:
    """Yield the name of every address in the URL conf; the admin's are tested as one."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern.pattern} has no name"
            yield pattern.name
        elif pattern.namespace != "admin":
            yield from addresses(pattern)


def test_no_address_is_missing_from_the_matrix() -> None:
    assert set(addresses(get_resolver())) == {line.name for line in MATRIX}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_matrix_says(world, client_of, role: str) -> None:
    client = client_of(role)
    wrong = []
    for line in MATRIX:
        expected = line.answers[ROLES.index(role)]
        if line.name == "readyz":
            continue  # depends on a running worker: tested with the whole stack
        answer = client.get(line.path.format(**world)).status_code
        if answer != expected:
            wrong.append(f"{line.path}: {answer}, expected {expected}")
    assert not wrong


def test_nobody_signed_out_gets_anything(world, client: Client) -> None:
    public = {"healthz", "readyz", "account_login", "account_inactive", "account_signup"}
    public |= {"metrics"}  # 404 without its token: tests/test_health.py
    public |= {"mail_stop", "log_offline", "service_worker", "manifest"}
    public |= {
        "exclusion_rules",
        "exclusion_rules_premises",
        "apply",
        "applied",
        "invited",
        "csp_report",
    }
    for line in MATRIX:
        if line.name in public:
            continue
        response = client.get(line.path.format(**world))
        assert response.status_code == 302, line.path
        assert response.url.startswith("/sign-in/"), line.path


def _takes_post(line: Line, role: str, world: dict[str, Any], client: Client) -> int:
    return client.post(line.path.format(**world), {}).status_code


@pytest.mark.parametrize("role", ROLES)
def test_no_post_changes_what_a_role_may_not(world, client_of, role: str) -> None:
    """An empty POST to every address: those it isn't for answer 404, 403 or 405."""
    client = client_of(role)
    before = Event.objects.filter(is_read=False).count()
    for line in MATRIX:
        if line.name.startswith("account_") or line.name in ("healthz", "readyz", "csp_report"):
            continue
        got = _takes_post(line, role, world, client)
        if line.name in POSTS:
            assert got in ((200, 302, 403, 422) if role in POSTS[line.name] else (404,)), line.path
            continue
        expected = line.answers[ROLES.index(role)]
        if expected in (403, 404, 410):
            assert got in (404, 405, 403, 410), f"{line.path}: {got}"
        else:
            assert got in (200, 422, 405, 302), f"{line.path}: {got}"
    if role != "intel":  # the manager's empty POST sends the draft bulletin, as it may
        assert Event.objects.filter(is_read=False).count() == before


def test_the_admin_pages_are_the_administrators_and_hold_no_subject(world, client_of) -> None:
    for role in ROLES:
        answer = client_of(role).get("/admin/")
        assert answer.status_code == (200 if role == "admin" else 302), role
    from django.contrib import admin

    apps = {model._meta.app_label for model in admin.site._registry}
    assert not apps & {"offenders", "incidents", "exclusions", "records", "audit"}


READS = {
    "/records/": "records.registers.viewed",
    "/records/files/requests.csv": "records.register.exported",
    "/records/access/": "records.access.listed",
    "/records/access/{access}/": "records.access.viewed",
    "/records/access/{access}/items/{access_item}/": "records.access.item_viewed",
    "/records/access/{access}/read/report/": "records.access.item_viewed",
    "/records/access/{access}/items/{access_photo}/look/": "records.access.item_viewed",
    "/records/access/packs/{access_pack}/": "records.access.viewed",
    "/records/access/packs/{access_pack}/pack.pdf": "records.access.read",
    "/records/complaints/": "records.complaint.listed",
    "/records/complaints/{complaint}/": "records.complaint.viewed",
    "/records/data-breaches/": "records.data_breach.listed",
    "/records/data-breaches/{data_breach}/": "records.data_breach.viewed",
    "/records/privacy/": "records.privacy.listed",
    "/records/sharing/": "records.share.listed",
    "/records/sharing/{shared_out}/": "records.share.viewed",
    "/subjects/{published}/privacy/": "offenders.subject.viewed",
    "/records/requests/": "records.request.listed",
    "/records/requests/{request}/": "records.request.viewed",
    "/subjects/{published}/request/": "offenders.subject.viewed",
    "/me/log/?show=all": "members.log.viewed",
    "/me/log/file/": "members.log.exported",
    "/records/standards/pack.zip": "records.standards.exported",
    "/subjects/{grown}/of-age/": "offenders.subject.viewed",
    "/records/retention/": "records.retention.listed",
    "/records/retention/nights/{night}/": "records.run.viewed",
    "/records/deleted/": "records.deleted.listed",
    "/records/holds/": "records.hold.listed",
    "/records/holds/{hold}/": "records.hold.viewed",
    "/subjects/{published}/hold/": "offenders.subject.viewed",
    "/subjects/{published}/put-off/": "offenders.subject.viewed",
    "/import/{import_run}/": "imports.run.viewed",
    "/import/{import_run}/columns/": "imports.run.viewed",
    "/import/{import_run}/problems.csv": "imports.problems.exported",
    "/alerts/": "incidents.alert.viewed",
    "/alerts/poll/": "incidents.alert.viewed",
    "/alerts/new/?who={published}": "incidents.report.looked_up",
    "/gallery/": "offenders.gallery.viewed",
    "/gallery/?q=kevin": "offenders.gallery.searched",
    "/gallery/{published}/": "offenders.profile.viewed",
    "/photos/{published_photo}/large/": "offenders.photo.viewed",
    "/photos/{report_photo}/large/": "incidents.photo.viewed",
    "/log/?who={published}": "incidents.report.looked_up",
    "/log/who/?q=kevin": "incidents.report.looked_up",
    "/evidence/{report_photo}/": "incidents.evidence.viewed",
    "/intelligence/": "incidents.intelligence.listed",
    "/intelligence/{given}/": "incidents.intelligence.viewed",
    "/reports/": "incidents.report.listed",
    "/reports/{waiting}/": "incidents.report.viewed",
    "/reports/{waiting}/review/": "incidents.report.viewed",
    "/reports/{accepted}/police-pack/": "incidents.report.viewed",
    "/queue/": "incidents.report.listed",
    "/subjects/": "offenders.subject.listed",
    "/subjects/{published}/": "offenders.subject.viewed",
    "/subjects/{published}/edit/": "offenders.subject.viewed",
    "/subjects/{published}/publish/": "offenders.subject.viewed",
    "/subjects/{published}/photo/": "offenders.subject.viewed",
    "/subjects/{published}/photos/{published_photo}/": "offenders.subject.viewed",
    "/subjects/{published}/photos/{published_photo}/crop/": "offenders.subject.viewed",
    "/subjects/{published}/photos/{published_photo}/preview/": "offenders.photo.viewed",
    "/viewing/": "offenders.viewing.listed",
    "/viewing/{viewing}/": "offenders.viewing.opened",
    "/subjects/{published}/withdraw/": "offenders.subject.viewed",
    "/subjects/{published}/add/facts/": "offenders.subject.viewed",
    "/subjects/{published}/network/": "offenders.subject.viewed",
    "/subjects/{published}/top-ten/": "offenders.subject.viewed",
    "/subjects/{sought}/known/": "offenders.subject.viewed",
    "/subjects/{sought}/names/{told}/": "offenders.subject.viewed",
    "/gallery/{sought}/name/": "offenders.profile.viewed",
    "/subjects/top-ten/": "offenders.subject.listed",
    "/subjects/doubles/": "offenders.subject.listed",
    "/subjects/{published}/merge/": "offenders.subject.listed",
    "/subjects/{kept}/merges/{merge}/undo/": "offenders.subject.viewed",
    "/subjects/{published}/merge/?with={unpublished}": "offenders.subject.viewed",
    "/subjects/{published}/exclude/": "offenders.subject.viewed",
    "/subjects/{published}/warn/": "offenders.subject.viewed",
    "/warnings/": "exclusions.warning.listed",
    "/warnings/{warning}/": "exclusions.warning.viewed",
    "/warnings/{warning}/letter.pdf": "exclusions.warning.printed",
    "/warnings/{letter_to_give}/give/": "exclusions.warning.viewed",
    "/warnings/{warning}/withdraw/": "exclusions.warning.viewed",
    "/exclusions/": "exclusions.notice.listed",
    "/exclusions/{in_force}/": "exclusions.notice.viewed",
    "/exclusions/register/": "exclusions.notice.listed",
    "/exclusions/register.csv": "exclusions.register.exported",
    "/exclusions/register.ods": "exclusions.register.exported",
    "/exclusions/{to_serve}/attempt/": "exclusions.notice.viewed",
    "/exclusions/{in_force}/notice.pdf": "exclusions.notice.printed",
    "/exclusions/{in_force}/serve/": "exclusions.notice.viewed",
    "/exclusions/{in_force}/revoke/": "exclusions.notice.viewed",
    "/exclusions/{to_confirm}/confirm/": "exclusions.notice.viewed",
    "/exclusions/{in_force}/appeal/": "exclusions.notice.viewed",
    "/exclusions/{in_force}/vary/": "exclusions.notice.viewed",
    "/cases/": "exclusions.case.listed",
    "/subjects/{published}/case/": "offenders.subject.viewed",
    "/cases/{case}/": "exclusions.case.viewed",
    "/cases/{case}/edit/": "exclusions.case.viewed",
    "/cases/{case}/incidents/": "exclusions.case.viewed",
    "/cases/{case}/incidents/{case_report}/": "exclusions.case.viewed",
    "/cases/{case}/statements/new/": "exclusions.case.viewed",
    "/cases/{case}/statements/{statement}/": "exclusions.case.viewed",
    "/packs/{pack}/": "exclusions.pack.viewed",
    "/packs/{pack}/pack.pdf": "exclusions.pack.read",
    "/exclusions/{in_force}/signed/": "exclusions.notice.viewed",
    "/exclusions/{in_force}/signed/1/": "exclusions.notice.signed_opened",
    "/exclusions/{in_force}/signed/{signed_page}/remove/": "exclusions.notice.viewed",
    "/appeals/": "exclusions.appeal.listed",
    "/appeals/{appeal}/": "exclusions.appeal.viewed",
    "/appeals/{appeal}/acknowledgement.pdf": "exclusions.appeal.printed",
    "/appeals/{decided}/outcome.pdf": "exclusions.appeal.printed",
    "/exclusions/{broken}/breaches/{breach}/": "exclusions.notice.viewed",
    "/bulletins/{sent}/": "offenders.bulletin.viewed",
    "/series/": "incidents.series.viewed",
    "/bulletins/new/": "offenders.subject.listed",
    "/bulletins/{sent}/readers/": "members.log.viewed",
}


@pytest.mark.parametrize("path", READS)
def test_every_read_of_subject_data_is_logged(world, cast: Cast, client_of, path: str) -> None:
    assert client_of("intel").get(path.format(**world)).status_code == 200
    event = Event.objects.filter(is_read=True).latest("pk")
    assert (event.action, event.actor_id) == (READS[path], cast.intel.pk)


def test_a_role_that_needs_a_second_step_sees_nothing_before_it(world, cast: Cast) -> None:
    """Every address, for each such role: it leads to setting one up, or is open to everybody."""
    for role in ("intel", "board", "admin"):
        client = Client()
        client.force_login(cast.users[role])
        for line in MATRIX:
            if line.name in FREE_OF_FACTOR or line.name in ("readyz", "service_worker"):
                continue
            path = line.path.format(**world)
            for answer in (client.get(path), client.post(path, {})):
                if line.name in ("log_offline", "manifest") and answer.status_code in (200, 405):
                    continue  # nobody's data, the same for everybody
                assert answer.status_code == 302, (role, path)
                assert answer.url == "/me/second-factor/", (role, path)
    # The last one of them is the administrator, whose pages are not in the matrix.
    assert client.get("/admin/members/user/").url == "/me/second-factor/"
    settled = Client()
    settled.force_login(cast.staff)
    assert settled.get("/gallery/").status_code == 200


def with_old_proof(client: Client) -> Client:
    session = client.session
    session["proved_at"] -= 16 * 60
    session.save()
    return client


def test_what_cant_be_taken_back_asks_again(world, client_of) -> None:
    for role in ROLES:
        client = with_old_proof(client_of(role))
        for line in MATRIX:
            expected = line.answers[ROLES.index(role)]
            path = line.path.format(**world)
            if line.name in PROVEN and expected in (200, 302):
                assert client.get(path).url.startswith("/sign-in/again/"), path
            takes = expected in (200, 302) or role in POSTS.get(line.name, ())
            if line.name in PROVEN | PROVEN_POSTS and takes and line.name not in GETS:
                assert client.post(path, {}).url.startswith("/sign-in/again/"), path


GETS = {"register_export", "pack_document", "ledger", "board_export", "board_report_table",
        "import_problems", "access_log_file", "register_file", "access_document",
        "standards_pack"}  # fmt: skip


def test_no_file_goes_out_unproven_by_oversight(world, client_of) -> None:
    """A new export is in PROVEN, or somebody has said in FILES_OF_ONE that it need not be."""
    client = client_of("intel")
    found = set()
    for line in MATRIX:
        answer = client.get(line.path.format(**world))
        page = answer.get("Content-Type", "").startswith("text/html")
        if answer.status_code == 200 and not (page and "Content-Disposition" not in answer):
            found.add(line.name)
    assert found - PROVEN <= FILES_OF_ONE, found - PROVEN - FILES_OF_ONE
