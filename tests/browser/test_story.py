"""The main job, whole, in a browser, on the real servers, worker and beat.

One story in six steps, told in order; each step stands on the ones before it.
"""

import datetime as dt
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import Page, expect

from common import dates
from dtac.demo.portraits import draw_portrait, draw_scene
from tests.stack import Demo

pytestmark = pytest.mark.browser

Person = Callable[..., Page]


# Somebody who has never signed in, whatever other tests did on the same system before.
NEWCOMER = """
from members.models import User
staff = User.objects.get(email="staff@dtac.example")
new = User(email="newcomer@dtac.example", name="New Comer", role=staff.role)
new.member, new.premises, new.password = staff.member, staff.premises, staff.password
new.save()
"""


def eventually(check: Callable[[], bool], what: str, seconds: float = 40) -> None:
    """Wait for something that a worker does."""
    deadline = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.3)


def reference(page: Page) -> str:
    """Return the report's reference from its address."""
    page.wait_for_url(re.compile(r"/reports/(INC|SIG)-"))
    return page.url.rstrip("/").rsplit("/", 1)[1]


def test_the_main_job(stack: Demo, person: Person, tmp_path: Path) -> None:
    stack.manage("shell", "--no-imports", "-c", NEWCOMER)
    photo = tmp_path / "till.jpg"
    photo.write_bytes(draw_scene(7))
    face = tmp_path / "face.jpg"
    face.write_bytes(draw_portrait(991))
    sighting, incident = step_1_staff_report(person, photo)
    subject = step_2_the_manager_publishes(person, sighting, incident, face)
    notice = step_3_an_exclusion_is_served(stack, person, subject)
    step_3_it_ends_by_itself(stack, person, subject, notice)
    bulletin = step_4_a_bulletin_goes_out(stack, person, subject)
    step_5_the_board_sees_figures_only(person, subject)
    step_6_all_of_it_is_logged(stack, person, subject, notice, bulletin)


def step_1_staff_report(person: Person, photo: Path) -> tuple[str, str]:
    page = person("newcomer", phone=True)
    expect(page.get_by_role("heading", name="Data-sharing agreement")).to_be_visible()
    page.goto("/gallery/")
    expect(page.get_by_role("heading", name="Data-sharing agreement")).to_be_visible()
    page.get_by_label("I have read this and accept it").check()
    page.get_by_role("button", name="Accept and go on").click()

    page.get_by_role("searchbox").fill("kevn mrash")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("link", name="Kevin Marsh").first.click()
    expect(page.locator(".page-over, .ref").filter(has_text="D-0042").first).to_be_visible()
    page.get_by_role("link", name="Log a sighting").click()
    expect(page.get_by_text("recorded as a breach")).to_be_visible()
    page.locator("input[name=uploads]").set_input_files(photo)
    page.get_by_role("button", name="Save sighting").click()
    sighting = reference(page)
    expect(page.get_by_text("breach").first).to_be_visible()

    page.goto("/log/")
    page.get_by_label("Someone unknown", exact=True).check()
    page.get_by_label("25-30", exact=True).check()
    page.get_by_label("In your words").fill("Green parka, gold tooth, red rucksack")
    page.get_by_label("Shop theft", exact=True).check()
    page.locator("[name=items-0-category]").select_option("cosmetics")
    page.locator("[name=items-0-value_stolen]").fill("£1,184.50")
    page.locator("[name=items-0-value_recovered]").fill("2,000")
    page.get_by_role("button", name="Send report").click()
    expect(page.get_by_text("More was recovered than stolen.").first).to_be_visible()
    expect(page.get_by_label("In your words")).to_have_value(
        "Green parka, gold tooth, red rucksack"
    )
    page.locator("[name=items-0-value_recovered]").fill("84.50")
    page.locator("input[name=uploads]").set_input_files(photo)
    page.get_by_label("Arrested", exact=True).check()
    page.get_by_role("button", name="Send report").click()
    incident = reference(page)
    expect(page.get_by_text("£1,184.50").first).to_be_visible()
    return sighting, incident


def step_2_the_manager_publishes(person: Person, sighting: str, incident: str, face: Path) -> str:
    page = person("intel")
    expect(page).to_have_url(re.compile("/queue/"))
    for ref in (sighting, incident):  # beyond the queue's first twenty, perhaps
        page.goto(f"/reports/?show=submitted&q={ref}")
        expect(page.get_by_text(ref).first).to_be_visible()
    page.goto(f"/reports/{sighting}/review/")
    page.get_by_role("button", name="Accept").click()
    page.goto(f"/reports/{incident}/review/")
    page.get_by_role("button", name="Make an ID-sought subject").click()
    ref = page.locator("#who .ref").first.inner_text()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text(f"{incident} accepted.")).to_be_visible()

    page.goto(f"/subjects/{ref}/edit/")
    page.get_by_label("Known", exact=True).check()
    page.get_by_label("Name", exact=False).first.fill("Barnaby Quill-Smythe")
    page.get_by_label("Also known as").fill("Barney")
    page.get_by_label("Looks at least").fill("25")
    page.get_by_label("In words").fill("Sweeps cosmetics into a rucksack.")
    page.get_by_role("button", name="Save").click()
    page.goto(f"/subjects/{ref}/photo/")
    page.locator("input[name=photo]").set_input_files(face)
    page.get_by_label("Where it comes from").fill("CCTV at Marlowe Chemist")
    page.get_by_label("Its owner allows us to publish it").check()
    page.get_by_label("Nobody else can be recognised in it").check()
    page.get_by_label("Show this face first").check()
    page.get_by_role("button", name="Add").click()
    expect(page).to_have_url(re.compile(f"/subjects/{ref}/$"))

    staff = person("newcomer", phone=True)
    assert staff.goto(f"/gallery/{ref}/").status == 404  # type: ignore[union-attr]

    page.goto(f"/subjects/{ref}/publish/")
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_text("Choose the lawful ground.").first).to_be_visible()
    page.get_by_label("One line on the card").fill("Sweeps cosmetics into a rucksack")
    page.get_by_label("Lawful ground").select_option("dpa_sch1_10")
    page.get_by_label("Why it is necessary").fill("Thefts from two members in a month.")
    page.get_by_role("button", name="Publish version 1").click()
    expect(page.get_by_text("Version 1 is published.")).to_be_visible()

    staff.goto(f"/gallery/{ref}/")
    expect(staff.get_by_role("heading", name="Barnaby Quill-Smythe")).to_be_visible()
    page.goto(f"/subjects/{ref}/edit/")
    page.get_by_label("Description").fill("Changed after publication.")
    page.get_by_role("button", name="Save").click()
    staff.reload()
    expect(staff.get_by_text("Changed after publication.")).to_have_count(0)
    eventually(lambda: _photo_is_real(staff), "the worker made the photo's sizes")
    return ref


def _photo_is_real(page: Page) -> bool:
    page.reload()
    source = page.locator(".profile-photo img").first.get_attribute("src")
    answer = page.request.get(str(source))
    return answer.headers["content-type"] == "image/jpeg"


def step_3_an_exclusion_is_served(stack: Demo, person: Person, subject: str) -> str:
    intel, store, other = person("intel"), person("store"), person("other", phone=True)
    intel.goto(f"/subjects/{subject}/exclude/")
    intel.locator("[name=grounds]").first.check()
    intel.get_by_label("Reason", exact=True).fill("Arrested for theft at Marlowe Chemist.")
    intel.locator("[name=matters][value=none]").check()
    intel.locator("[name=connected][value=no]").check()
    intel.get_by_role("button", name="Raise the notice").click()
    intel.wait_for_url(re.compile("/exclusions/EXC-"))
    notice = intel.url.rstrip("/").rsplit("/", 1)[1]

    other.goto(f"/gallery/{subject}/")
    expect(other.get_by_text("EXCLUDED")).to_have_count(0)
    assert other.goto(f"/exclusions/{notice}/").status == 404  # type: ignore[union-attr]

    store.goto(f"/exclusions/{notice}/")
    store.get_by_role("link", name="Record service").click()
    store.get_by_label("Handed over in person").check()
    store.get_by_label("Served by").fill("Imran Hale")
    store.get_by_role("button", name="Record service").click()
    expect(store.get_by_text(f"{notice} is in force.")).to_be_visible()

    until = dates.short_date(dates.last_day_of_year_from(dates.today()))
    other.goto(f"/gallery/{subject}/")
    expect(other.get_by_text(f"EXCLUDED until {until}").first).to_be_visible()
    other.goto(f"/gallery/?q={subject}")
    expect(other.get_by_text(f"EXCLUDED until {until}").first).to_be_visible()
    other.goto(f"/exclusions/?q={subject}")
    expect(other.get_by_text(until).first).to_be_visible()

    time.sleep(1)  # the sighting is after the minute's service
    other.goto(f"/log/?who={subject}")
    expect(other.get_by_text("recorded as a breach")).to_be_visible()
    other.get_by_role("button", name="Save sighting").click()
    breach = reference(other)
    expect(other.get_by_text(f"breach of {notice}").first).to_be_visible()
    intel.goto(f"/exclusions/{notice}/")
    expect(intel.get_by_text(breach).first).to_be_visible()
    return notice


def step_3_it_ends_by_itself(stack: Demo, person: Person, subject: str, notice: str) -> None:
    """Move its year into the past, as time does; nobody sees it, and the job notes it once."""
    start = dates.add_months(dates.today(), -12) - dt.timedelta(days=1)
    last = dates.last_day_of_year_from(start)
    stack.sql(  # time is the only one who may: what is served is frozen
        "ALTER TABLE exclusions_notice DISABLE TRIGGER USER;"
        f"UPDATE exclusions_notice SET raised_at = '{start}', served_at = '{start} 12:00',"
        f" ends_on = '{last}' WHERE ref = '{notice}';"
        "ALTER TABLE exclusions_notice ENABLE TRIGGER USER"
    )
    other = person("other")
    other.goto(f"/gallery/{subject}/")
    expect(other.get_by_text("EXCLUDED")).to_have_count(0)
    assert other.goto(f"/exclusions/{notice}/").status == 404  # type: ignore[union-attr]
    for _ in range(3):  # the schedule's own task, as beat would send it, more often than needed
        stack.manage(
            "shell",
            "--no-imports",
            "-c",
            "from exclusions.tasks import notice_expiry_record; notice_expiry_record.delay()",
        )
    told = f"{notice} has ended"
    eventually(lambda: any(told in letter for letter in stack.mails), "the manager is told")
    time.sleep(1)
    letters = [letter for letter in stack.mails if f"Subject: D-TAC: {told}" in letter]
    assert len(letters) == 1
    assert "intel@dtac.example" in letters[0]
    counted = stack.sql(
        "SELECT count(*) FROM audit_event"
        f" WHERE action = 'exclusions.notice.expired' AND record = '{notice}'"
    )
    assert counted == "[(1,)]"


def step_4_a_bulletin_goes_out(stack: Demo, person: Person, subject: str) -> str:
    page = person("intel")
    page.goto("/bulletins/new/")
    page.get_by_label("Headline").fill("Barnaby is about")
    page.locator("label.pick", has_text=subject).locator("input").check()
    page.get_by_role("button", name="draft").click()
    expect(page.get_by_text("Leave names out of the headline").first).to_be_visible()
    page.get_by_label("Headline").fill("Cosmetics thief in the Town Centre")
    page.get_by_label("Opening words").fill("Please look at this face before the weekend.")
    page.get_by_role("button", name="draft").click()
    page.wait_for_url(re.compile("/bulletins/BUL-"))
    bulletin = page.url.rstrip("/").rsplit("/", 1)[1]
    page.get_by_role("button", name="Send to").click()
    waiting = (
        "SELECT count(*) FROM members_outboundemail"
        f" WHERE key = 'bulletin:{bulletin}' AND state <> 'sent'"
    )
    eventually(
        # In this order: before they are queued, none is waiting either.
        lambda: _is_queued(stack, bulletin) and stack.sql(waiting) == "[(0,)]",
        "all sent",
        90,
    )
    letters = [letter for letter in stack.mails if bulletin in letter]
    counts = Counter(re.search(r"^To: (.+)$", letter, re.M).group(1) for letter in letters)  # type: ignore[union-attr]
    recipients = int(
        stack.sql(
            f"SELECT count(*) FROM members_outboundemail WHERE key = 'bulletin:{bulletin}'"
        ).strip("[(,)]")
    )
    assert recipients > 100
    assert len(counts) == recipients
    assert set(counts.values()) == {1}
    assert not any("Barnaby" in letter or "Quill" in letter for letter in letters)
    reader = person("other", phone=True)
    reader.goto(f"/bulletins/{bulletin}/")
    expect(reader.get_by_text("Please look at this face")).to_be_visible()
    expect(reader.get_by_text("Barnaby Quill-Smythe").first).to_be_visible()
    return bulletin


def _is_queued(stack: Demo, bulletin: str) -> bool:
    done = stack.sql(
        f"SELECT queued_at IS NOT NULL FROM offenders_bulletin WHERE ref = '{bulletin}'"
    )
    return "True" in done


def step_5_the_board_sees_figures_only(person: Person, subject: str) -> None:
    page = person("board")
    expect(page).to_have_url(re.compile("/board/"))
    for figure in ("Members", "Revenue, 12 months", "Known offenders", "Members signing in"):
        expect(page.get_by_text(figure).first).to_be_visible()
    text = page.content()
    assert "Barnaby" not in text
    assert "Kevin Marsh" not in text
    assert subject not in text
    assert "/photos/" not in text
    for path in ("/gallery/", f"/gallery/{subject}/", "/subjects/", "/reports/", "/exclusions/",
                 "/queue/", "/bulletins/", "/log/"):  # fmt: skip
        assert page.goto(path).status == 404, path  # type: ignore[union-attr]


def step_6_all_of_it_is_logged(
    stack: Demo, person: Person, subject: str, notice: str, bulletin: str
) -> None:
    page = person("intel")
    page.goto("/me/log/?show=all")
    expect(page.get_by_text("sent a bulletin").first).to_be_visible()
    logged = stack.sql(
        "SELECT DISTINCT action FROM audit_event WHERE at > now() - interval '15 minutes'"
    )
    for action in (
        "members.user.signed_in", "members.agreement.accepted", "offenders.gallery.searched",
        "offenders.profile.viewed", "incidents.report.submitted", "incidents.report.accepted",
        "offenders.subject.created", "offenders.subject.updated", "offenders.photo.added",
        "offenders.profile.published", "exclusions.notice.raised", "exclusions.notice.served",
        "exclusions.notice.expired", "offenders.bulletin.created", "offenders.bulletin.sent",
        "offenders.bulletin.queued",
    ):  # fmt: skip
        assert action in logged, action
    served = stack.sql(
        "SELECT actor_name, record, at IS NOT NULL FROM audit_event"
        f" WHERE action = 'exclusions.notice.served' AND record = '{notice}'"
    )
    assert served == f"[('Imran Hale', '{notice}', True)]"
    for change in ("UPDATE audit_event SET actor_name = 'x'", "DELETE FROM audit_event"):
        with pytest.raises(psycopg2.Error, match=r"(?i)append.only"):
            stack.sql(change)
