"""Every page as people see it: accessible, within its screen, within the content policy."""

import ast
import json
import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.phones import sign_in
from tests.stack import Demo
from tests.weights import BUDGETS, over

pytestmark = pytest.mark.browser

Person = Callable[..., Page]

PAGES = {
    "store": (
        "/gallery/",
        "/gallery/?q=nobody+is+called+this",
        "/gallery/D-0042/",
        "/log/",
        "/log/?who=D-0042",
        "/log/offline/",
        "{own_report}",
        "{own_edit}",
        "/intelligence/",
        "/intelligence/new/",
        "{shared_intelligence}",
        "/alerts/",
        "/alerts/new/",
        "/alerts/new/?who=D-0042",
        "/reports/",
        "/exclusions/",
        "/exclusions/premises/",
        "/exclusions/on-the-spot/",
        "/exclusions/numbers/",
        "/rules/",
        "/rules/premises/",
        "/bulletins/",
        "/equipment/",
        "/equipment/RAD-001/",
        "/equipment/RAD-001/fault/",
        "/documents/",
        "/documents/code-of-practice/",
        "/training/",
        "/training/people/?show=over",
        "/meetings/?show=held",
        "{meeting}",
        "/awards/",
        "/awards/kinds/",
        "/awards/apply/",
        "/me/",
        "/me/mail/",
        "/me/sessions/",
        "/me/password/",
        "/me/second-factor/",
        "/me/second-factor/app/",
        "/me/second-factor/passkey/",
        "/sign-in/again/?next=/me/",
        "/me/log/",
        "/members/marlowe-chemist/",
        "/members/marlowe-chemist/figures/?period=12m",
        "/members/marlowe-chemist/people/",
        "/members/marlowe-chemist/people/invite/",
        "/members/marlowe-chemist/confirm/",
        "{person}",
        "{invitation}",
        "{invited}",
        "/members/marlowe-chemist/account/",
        "{own_invoice}",
        "/join/",
        "/join/sent/",
        "/patterns/",
        "/patterns/?since=2026-02-01&until=2026-01-01",
        "/agreement/",
        "/no-such-page/",
    ),
    "intel": (
        "/queue/",
        "/alerts/",
        "/alerts/?show=withdrawn",
        "/alerts/new/",
        "/subjects/",
        "/subjects/D-0042/",
        "/subjects/D-0042/edit/",
        "/subjects/D-0042/add/warnings/",
        "/subjects/D-0001/network/",
        "/subjects/D-0001/merge/?with=D-0002",
        "/subjects/top-ten/",
        "/subjects/doubles/",
        "/subjects/D-0042/photo/",
        "/subjects/D-0042/publish/",
        "/subjects/D-0042/withdraw/",
        "{photo}",
        "{crop}",
        "/viewing/",
        "{viewing}",
        "/records/",
        "/records/access/",
        "/records/access/new/",
        "{access}",
        "{access_item}",
        "{access_read}",
        "{access_photo}",
        "{access_pack}",
        "/records/complaints/",
        "/records/complaints/new/",
        "/records/sharing/",
        "/records/sharing/new/",
        "{share}",
        "{complaint}",
        "/records/data-breaches/",
        "/records/data-breaches/new/",
        "{data_breach}",
        "/records/bodies/",
        "/records/bodies/new/",
        "/records/agreements/",
        "/records/privacy/",
        "/records/privacy/?show=due",
        "/subjects/D-0042/privacy/",
        "/records/requests/",
        "/records/requests/?show=tell",
        "{rights_request}",
        "{request_decided}",
        "/subjects/D-0042/request/",
        "/records/retention/",
        "/records/retention/rules/known/",
        "{night}",
        "/records/deleted/",
        "/records/deleted/?q=D-9999",
        "/records/holds/",
        "/records/holds/?show=over",
        "{hold}",
        "/subjects/D-0042/hold/",
        "/subjects/D-0042/put-off/",
        "{report}",
        "{revoke}",
        "/subjects/D-0042/exclude/",
        "/subjects/new/",
        "/reports/?show=submitted",
        "{review}",
        "{likely}",
        "{exhibit}",
        "/intelligence/",
        "{new_intelligence}",
        "{shared_intelligence}",
        "{pack}",
        "/exclusions/?show=to_serve",
        "/exclusions/policy/",
        "/exclusions/register/",
        "/exclusions/register/?show=served&since=nonsense",
        "/exclusions/premises/?show=unsigned",
        "/members/marlowe-chemist/authority/",
        "/members/pipeline/",
        "/members/applications/",
        "/members/engagement/",
        "/members/applications/?show=decided",
        "{application}",
        "/scheme/people/",
        "/money/",
        "/money/fees/",
        "/money/bank/",
        "/money/bank/?show=aside",
        "/import/",
        "/import/new/?kind=subjects",
        "/import/IMP-0002/",
        "/import/IMP-0002/columns/",
        "/import/IMP-0001/",
        "{bank_line}",
        "/money/renewals/",
        "/money/year/",
        "/money/invoices/?show=overdue",
        "/money/invoices/?q=nobody",
        "{own_invoice}",
        "{own_invoice}change/",
        "/money/payments/",
        "{own_payment}",
        "{own_payment}change/",
        "/members/marlowe-chemist/subscription/",
        "/members/marlowe-chemist/invoice/",
        "/members/marlowe-chemist/payment/",
        "/members/marlowe-chemist/hold/",
        "/members/new/",
        "/members/marlowe-chemist/edit/",
        "/members/marlowe-chemist/step/",
        "/members/marlowe-chemist/contacts/new/",
        "/members/marlowe-chemist/premises/new/",
        "{serve}",
        "{attempt}",
        "{notice}",
        "{signed}",
        "{signed_remove}",
        "/exclusions/numbers/",
        "{confirm}",
        "/appeals/?show=over",
        "/cases/",
        "/cases/?show=closed",
        "{case}",
        "{case_incidents}",
        "{case_statement}",
        "{case_new}",
        "{evidence_pack}",
        "{appeal}",
        "{appeal_new}",
        "{vary}",
        "{breach_step}",
        "/warnings/",
        "/warnings/?show=over",
        "{warning}",
        "{warning_give}",
        "{warning_withdraw}",
        "{warned}",
        "{warn}",
        "/bulletins/new/",
        "/bulletins/new/?preset=ending",
        "{bulletin_draft}",
        "{bulletin_draft}edit/",
        "{bulletin}",
        "{bulletin}deliveries/",
        "{bulletin}readers/",
        "{bulletin}pack/",
        "/mail/bounced/",
        "/scheme/",
        "/patterns/?period=12m",
        "/series/",
        "/types/",
        "/types/shop-theft/",
        "/types/shop-theft/end/",
        "/reports/?only=accepted&day=6&hour=15",
        "/members/",
        "/members/pipeline/?show=no_step",
        "/equipment/?show=due",
        "/equipment/?q=nothing+called+this",
        "/equipment/new/",
        "/equipment/coverage/",
        "/equipment/RAD-001/",
        "/equipment/RAD-001/edit/",
        "/equipment/RAD-001/loan/",
        "/equipment/RAD-001/where/",
        "/equipment/RAD-001/check/",
        "/equipment/CHG-001/lend/",
        "/training/",
        "/documents/?show=review",
        "/documents/new/",
        "/documents/code-of-practice/edit/",
        "/documents/code-of-practice/readers/",
        "/training/?show=mark",
        "/training/?show=off",
        "/training/people/?show=soon",
        "/training/courses/",
        "/training/courses/new/",
        "/training/courses/conflict-management/",
        "/training/sessions/new/",
        "{session}",
        "{session}edit/",
        "{session}book/",
        "/meetings/",
        "/meetings/new/",
        "{meeting}",
        "{meeting}edit/",
        "{meeting}people/",
        "{meeting}people/add/",
        "{meeting}minutes/",
        "{meeting}minutes/approve/",
        "{meeting}minutes/take-out/",
        "/awards/?show=decide",
        "/awards/kinds/new/",
        "/awards/kinds/safer-business/",
        "{award}",
        "{award}assess/",
        "{award}refuse/",
        "/records/standards/",
        "/records/standards/new/",
        "{requirement}",
        "/me/log/?show=all",
        "/me/log/?show=all&kind=taken&since=2020-01-01",
        "/me/log/?show=all&ref=D-9999",
        "/me/log/?show=all&ref=%3F&since=2026-02-02&until=2026-02-01",
        "/board/reports/",
        "{report_corrected}",
        "{report_corrected}correct/",
        "{report_draft}",
        "{report_draft}write/",
        "{report_draft}files/",
    ),
    "board": (
        "/board/",
        "/money/",
        "/scheme/people/",
        "/equipment/",
        "/equipment/coverage/",
        "/board/?period=year&area=longfield",
        "/board/?period=any&from=2026-03-02&to=2026-03-01",
        "/board/targets/",
        "/board/targets/revenue/",
        "/board/reports/",
        "{report_waiting}",
        "{report_waiting}decide/",
        "{report_annual}",
        "{report_csp}",
        "{report_corrected}?version=1",
        "/exclusions/premises/?show=unsigned",
        "/appeals/",
        "{appeal}",
    ),
    "admin": ("/viewing/", "{viewing}", "/health/"),
}


AXE = Axe().axe_script
# Of what is in order axe need only say that it is.
ALL_RULES = {"resultTypes": ["violations"]}
COLOURS_ONLY = ALL_RULES | {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
}


def problems(page: Page, *, colours_only: bool = False) -> list[str]:
    """Return what axe finds, and whether the page is wider than its screen.

    `colours_only`: the same page was judged in the other theme, which changes nothing else.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    options = json.dumps(COLOURS_ONLY if colours_only else ALL_RULES)
    found = page.evaluate(f"axe.run({options}).then(results => results.violations)")
    said = [f"{row['id']}: {row['nodes'][0]['html'][:120]}" for row in found]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [*said, f"{wide} px too wide"] if wide > 0 else said


# Colours that fade from one theme to the other are judged at their end.
FADED = """document.getAnimations()
    .filter(each => each instanceof CSSTransition).forEach(each => each.finish())"""


def problems_in_both_themes(page: Page) -> list[str]:
    """Return the same of a page in light and in dark colours, on a phone and on a desk.

    The theme is a matter of style sheets alone, so the page is opened once.
    """
    wrong = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for screen in (PHONE, DESK):
            page.set_viewport_size(screen)  # type: ignore[arg-type]
            page.evaluate(FADED)
            found = problems(page, colours_only=theme == "dark")
            wrong += [f"{theme}, {screen['width']}: {text}" for text in found]
    return wrong


# What the demo's data doesn't have by itself, made through the services; and where it is.
EXAMPLES = """
import datetime as dt, io, json, uuid
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from common import dates
from dtac.demo.portraits import draw_scene
from exclusions.evidence.make import pack_make
from exclusions.models import Appeal, CaseFile, EvidencePack, Notice, WarningLetter
from exclusions.querysets import breaches
from exclusions.services import signed_copies_add
from incidents.models import Involvement, Report
from incidents.services import PersonInput, ReportInput, question_ask, report_submit
from incidents.services.intelligence import *
from members.models import User
from offenders.models import Photo, UnusualViewing
user = lambda name: User.objects.get(email=f"{name}@dtac.example")
staff, other, intel = user("staff"), user("other"), user("intel")
photo = SimpleUploadedFile("scene.jpg", draw_scene(5), "image/jpeg")
own = report_submit(by=staff, data=ReportInput(
    client_id=uuid.uuid4(), type=None, premises=staff.premises, occurred_at=timezone.now(),
    people=[PersonInput(named_as="Kevn Mrash", clothing="hoodie")], files=[photo]))
question_ask(by=intel, report=own, text="Which door did he use?")
def given():
    return intelligence_give(by=other, data=IntelligenceInput(
        client_id=uuid.uuid4(), text="They meet behind the bus station on Fridays."))
fresh, row = given(), given()
grade = Grade(source_evaluation="2", assessment="B", handling="C", conditions="Managers only.")
row = intelligence_grade(by=intel, intelligence=row, revision=1, grade=grade, subjects=[])
row = intelligence_share(by=intel, intelligence=row, revision=2,
    until=dates.today() + dt.timedelta(days=7),
    text="A group meets near the bus station.", audience={"audience": "all"})
linked = Report.objects.filter(status="submitted", people__subject__isnull=False).first()
taken = Report.objects.filter(kind="incident", value_stolen__gt=0).first()
face = Photo.objects.filter(subject__ref="D-0042").first()
ago = timezone.now() - dt.timedelta(hours=1)
burst = UnusualViewing.objects.create(
    user=other, began_at=ago, last_at=timezone.now(), profiles=41)
to_serve = Notice.objects.filter(served_at=None).first()
to_confirm = Notice.objects.to_confirm().first()
appeal = Appeal.objects.open().first()
file = CaseFile.objects.filter(closed_at=None).first()
evidence = EvidencePack.objects.get()
if evidence.is_open:
    pack_make(pack_id=evidence.pk)
breach = breaches().order_by("-occurred_at").first()
in_force = Notice.objects.in_force().first()
paper = SimpleUploadedFile("signed.jpg", draw_scene(6), "image/jpeg")
signed_page = signed_copies_add(by=intel, notice=in_force, files=[paper])[0].uuid
warning = WarningLetter.objects.suggesting().first()
to_give = WarningLetter.objects.to_give().first()
from members.models import AwardEntry, Meeting, SchemeSetting, TrainingSession
bid = AwardEntry.objects.filter(state="applied").first()
minuted = Meeting.objects.filter(
    kind="scheme", minutes__number=1, minutes__approved_on=None).latest("on")
to_mark = TrainingSession.objects.part("mark").first()
from members.services import scheme_setting_change
from offenders.models import ProfileVersion
from offenders.services import bulletin_create, bulletin_queue, bulletin_send
setting = SchemeSetting.current()
if not setting.printed_packs:
    scheme_setting_change(by=intel, revision=setting.revision, email_shows_people=False,
                          printed_packs=True, reason="To be looked at.")
some = list(ProfileVersion.objects.live()[:3])
gone_out, draft = (
    bulletin_create(by=intel, fields={"headline": words, "opening": "Please look."}, versions=some)
    for words in ("Gone out", "Being written"))
bulletin_send(by=intel, bulletin=gone_out)
bulletin_queue(bulletin_id=gone_out.pk)
from members.joining.invitations import invitation_token
from members.models import Application, BankLine, Invitation
invitation = Invitation.objects.open().filter(member=staff.member).first()
people = f"/members/{staff.member.slug}/"
from board.models import BoardReport, ReportVersion
from board.reports.kinds import latest_wanted
from board.reports.services import report_start
oldest = latest_wanted()[0].before.before.before
paper = report_start(by=intel, wanted=oldest).report
of_kind = {row.kind: row for row in BoardReport.objects.order_by("first")}
corrected = ReportVersion.objects.filter(number=2, state="approved").first().report
from members.models import SharingRecord
from records.models import AccessPack, AccessRequest, Complaint, DataBreach, RightsRequest
from records.models import RetentionHold, RetentionRun
access = AccessRequest.objects.open().filter(items__source="photo").first()
at = f"/records/access/{access.ref}/"
text, photo = access.items.filter(image="").first(), access.items.exclude(image="").first()
from records.models import RetentionHold, RetentionRun, StandardRequirement
print("PLACES " + json.dumps({
    "report_waiting": f"/board/reports/{of_kind['quarterly'].ref}/",
    "report_annual": f"/board/reports/{of_kind['annual'].ref}/",
    "report_csp": f"/board/reports/{of_kind['csp'].ref}/",
    "report_corrected": f"/board/reports/{corrected.ref}/",
    "report_draft": f"/board/reports/{paper.ref}/",
    "application": f"/members/applications/{Application.objects.to_decide().first().uuid}/",
    "own_invoice": f"/money/invoices/{staff.member.invoices.first().ref}/",
    "own_payment": f"/money/payments/{staff.member.payments.first().ref}/",
    "bank_line": f"/money/bank/{BankLine.objects.filter(payment=None).first().uuid}/",
    "invitation": f"{people}invitations/{invitation.uuid}/",
    "invited": f"/invited/{invitation_token(invitation)}/",
    "person": f"{people}people/{staff.uuid}/",
    "photo": f"/subjects/D-0042/photos/{face.uuid}/",
    "crop": f"/subjects/D-0042/photos/{face.uuid}/crop/",
    "viewing": f"/viewing/{burst.pk}/",
    "rights_request": f"/records/requests/{RightsRequest.objects.open().last().ref}/",
    "request_decided": f"/records/requests/{RightsRequest.objects.to_tell().first().ref}/",
    "access_read": f"{at}read/report/",
    "access": at, "access_item": f"{at}items/{text.pk}/", "access_photo": f"{at}items/{photo.pk}/",
    "access_pack": f"/records/access/packs/{AccessPack.objects.first().ref}/",
    "complaint": f"/records/complaints/{Complaint.objects.first().ref}/",
    "share": f"/records/sharing/{SharingRecord.objects.first().ref}/",
    "data_breach": f"/records/data-breaches/{DataBreach.objects.open().first().ref}/",
    "hold": f"/records/holds/{RetentionHold.objects.first().pk}/",
    "requirement": f"/records/standards/{StandardRequirement.objects.first().pk}/",
    "night": f"/records/retention/nights/{RetentionRun.objects.first().on}/",
    "report": f"/reports/{Report.objects.filter(status='accepted').first().ref}/",
    "own_report": f"/reports/{own.ref}/", "own_edit": f"/reports/{own.ref}/edit/",
    "likely": f"/reports/{own.ref}/review/", "review": f"/reports/{linked.ref}/review/",
    "exhibit": f"/evidence/{own.attachments.get().uuid}/",
    "pack": f"/reports/{taken.ref}/police-pack/",
    "bulletin": f"/bulletins/{gone_out.ref}/",
    "bulletin_draft": f"/bulletins/{draft.ref}/",
    "revoke": f"/exclusions/{in_force.ref}/revoke/", "notice": f"/exclusions/{in_force.ref}/",
    "signed": f"/exclusions/{in_force.ref}/signed/",
    "signed_remove": f"/exclusions/{in_force.ref}/signed/{signed_page}/remove/",
    "serve": f"/exclusions/{to_serve.ref}/serve/",
    "attempt": f"/exclusions/{to_serve.ref}/attempt/",
    "case": f"/cases/{file.ref}/", "case_incidents": f"/cases/{file.ref}/incidents/",
    "case_statement": f"/cases/{file.ref}/statements/{file.statements.first().pk}/",
    "case_new": "/subjects/D-0042/case/", "evidence_pack": f"/packs/{evidence.ref}/",
    "appeal": f"/appeals/{appeal.ref}/", "appeal_new": f"/exclusions/{in_force.ref}/appeal/",
    "vary": f"/exclusions/{in_force.ref}/vary/",
    "confirm": f"/exclusions/{to_confirm.ref}/confirm/",
    "warning": f"/warnings/{warning.ref}/",
    "warning_withdraw": f"/warnings/{warning.ref}/withdraw/",
    "warning_give": f"/warnings/{to_give.ref}/give/",
    "warned": f"/subjects/{warning.subject.ref}/",
    "warn": f"/subjects/{in_force.subject.ref}/warn/",
    "breach_step": f"/exclusions/{breach.notice_ref}/breaches/{breach.report.ref}/",
    "session": f"/training/sessions/{to_mark.ref}/",
    "meeting": f"/meetings/{minuted.ref}/", "award": f"/awards/{bid.ref}/",
    "new_intelligence": f"/intelligence/{fresh.ref}/",
    "shared_intelligence": f"/intelligence/{row.ref}/",
}))
"""


@pytest.fixture(scope="session")
def places(stack: Demo) -> dict[str, str]:
    """Addresses that depend on data."""
    said = stack.manage("shell", "--no-imports", "-c", EXAMPLES)
    line = next(line for line in said.splitlines() if line.startswith("PLACES "))
    return dict(json.loads(line.removeprefix("PLACES ")))


@pytest.mark.parametrize("who", PAGES)
def test_pages_on_a_phone_and_a_desk(person: Person, places: dict[str, str], who: str) -> None:
    page = person(who)
    broken: list[str] = []
    page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: broken.append(str(error)))
    wrong = []
    for path in PAGES[who]:
        answer = page.goto(path.format(**places))
        expected = 404 if path == "/no-such-page/" else 200
        wrong += [] if answer and answer.status == expected else [f"{path}: {answer}"]
        wrong += [f"{path}: {text}" for text in problems_in_both_themes(page)]
    assert not wrong
    assert [text for text in broken if "404" not in text] == []


def test_signed_out_pages(browser: Browser, stack: Demo) -> None:
    page = browser.new_page(base_url=stack.url)
    over = "/invited/no-token-of-ours/"
    for path in ("/sign-in/", "/sign-in/inactive/", "/sign-up/", "/join/", "/join/sent/", over):
        page.goto(path)
        assert problems(page) == [], path
    page.goto("/sign-in/")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("E-mail").fill("nobody@dtac.example")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("The e-mail or the password is not right.").first).to_be_visible()
    assert problems(page) == []
    page.close()


@pytest.fixture
def without_script(browser: Browser, stack: Demo) -> Iterator[Page]:
    context = browser.new_context(
        base_url=stack.url,
        java_script_enabled=False,
        viewport=PHONE,  # type: ignore[arg-type]
    )
    yield context.new_page()
    context.close()


def test_a_sighting_without_javascript(without_script: Page) -> None:
    page = without_script
    page.goto("/sign-in/")
    page.get_by_label("E-mail").fill("other@dtac.example")
    page.get_by_label("Password").fill("dartford-demo")
    page.get_by_role("button", name="Sign in").click()
    page.goto("/log/")
    page.locator("[name=people-0-named_as]").fill("kevn mrash")
    page.get_by_role("button", name="Find").first.click()
    page.locator("label.pick", has_text="D-0042").locator("input").check()
    page.locator("[name=what][value=seen]").check()
    page.locator("[data-save]").click()
    expect(page.get_by_text("sent").first).to_be_visible()
    assert "/reports/SIG-" in page.url


def test_the_keyboard_reaches_the_main_thing(person: Person) -> None:
    page = person("other")
    page.goto("/alerts/")  # seen: they don't stand first on the next page
    page.goto("/gallery/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_the_queue_by_keyboard(person: Person) -> None:
    page = person("intel")
    page.goto("/queue/")
    links = page.locator("[data-keys] a.row-title")
    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(links.nth(2)).to_be_focused()
    page.keyboard.press("k")
    expect(links.nth(1)).to_be_focused()
    address = links.nth(1).get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


def test_a_double_click_sends_one_report(person: Person, stack: Demo) -> None:
    count = "SELECT count(*) FROM incidents_report"
    before = int(stack.sql(count).strip("[(,)]"))
    page = person("other", phone=True)
    page.goto("/log/?who=D-0042")
    page.get_by_role("button", name="Save sighting").dblclick()
    page.wait_for_url("**/reports/SIG-*/")
    assert int(stack.sql(count).strip("[(,)]")) == before + 1


def test_a_police_pack_is_downloaded_and_then_listed(
    person: Person, places: dict[str, str]
) -> None:
    page = person("intel", phone=True)
    page.goto(places["pack"])
    page.get_by_role("button", name="Download and record").click()
    expect(page.get_by_text("Enter who receives it.").first).to_be_visible()
    assert problems(page) == []
    page.get_by_label("Who receives it").fill("PC 1234 Smith")
    page.get_by_label("Force or body").fill("Kent Police")
    files = []
    for _ in range(2):  # pressed again, it is the same pack and no second entry
        with page.expect_download() as waited:
            page.get_by_role("button", name="Download and record").click()
        files.append(waited.value.path().read_bytes())
    assert files[0] == files[1]
    assert files[0].startswith(b"%PDF-")
    page.goto(places["pack"].replace("police-pack/", ""))
    expect(page.get_by_text("Shared with PC 1234 Smith, Kent Police on")).to_have_count(1)


def test_first_load_stays_light(person: Person, browser: Browser, stack: Demo) -> None:
    """Gallery without its photos, over the wire (DESIGN section 7)."""
    signed_in = person("other", phone=True).context.storage_state()
    context = browser.new_context(base_url=stack.url, storage_state=signed_in)  # nothing cached
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.on(
        "requestfinished",
        lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}),
    )
    page.goto("/gallery/")
    page.wait_for_load_state("networkidle")
    weights = {url: size for url, size in sizes.items() if "/photos/" not in url}
    assert any(".css" in url and size > 5_000 for url, size in weights.items())  # it was cold
    found = {"requests": len(weights), "bytes": sum(weights.values())}
    assert not over(BUDGETS["first_load"]["/gallery/"], found), weights
    context.close()


def test_a_search_leaves_no_copy_of_the_page_in_the_browser(person: Person) -> None:
    """Names found as one types must not outlive the sign-out in the tab's own storage."""
    page = person("store", phone=True)
    page.goto("/gallery/")
    page.locator("#q").press_sequentially("kevn mrash")
    expect(page.get_by_text("found for “kevn mrash”")).to_be_visible()
    expect(page.get_by_role("link", name="Kevin Marsh")).to_be_visible()
    kept = "JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"
    assert "Kevin Marsh" not in page.evaluate(kept)
    page.get_by_role("link", name="Kevin Marsh").click()
    expect(page.get_by_role("heading", name="Kevin Marsh")).to_be_visible()
    assert "Kevin Marsh" not in page.evaluate(kept)
    page.go_back()
    expect(page.get_by_text("found for “kevn mrash”")).to_be_visible()


def boxes_of(page: Page) -> dict[str, list[str]]:
    """Return the numbers of each box that is drawn on the photo."""
    return {
        str(box.get_attribute("data-name")): [
            page.locator(f"[name={box.get_attribute('data-name')}_{side}]").input_value()
            for side in ("left", "top", "width", "height")
        ]
        for box in page.locator(".crop-box").all()
    }


def whole_photo(page: Page) -> None:
    """Wait until the photo is there, in its size."""
    page.wait_for_function("document.querySelector('[data-stage] img').naturalWidth > 0")
    page.wait_for_load_state("networkidle")


def draw(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag the mouse from one part of the photo to another."""
    page.locator("[data-stage]").scroll_into_view_if_needed()
    frame = page.locator("[data-stage]").bounding_box()
    assert frame
    points = [(frame["x"] + frame["width"] * x, frame["y"] + frame["height"] * y) for x, y in
              (start, end)]  # fmt: skip
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=4)
    page.mouse.up()


def near(box: list[str], wanted: tuple[float, ...]) -> bool:
    """Whether a box is where it should be, to a pixel or two."""
    return all(abs(float(a) - b) < 1.5 for a, b in zip(box, wanted, strict=True))


def test_faces_are_blurred_by_mouse_finger_and_keys(
    person: Person, places: dict[str, str], stack: Demo
) -> None:
    page = person("intel")
    page.goto(places["crop"])
    whole_photo(page)
    page.get_by_label("I have looked at the result").check()
    draw(page, (0.2, 0.3), (0.5, 0.6))
    assert near(boxes_of(page)["blur_0"], (20, 30, 30, 30))
    expect(page.get_by_label("I have looked at the result")).not_to_be_checked()
    page.get_by_label("Keep a part").check()
    draw(page, (0.1, 0.1), (0.9, 0.8))
    assert near(boxes_of(page)["crop"], (10, 10, 80, 70))
    page.get_by_label("Blur a face").check()
    draw(page, (0.3, 0.4), (0.35, 0.45))  # within a box: it is moved
    assert near(boxes_of(page)["blur_0"], (25, 35, 30, 30))
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowDown")
    assert near(boxes_of(page)["blur_0"], (24, 35, 30, 31))
    for _ in range(4):  # both keys, the move, the crop
        page.get_by_role("button", name="Undo").click()
    assert list(boxes_of(page)) == ["blur_0"]
    assert near(boxes_of(page)["blur_0"], (20, 30, 30, 30))
    page.get_by_role("button", name="Add a box").click()
    assert near(boxes_of(page)["blur_1"], (40, 40, 20, 20))
    page.keyboard.press("Delete")
    assert list(boxes_of(page)) == ["blur_0"]
    with page.expect_response(lambda answer: "/preview/?blur=" in answer.url) as looked:
        page.get_by_role("button", name="Show the result").click()
    assert looked.value.status == 200
    expect(page.locator("[data-result].old")).to_have_count(0)
    assert problems(page) == []
    page.get_by_label("I have looked at the result").check()
    page.get_by_label("Show this face first").uncheck()
    page.get_by_role("button", name="Save as a photo of its own").click()
    expect(page.get_by_text("Saved as a photo of its own. Members see it once")).to_be_visible()
    expect(page.get_by_text("1 part blurred")).to_be_visible()
    edited = "SELECT edits FROM offenders_photo WHERE edit_of_id IS NOT NULL"
    assert near([str(part * 100) for part in _only_box(stack.sql(edited))], (20, 30, 30, 30))
    item = page.locator(".shots li", has_text="1 part blurred")
    item.get_by_role("link", name="Change").click()
    page.get_by_role("button", name="Delete this crop").click()
    expect(page.get_by_text("The crop is deleted.")).to_be_visible()


def _only_box(said: str) -> list[float]:
    [(edits,)] = ast.literal_eval(said)
    [box] = edits["blur"]
    return list(box)


def test_faces_are_blurred_with_a_finger(person: Person, places: dict[str, str]) -> None:
    page = person("intel", phone=True)
    page.goto(places["crop"])
    whole_photo(page)
    page.evaluate(
        "document.querySelector('[data-stage]')"
        ".scrollIntoView({block: 'center', behavior: 'instant'})"
    )
    frame = page.locator("[data-stage]").bounding_box()
    assert frame
    touch = page.context.new_cdp_session(page)
    where = [
        {"x": frame["x"] + frame["width"] * part, "y": frame["y"] + frame["height"] * part}
        for part in (0.4, 0.5, 0.6)
    ]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [where[0]]})
    for point in where[1:]:
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert near(boxes_of(page)["blur_0"], (40, 40, 20, 20))


def test_a_photo_is_cropped_without_javascript(
    without_script: Page, places: dict[str, str]
) -> None:
    page = without_script
    sign_in(page, "intel")
    page.goto(places["crop"])
    page.get_by_text("Boxes in numbers").click()
    for side, value in (("left", 10), ("top", 10), ("width", 50), ("height", 95)):
        page.locator(f"[name=crop_{side}]").fill(str(value))
    page.get_by_role("button", name="Show the result").click()
    expect(page.get_by_text("What is kept must lie within the picture.").first).to_be_visible()
    page.locator("[name=crop_height]").fill("50")
    page.get_by_role("button", name="Show the result").click()
    expect(page.get_by_alt_text("The result")).to_have_attribute(
        "src", re.compile(r"\?crop=10,10,50,50$")
    )
    expect(page.locator("[name=crop_height]")).to_have_value("50")
