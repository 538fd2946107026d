"""Alerts: who raises, who sees, how many, how long; and the pages that show them."""

import datetime as dt
import re
import threading
import uuid
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Event
from exclusions.services import notice_revoke
from incidents.models import Alert, Report
from incidents.services import PersonInput, alert_watchers, alert_withdraw
from members.models import Agreement, User
from offenders.models import ProfileVersion
from offenders.services import profile_withdraw
from tests import factories
from tests.cast import Cast, make_cast

from .test_log_form import form


def log_form(site: Any, **fields: Any) -> dict[str, Any]:
    """Return what a browser sends for a sighting with the switch on."""
    return form(site, alert="on") | fields


def said(answer: Any) -> str:
    """Return the messages on the page that a redirect leads to."""
    return " ".join(str(message) for message in answer.wsgi_request._messages)


def see(cast: Cast, alert: Alert) -> set[str]:
    """Return who of the cast sees an alert."""
    return {
        name
        for name, user in cast.users.items()
        if Alert.objects.visible_to(user).live().filter(pk=alert.pk).exists()
    }


def known(*versions: ProfileVersion) -> list[PersonInput]:
    return [PersonInput(subject=version.subject) for version in versions]


# --- with a report -----------------------------------------------------------------------------


def test_one_switch_on_the_form_raises_it_for_the_area(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel)
    who = {"people-0-who": version.subject.ref, "people-0-description": "", "words": "Kevin Marsh"}
    answer = client_of("staff").post("/log/", log_form(cast.shop, **who))
    alert = Alert.objects.get()
    assert alert.ref == f"ALT-{timezone.now().year}-00001"
    assert alert.text == "Seen at Marlowe, The Orchards."  # none of the reporter's words
    assert (alert.subject, alert.report) == (version.subject, Report.objects.get())
    assert alert.expires_at == alert.report.occurred_at + dt.timedelta(minutes=120)
    assert "Members in Town Centre see the alert until" in said(answer)
    assert see(cast, alert) == {"staff", "store", "police", "intel"}
    event = Event.objects.get(action="incidents.alert.raised")
    assert (event.record, event.subjects) == (alert.ref, [version.subject.ref])


def test_without_the_switch_there_is_none(cast: Cast, client_of) -> None:
    answer = client_of("staff").post("/log/", form(cast.shop))
    assert not Alert.objects.exists()
    assert "alert" not in said(answer).lower()


def test_it_says_what_where_what_danger_and_how_somebody_unknown_looks(cast: Cast) -> None:
    looks = {"sex": "male", "age_band": "18-24", "clothing": "hoodie, cap", "carrying": "dog"}
    typed = {"named_as": "Wayne Tully", "description": "a Chelsea scarf", "marks": "Wayne, beard"}
    factories.report(
        cast.staff,
        cast.shop,
        type=factories.incident_type("robbery", label="Robbery"),
        violence=True,
        weapon="shown",
        people=[PersonInput(**looks, **typed), PersonInput(sex="female")],
        alert=True,
    )
    text = Alert.objects.get().text
    assert text == (
        "Robbery at Marlowe, The Orchards. Violence. A weapon."
        " Male, 18-24, hoodie, cap, beard, dog."
    )


def test_of_several_the_first_who_is_published_is_the_subject(cast: Cast) -> None:
    hidden = factories.subject(cast.intel, name="Hidden Person")
    shown = factories.published(cast.intel)
    people = [PersonInput(description="x"), PersonInput(subject=hidden), *known(shown)]
    factories.report(cast.intel, cast.shop, people=people, alert=True)
    alert = Alert.objects.get()
    assert alert.subject == shown.subject
    assert alert.text == "Seen at Marlowe, The Orchards. With 2 others."


def test_a_report_that_waited_too_long_raises_none_and_says_so(cast: Cast, client_of) -> None:
    made = timezone.now() - dt.timedelta(minutes=121)
    data = log_form(cast.shop, made_at=str(int(made.timestamp() * 1000)))
    answer = client_of("staff").post("/log/", data)
    assert Report.objects.count() == 1
    assert not Alert.objects.exists()
    assert "No alert was raised. The report waited too long" in said(answer)


def test_one_that_waited_a_while_ends_when_it_would_have(cast: Cast, client_of) -> None:
    made = timezone.now() - dt.timedelta(minutes=100)
    data = log_form(cast.shop, made_at=str(int(made.timestamp() * 1000)))
    client_of("staff").post("/log/", data)
    left = Alert.objects.get().expires_at - timezone.now()
    assert dt.timedelta(minutes=19) < left <= dt.timedelta(minutes=20)


def test_what_was_earlier_raises_none(cast: Cast, client_of) -> None:
    local = timezone.localtime(timezone.now() - dt.timedelta(minutes=3))
    earlier = {"when": "earlier", "occurred_at": f"{local:%Y-%m-%dT%H:%M}"}
    answer = client_of("staff").post("/log/", log_form(cast.shop, **earlier))
    assert Report.objects.count() == 1
    assert not Alert.objects.exists()
    assert "No alert was raised. Alerts are for what is happening now." in said(answer)


def test_sent_again_it_is_the_same_alert_and_the_switch_may_come_late(
    cast: Cast, client_of
) -> None:
    staff, data = client_of("staff"), form(cast.shop)
    staff.post("/log/", data)
    assert not Alert.objects.exists()
    for _ in range(3):
        staff.post("/log/", data | {"alert": "on"})
    assert (Report.objects.count(), Alert.objects.count()) == (1, 1)


def test_the_manager_is_told_in_words_that_an_unpublished_subject_cant_be(
    cast: Cast, client_of
) -> None:
    hidden = factories.subject(cast.intel, name="Hidden Person")
    who = {"people-0-who": hidden.ref, "people-0-description": ""}
    answer = client_of("intel").post("/log/", log_form(cast.shop, **who))
    assert Report.objects.count() == 1
    assert not Alert.objects.exists()
    assert f"No alert was raised. {hidden.ref} has no published profile" in said(answer)


# --- by itself ---------------------------------------------------------------------------------


def alert_form(site: Any, **fields: Any) -> dict[str, Any]:
    return {
        "client_id": str(uuid.uuid4()),
        "premises": site.pk,
        "text": "Group of four filling bags",
        "audience": "area",
    } | fields


def test_by_itself_nearby_or_in_all_areas(cast: Cast, client_of) -> None:
    staff = client_of("staff")
    answer = staff.post("/alerts/new/", alert_form(cast.shop))
    assert (answer.status_code, answer.url) == (302, "/alerts/")
    near = Alert.objects.get()
    assert see(cast, near) == {"staff", "store", "police", "intel"}
    staff.post("/alerts/new/", alert_form(cast.shop, audience="all"))
    everywhere = Alert.objects.exclude(pk=near.pk).get()
    readers = {"staff", "store", "other", "otherstore", "police", "intel"}
    assert see(cast, everywhere) == readers


def test_a_business_sees_its_own_wherever_it_is(cast: Cast) -> None:
    far = factories.PremisesFactory(
        member=cast.staff.member, name="Far", area=factories.AreaFactory(name="Longfield")
    )
    alert = factories.alert(cast.staff, far)
    assert see(cast, alert) == {"staff", "store", "police", "intel"}


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"text": ""}, "text", "Say what is happening"),
        ({"text": "x" * 201}, "text", "200"),
        ({"text": "marsh is at the tills"}, "text", "Leave names out"),
        ({"text": "Ran off, says Kez has a knife"}, "text", "Leave names out"),
        ({"premises": "999999"}, "premises", "Choose one of your premises"),
        ({"premises": ""}, "premises", "Choose where"),
        ({"who": "D-9999"}, "who", "D-9999 is not in the gallery"),
        ({"audience": "everybody"}, "audience", "Choose Members nearby"),
    ],
)
def test_what_is_wrong_is_said_beside_it(cast: Cast, client_of, fields, name, words) -> None:
    factories.published(cast.intel, aliases=["Kez"])
    answer = client_of("staff").post("/alerts/new/", alert_form(cast.shop, **fields))
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[name])
    assert not Alert.objects.exists()


def test_a_word_that_is_somebodys_nickname_too_may_be_said(cast: Cast) -> None:
    factories.published(cast.intel, aliases=["Blue", "Tiny"])
    assert factories.alert(cast.staff, cast.shop, text="Tiny man in a blue cap. Blue bag too")


def test_of_the_one_it_is_about_no_part_of_a_name_may_be_said(cast: Cast) -> None:
    version = factories.published(cast.intel)
    assert factories.alert(cast.staff, cast.shop, text="Kevin's Bakery is being robbed")
    with pytest.raises(ValidationError, match="Leave names out"):
        factories.alert(cast.staff, cast.shop, text="It is kevin again", subject=version.subject)


def test_nobody_is_told_of_whom_they_may_not_see(cast: Cast, client_of) -> None:
    pubs = {"draft_audience": "sectors", "draft_audience_sectors": ["licensed"]}
    licensed = factories.published(cast.intel, name="Paul Tate", **pubs)
    hidden = factories.subject(cast.intel, name="Hidden Person")
    for ref in (licensed.subject.ref, hidden.ref):
        answer = client_of("staff").post("/alerts/new/", alert_form(cast.shop, who=ref))
        assert f"{ref} is not in the gallery" in answer.content.decode()
        page = client_of("staff").get(f"/alerts/new/?who={ref}").content.decode()
        assert "Tate" not in page
        assert "Hidden" not in page
    alert = factories.alert(cast.other, cast.pub, subject=licensed.subject, everywhere=True)
    assert see(cast, alert) == {"other", "otherstore", "police", "intel"}
    assert alert.ref not in client_of("staff").get("/alerts/").content.decode()
    with pytest.raises(PermissionDenied):
        factories.alert(cast.staff, cast.shop, subject=licensed.subject)
    with pytest.raises(ValidationError, match="no published profile"):
        factories.alert(cast.intel, cast.shop, subject=hidden)


def test_not_from_premises_that_are_somebody_elses(cast: Cast, client_of) -> None:
    with pytest.raises(PermissionDenied):
        factories.alert(cast.staff, cast.pub)
    answer = client_of("staff").post("/alerts/new/", alert_form(cast.pub))
    assert answer.status_code == 422


def test_an_agency_looks_the_premises_up_and_then_raises(cast: Cast, client_of) -> None:
    police = client_of("police")
    sought = alert_form(cast.shop, premises="", premises_text="penf", find="1", text="Kept")
    page = police.post("/alerts/new/", sought)
    assert page.status_code == 200
    text = page.content.decode()
    assert f'value="{cast.pub.pk}"' in text
    assert ">\nKept</textarea>" in text
    assert "Say what" not in text  # nothing is judged yet
    police.post("/alerts/new/", alert_form(cast.pub))
    assert Alert.objects.get().member == cast.police.member


def test_sent_again_by_somebody_else_it_is_refused(cast: Cast) -> None:
    key = uuid.uuid4()
    first = factories.alert(cast.staff, cast.shop, client_id=key)
    assert factories.alert(cast.staff, cast.shop, client_id=key) == first
    with pytest.raises(PermissionDenied):
        factories.alert(cast.store, cast.shop, client_id=key)
    assert Alert.objects.count() == 1


# --- not too many ------------------------------------------------------------------------------


def test_a_business_cant_flood_and_its_report_is_kept(cast: Cast, client_of, settings) -> None:
    settings.DTAC_ALERT_LIMIT = 2
    began = timezone.now()
    with time_machine.travel(began, tick=False):
        factories.alert(cast.staff, cast.shop)
    with time_machine.travel(began + dt.timedelta(minutes=4), tick=False):
        made = factories.alert(cast.store, cast.shop)
        alert_withdraw(by=cast.store, alert=made, reason="It is over")  # counts all the same
        page = client_of("staff").post("/alerts/new/", alert_form(cast.shop))
        text = page.content.decode()
        assert page.status_code == 422
        assert "Marlowe Chemist has raised 2 alerts in 15 minutes" in text
        assert "Try again in 11 minutes" in text
        assert "call 999" in text
        answer = client_of("staff").post("/log/", log_form(cast.shop))
        assert Report.objects.count() == 1
        assert "No alert was raised. Marlowe Chemist has raised 2 alerts" in said(answer)
        assert factories.alert(cast.other, cast.pub)  # another business may
        assert factories.alert(cast.intel, cast.shop)  # and the manager always
        assert factories.alert(cast.intel, cast.shop)
        assert factories.alert(cast.intel, cast.shop)
    with time_machine.travel(began + dt.timedelta(minutes=15, seconds=1), tick=False):
        assert factories.alert(cast.staff, cast.shop)


def at_once(times: int, work: Any) -> None:
    """Do something in so many threads at the same moment."""
    start = threading.Barrier(times)

    def run(number: int) -> None:
        start.wait()
        try:
            work(number)
        except ValidationError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_alerts_at_the_same_moment_are_all_counted() -> None:
    cast = make_cast()

    def work(number: int) -> None:
        if number % 2:
            factories.alert(cast.staff, cast.shop)
        else:
            factories.report(cast.store, cast.shop, alert=True)

    at_once(16, work)
    assert Report.objects.count() == 8
    assert Alert.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_the_same_form_at_the_same_moment_raises_one() -> None:
    cast = make_cast()
    key, other = uuid.uuid4(), uuid.uuid4()
    at_once(6, lambda _: factories.alert(cast.staff, cast.shop, client_id=key))
    assert Alert.objects.count() == 1
    at_once(6, lambda _: factories.report(cast.store, cast.shop, client_id=other, alert=True))
    assert (Report.objects.count(), Alert.objects.count()) == (1, 2)


# --- how long ----------------------------------------------------------------------------------


def test_it_ends_by_itself(cast: Cast, client_of, settings) -> None:
    settings.DTAC_ALERT_MINUTES = 30
    alert = factories.alert(cast.staff, cast.shop)
    with time_machine.travel(alert.raised_at + dt.timedelta(minutes=29, seconds=59), tick=False):
        assert see(cast, alert)
        assert "ends within a minute" in client_of("police").get("/alerts/").content.decode()
    with time_machine.travel(alert.expires_at, tick=False):
        assert not see(cast, alert)
        assert "All quiet" in client_of("police").get("/alerts/").content.decode()
        over = client_of("intel").get("/alerts/?show=ended").content.decode()
        assert alert.ref in over


def test_it_goes_with_the_profile_at_once(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel)
    alert = factories.alert(cast.staff, cast.shop, subject=version.subject)
    assert "Kevin Marsh" in client_of("police").get("/alerts/").content.decode()
    profile_withdraw(by=cast.intel, subject=version.subject, reason="Mistake")
    assert see(cast, alert) == {"intel"}
    assert not alert_watchers(alert).exists()
    for who in ("staff", "police"):
        assert alert.ref not in client_of(who).get("/alerts/").content.decode()
    page = client_of("intel").get("/alerts/").content.decode()
    assert "members don’t see this alert" in page
    answer = client_of("staff").post(f"/alerts/{alert.ref}/withdraw/", {"reason": "It is over"})
    assert answer.status_code == 404


def withdraw(client: Client, alert: Alert) -> int:
    data = {"reason": "It was somebody else"}
    return client.post(f"/alerts/{alert.ref}/withdraw/", data).status_code


def test_who_may_withdraw(cast: Cast, client_of) -> None:
    colleague = factories.UserFactory(member=cast.staff.member, premises=cast.shop)
    raised = {who: factories.alert(cast.staff, cast.shop) for who in ("staff", "store", "intel")}
    for who, alert in raised.items():
        with pytest.raises(PermissionDenied):
            alert_withdraw(by=colleague, alert=alert, reason="x")
        assert withdraw(client_of("police"), alert) == 403  # sees it, and it isn't theirs
        assert withdraw(client_of("other"), alert) == 404
        assert withdraw(client_of("otherstore"), alert) == 404
        assert withdraw(client_of(who), alert) == 302
        alert.refresh_from_db()
        assert (alert.withdrawn_by, alert.withdrawn_reason) == (
            cast.users[who],
            "It was somebody else",
        )
        assert not see(cast, alert)
    assert Event.objects.filter(action="incidents.alert.withdrawn").count() == 3


def test_withdrawn_once_is_enough_and_a_reason_is_wanted(cast: Cast, client_of) -> None:
    alert, intel = factories.alert(cast.staff, cast.shop), client_of("intel")
    answer = intel.post(f"/alerts/{alert.ref}/withdraw/", {"reason": "Because"})
    assert "Choose why" in said(answer)
    assert withdraw(intel, alert) == 302
    answer = intel.post(f"/alerts/{alert.ref}/withdraw/", {"reason": "It is over"})
    assert "is over already" in said(answer)
    page = intel.get("/alerts/?show=withdrawn").content.decode()
    assert "It was somebody else (Intel Person)" in page


# --- what an open page is told -----------------------------------------------------------------


def poll(client: Client, *refs: str, most: int = 3) -> Any:
    return client.get("/alerts/poll/", {"known": " ".join(refs), "most": most})


def test_a_page_is_told_what_is_new_and_what_is_gone(cast: Cast, client_of) -> None:
    police, version = client_of("police"), factories.published(cast.intel)
    assert poll(police).status_code == 204
    first = factories.alert(cast.staff, cast.shop, subject=version.subject)
    second = factories.alert(cast.other, cast.pub, text="<b>Loud</b> group")
    said = poll(police).json()
    assert said["refs"] == [second.ref, first.ref]
    assert [banner["ref"] for banner in said["banners"]] == said["refs"]
    assert "&lt;b&gt;Loud" in said["banners"][0]["html"]
    assert "Kevin Marsh" in said["banners"][1]["html"]
    assert poll(police, first.ref, second.ref).status_code == 204
    assert [each["ref"] for each in poll(police, first.ref).json()["banners"]] == [second.ref]
    assert len(poll(police, most=1).json()["banners"]) == 1
    alert_withdraw(by=cast.intel, alert=second, reason="It is over")
    gone = poll(police, first.ref, second.ref).json()
    assert gone == {"refs": [first.ref], "own": [], "banners": [], "changed": []}


def shown_as(banner: dict[str, str]) -> str:
    found = re.search(r'data-shown="([0-9a-f]+)"', banner["html"])
    assert found
    return f"{banner['ref']}:{found[1]}"


def test_a_ban_that_ends_is_gone_from_a_banner_on_screen(cast: Cast, client_of) -> None:
    police, subject = client_of("police"), factories.published(cast.intel).subject
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, subject)
    alert = factories.alert(cast.staff, cast.shop, subject=subject)
    other = factories.alert(cast.staff, cast.shop, text="A loud group")
    banned, plain = sorted(poll(police).json()["banners"], key=lambda each: each["ref"])
    assert "Excluded until" in banned["html"]
    both, shown = {"known": f"{alert.ref} {other.ref}"}, f"{shown_as(banned)} {shown_as(plain)}"
    assert police.get("/alerts/poll/", {**both, "shown": shown}).status_code == 204
    notice_revoke(by=cast.intel, notice=notice, reason="Served on the wrong person")
    events = Event.objects.filter(action="incidents.alert.viewed")
    before = events.count()
    [changed] = police.get("/alerts/poll/", {**both, "shown": shown}).json()["changed"]
    assert changed["ref"] == alert.ref
    assert "Excluded" not in changed["html"]
    assert events.count() == before + 1
    shown = f"{shown_as(changed)} {shown_as(plain)}"
    assert police.get("/alerts/poll/", {**both, "shown": shown}).status_code == 204


def test_nothing_is_told_of_an_alert_that_one_does_not_see(cast: Cast, client_of) -> None:
    hidden = factories.alert(cast.staff, cast.shop)  # in another area than theirs
    for shown in (f"{hidden.ref}:x", hidden.ref, ":", "x:y:z", "ALR-0000-1:" + "a" * 5000):
        answer = client_of("other").get("/alerts/poll/", {"known": "", "shown": shown})
        assert answer.status_code == 204


def test_nobody_gets_a_banner_of_what_they_raised(cast: Cast, client_of) -> None:
    alert = factories.alert(cast.staff, cast.shop)
    said = poll(client_of("staff")).json()
    assert (said["refs"], said["own"], said["banners"]) == ([alert.ref], [alert.ref], [])


def test_asking_is_cheap_and_only_what_is_shown_is_logged(cast: Cast, client_of) -> None:
    version, police = factories.published(cast.intel), client_of("police")
    alert = factories.alert(cast.staff, cast.shop, subject=version.subject)
    events = Event.objects.filter(action="incidents.alert.viewed")
    with CaptureQueriesContext(connection) as asked:
        assert poll(police, alert.ref).status_code == 204
    assert len(asked) == 2  # the session with its user, the alerts
    assert not events.exists()
    with CaptureQueriesContext(connection) as told:
        assert poll(police).status_code == 200
    assert len(told) <= 7
    event = events.get()
    assert (event.record, event.subjects, event.actor_id) == (
        alert.ref,
        [version.subject.ref],
        cast.police.pk,
    )


def test_the_count_stands_on_every_page_without_javascript(cast: Cast, client_of) -> None:
    factories.alert(cast.staff, cast.shop)
    for who, count in (("police", 1), ("other", 0)):
        page = client_of(who).get("/gallery/").content.decode()
        assert f"<span>{count}</span>" in page
        assert ("hidden data-alert-count" in page) is (count == 0)
    assert "data-alerts" not in client_of("board").get("/board/").content.decode()


def test_nothing_before_the_agreement_is_accepted(cast: Cast, client_of) -> None:
    alert = factories.alert(cast.staff, cast.shop, everywhere=True)
    today = dt.date.today()
    Agreement.objects.create(version=2, title="Newer", body="x", effective_on=today)
    answer = poll(client_of("other"))
    assert (answer.status_code, answer.url) == (302, "/agreement/")
    page = client_of("other").get("/agreement/").content.decode()
    assert "data-alerts" not in page
    assert alert.ref not in page
    assert not alert_watchers(alert).exists()


def test_watchers_are_those_who_see_it(cast: Cast) -> None:
    """The two directions of one rule: AlertQuerySet.visible_to() and alert_watchers()."""
    pubs = {"draft_audience": "sectors", "draft_audience_sectors": ["licensed"]}
    area = {"draft_audience": "areas", "draft_audience_areas": [cast.pub.area_id]}
    for version in (
        None,
        factories.published(cast.intel),
        factories.published(cast.intel, name="Paul Tate", **pubs),
        factories.published(cast.intel, name="Leanne Foster", **area),
    ):
        for everywhere in (True, False):
            for by, site in ((cast.police, cast.shop), (cast.police, cast.pub)):
                alert = factories.alert(
                    by, site, subject=version and version.subject, everywhere=everywhere
                )
                Alert.objects.update(raised_at=timezone.now() - dt.timedelta(hours=1))
                told = set(alert_watchers(alert))
                assert told == {cast.users[name] for name in see(cast, alert)}
    User.objects.filter(pk=cast.police.pk).update(is_active=False)
    assert cast.police not in alert_watchers(alert)


def test_the_form_says_how_many_an_alert_goes_to(cast: Cast, client_of) -> None:
    page = client_of("staff").get("/log/").content.decode()
    assert "Alert other members now" in page
    assert "in Town Centre, and to partner agencies." in page
    report = factories.report(cast.staff, cast.shop)
    assert (
        "Alert other" not in client_of("staff").get(f"/reports/{report.ref}/edit/").content.decode()
    )


def test_the_manager_sees_who_raised_it_and_nobody_else_does(cast: Cast, client_of) -> None:
    factories.report(cast.staff, cast.shop, alert=True)
    report = Report.objects.get()
    intel = client_of("intel").get("/alerts/").content.decode()
    assert "Raised by Staff Person" in intel
    assert report.ref in intel
    police = client_of("police").get("/alerts/").content.decode()
    assert "Staff Person" not in police
    assert report.ref not in police


# --- names that the writer does not see ---------------------------------------------------------


def raise_alert(client: Client, cast: Cast, text: str) -> Any:
    site = cast.shop.pk
    data = {"client_id": str(uuid.uuid4()), "premises": str(site), "text": text, "audience": "area"}
    return client.post("/alerts/new/", data)


def test_an_alert_tells_nobody_of_a_profile_that_they_do_not_see(cast: Cast, client_of) -> None:
    """Refused alike, a guessed name would tell its writer who is on the gallery of the agencies."""
    factories.published(cast.intel, name="Ricky Dunn", draft_audience="agencies")
    staff, store, other = client_of("staff"), client_of("store"), client_of("otherstore")
    User.objects.filter(pk=cast.otherstore.pk).update(premises=cast.shop)  # in the area too
    hidden, made_up = (
        raise_alert(staff, cast, f"Man called {name} by the tills.")
        for name in ("Ricky Dunn", "Nobody Known")
    )
    assert hidden.status_code == made_up.status_code == 302
    alert = Alert.objects.order_by("pk").first()
    assert alert is not None
    for client, sees in ((staff, True), (store, True), (other, False), (client_of("police"), True)):
        page = client.get("/alerts/").content.decode()
        assert ("Ricky Dunn" in page) is sees
        assert "Nobody Known" in page
    assert "whom its writer doesn’t see" in client_of("intel").get("/alerts/").content.decode()
    watchers = set(alert_watchers(alert).values_list("email", flat=True))
    assert cast.otherstore.email not in watchers
    assert {cast.staff.email, cast.store.email, cast.police.email, cast.intel.email} <= watchers


def test_so_many_tries_are_refused_before_the_words_are_read(
    cast: Cast, client_of, settings
) -> None:
    settings.DTAC_ALERT_LIMIT = 1
    factories.published(cast.intel)
    staff = client_of("staff")
    assert raise_alert(staff, cast, "Loud group.").status_code == 302
    page = raise_alert(staff, cast, "Kevin Marsh is here.").content.decode()
    assert "the most there may be" in page
    assert "Leave names out" not in page
