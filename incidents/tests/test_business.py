"""A business about itself: what it sent, lost and got back, who reports, what came of it."""

import datetime as dt

from django.utils import timezone

from exclusions.services import notice_revoke
from incidents.models import Report, ReporterQuestion
from incidents.services import ItemInput, report_accept, report_reject
from tests import factories
from tests.cast import Cast
from tests.factories import UserFactory

URL = "/members/marlowe/figures/"


def sent(cast: Cast, *, days: int = 3, by: str = "staff", **fields) -> Report:
    when = timezone.now() - dt.timedelta(days=days, hours=1)
    site = cast.pub if by.startswith("other") else cast.shop
    return factories.report(cast.users[by], site, occurred_at=when, **fields)


def stolen(value: int, recovered: int = 0) -> dict:
    return {
        "type": factories.incident_type(),
        "items": [ItemInput("meat", value_stolen=value, value_recovered=recovered)],
    }


def test_true_figures_of_the_own_business(cast: Cast, client_of) -> None:
    accepted = sent(cast, **stolen(100, 30))
    report_accept(by=cast.intel, report=accepted, revision=1)
    sent(cast, by="store", **stolen(20))  # waits
    rejected = sent(cast, **stolen(500))
    report_reject(by=cast.intel, report=rejected, revision=1, reason="x")
    sent(cast)  # a sighting
    sent(cast, days=100, **stolen(7))  # the period before
    sent(cast, by="other", **stolen(9000))  # another business's
    for who in ("store", "intel"):
        client = client_of(who)
        page = client.get(URL)
        figures, counts = page.context["figures"], page.context["sent"]
        assert (figures.total.number, figures.total.stolen, figures.total.recovered) == (2, 120, 30)
        assert figures.before.stolen == 7
        assert (counts.total, counts.incidents, counts.sightings) == (4, 3, 1)
        assert (counts.accepted, counts.waiting, counts.rejected, counts.doubles) == (1, 2, 1, 0)
        assert (counts.answered, counts.share) == (2, 50)
        text = page.content.decode()
        assert "2 of 4 reports (50%) were decided, usually within" in text
        assert "1 of them sightings. 3 more than in the 90 days before (1)" in text
        assert "9,000" not in text
        for label, number, url in page.context["states"]:
            assert client.get(url).context["page"].paginator.count == number, label
        for tile in page.context["tiles"][:2]:
            assert client.get(tile.url).context["page"].paginator.count == int(tile.value)


def test_who_reports_and_who_never_did(cast: Cast, client_of) -> None:
    UserFactory(member=cast.staff.member, name="Quiet One")
    UserFactory(member=cast.staff.member, name="Left Long Ago", is_active=False)
    gone = UserFactory(member=cast.staff.member, name="Left Lately", premises=cast.shop)
    factories.report(gone, cast.shop)
    gone.is_active = False
    gone.save()
    sent(cast)
    sent(cast, days=200)
    sent(cast, **stolen(5))
    factories.report(cast.intel, cast.shop)
    page = client_of("store").get(URL)
    shown = page.context["reporters"]
    got = {person.user.name: (person.reports, person.incidents) for person in shown.people}
    assert got == {
        "Staff Person": (2, 1),
        "Left Lately": (1, 0),
        "Quiet One": (0, 0),
        "Store Person": (0, 0),
    }
    assert [person.user.name for person in shown.people][:2] == ["Staff Person", "Left Lately"]
    assert (shown.sending, shown.by_others) == (2, 1)
    text = page.content.decode()
    assert "never" in text
    assert "The Intelligence Manager, for you" in text
    assert "Left Long Ago" not in text


def test_what_came_of_them_names_nobody(cast: Cast, client_of) -> None:
    hidden = factories.subject(cast.intel, name="Hidden Person")
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, hidden)
    version = factories.published(cast.intel)
    factories.served_notice(cast.intel, cast.other, cast.pub, version.subject)
    page = client_of("store").get(URL)
    assert (page.context["notices"], page.context["breaches"]) == (1, 0)
    text = page.content.decode()
    for secret in ("Hidden Person", hidden.ref, notice.ref, version.name, version.subject.ref):
        assert secret not in text
    notice_revoke(by=cast.intel, notice=notice, reason="x")
    assert client_of("store").get(URL).context["notices"] == 0


def test_questions_that_wait(cast: Cast, client_of) -> None:
    report = sent(cast, days=300)
    ReporterQuestion.objects.create(
        report=report, text="Which door?", asked_at=timezone.now(), asked_by=cast.intel
    )
    elsewhere = sent(cast, by="other")
    ReporterQuestion.objects.create(
        report=elsewhere, text="Who?", asked_at=timezone.now(), asked_by=cast.intel
    )
    text = client_of("store").get(URL).content.decode()
    assert "1 question from the Intelligence Manager waits for an answer." in text
    assert report.ref in text
    assert elsewhere.ref not in text


def test_a_business_with_no_reports(cast: Cast, client_of) -> None:
    text = client_of("store").get(URL).content.decode()
    assert "Nobody of your business has reported" in text
    assert "Nothing was sent in this period." in text
    assert "0 of 2 in this period" in text
    text = client_of("intel").get(URL).content.decode()
    assert "Nobody of this member has reported" in text


def test_refused_days_are_told(client_of) -> None:
    page = client_of("store").get(f"{URL}?since=2026-03-02&until=2026-03-01")
    assert "The first day is after the last" in page.content.decode()
    assert "sent" not in page.context


def test_only_the_own_one(cast: Cast, client_of) -> None:
    assert client_of("store").get("/business/").url == URL
    assert client_of("otherstore").get(URL).status_code == 404
    assert client_of("otherstore").get("/business/").url == "/members/penfold/figures/"
    assert client_of("intel").get("/members/d-tac/figures/").status_code == 404
    assert client_of("store").get("/members/nobody/figures/").status_code == 404


def test_it_is_found_from_the_members_page_and_lit_in_the_navigation(client_of) -> None:
    for who, lit in (("store", "/business/"), ("intel", "/members/")):
        client = client_of(who)
        assert f'href="{URL}"' in client.get("/members/marlowe/").content.decode()
        nav = client.get(URL).context["nav"]
        assert [item["url"] for item in nav if item["current"]] == [lit]
    assert "My business" in client_of("store").get("/me/").content.decode()
