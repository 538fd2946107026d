"""Bulletins: composed, sent once, found on the site by those they are for."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from audit.models import Event
from members.mail import mail_send_due
from members.models import Agreement, AgreementAcceptance, OutboundEmail, User
from offenders.models import Alias, Bulletin, BulletinDelivery, Subject
from offenders.services import bulletin_queue, bulletin_send, profile_withdraw
from tests import factories
from tests.cast import Cast, make_cast


def test_each_recipient_has_one_delivery_however_often_the_job_runs(cast: Cast) -> None:
    made = factories.bulletin(cast.intel, factories.published(cast.intel))
    bulletin_send(by=cast.intel, bulletin=made)
    assert bulletin_queue(bulletin_id=made.pk) == 5  # staff, store, other, otherstore, police
    assert bulletin_queue(bulletin_id=made.pk) == 0
    assert BulletinDelivery.objects.count() == OutboundEmail.objects.count() == 5
    with pytest.raises(ValidationError, match="sent already"):
        bulletin_send(by=cast.intel, bulletin=made)


def test_a_draft_is_queued_for_nobody(cast: Cast, client_of) -> None:
    made = factories.bulletin(cast.intel, factories.published(cast.intel))
    assert bulletin_queue(bulletin_id=made.pk) == 0
    assert client_of("staff").get(f"/bulletins/{made.ref}/").status_code == 404
    assert made.ref not in client_of("staff").get("/bulletins/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_e_mail_names_nobody_and_leads_to_the_site() -> None:
    cast = make_cast()
    version = factories.published(cast.intel)
    made = factories.bulletin(cast.intel, version)
    bulletin_send(by=cast.intel, bulletin=made)
    bulletin_queue(bulletin_id=made.pk)
    mail_send_due()
    assert len(mail.outbox) == 5
    letter = mail.outbox[0]
    whole = letter.subject + letter.body + str(letter.alternatives)
    assert "Kevin" not in whole
    assert "Marsh" not in whole
    assert version.subject.ref in letter.body
    assert f"/bulletins/{made.ref}/" in letter.body
    assert letter.extra_headers["Message-ID"]


@pytest.mark.parametrize(
    "headline",
    ["Kevin is back", "Look out for MARSH.", "Kevin’s friends", "Quill Smythe", "Quillsmythe seen",
     "marsh/tate", "Zielinski again", "Barneys back", "Leanne Foster seen"],
)  # fmt: skip
def test_a_name_in_the_headline_is_refused(cast: Cast, headline: str) -> None:
    chosen = [
        factories.published(cast.intel),
        factories.published(cast.intel, name="Barnaby Quill-Smythe", aliases=["Barney"]),
        factories.published(cast.intel, name="Marta Zieliński"),
    ]
    factories.published(cast.intel, name="Leanne Foster")  # published, but not in it
    with pytest.raises(ValidationError, match="Leave names out"):
        factories.bulletin(cast.intel, *chosen, headline=headline)
    assert not Bulletin.objects.exists()
    assert factories.bulletin(cast.intel, *chosen, headline="Shop thieves: D-0001 and friends")


@pytest.mark.parametrize(
    "headline", ["Spider is back", "Ricky again", "dunn", "The Spiders", "RickyDunn seen"]
)
def test_a_name_on_the_record_of_somebody_in_it_is_refused(cast: Cast, headline: str) -> None:
    """Published as sought, or under another name, they are known by name to whoever writes."""
    sought = factories.published(
        cast.intel, status="id_sought", name="", date_of_birth=None, age_low=30, age_high=40
    )
    known_as = factories.published(cast.intel, name="Bo Fenn")
    unseen = factories.published(cast.intel, name="Paul Tate")
    assert factories.bulletin(cast.intel, sought, known_as, headline=headline)
    draft = factories.bulletin(cast.intel, sought, known_as, headline=headline)
    Subject.objects.filter(pk=sought.subject_id).update(name="Ricky Dunn", status="known")
    Alias.objects.create(subject=known_as.subject, name="Spider")
    with pytest.raises(ValidationError, match="Leave names out"):
        factories.bulletin(cast.intel, sought, known_as, headline=headline)
    with pytest.raises(ValidationError, match="Leave names out"):
        bulletin_send(by=cast.intel, bulletin=draft)
    assert factories.bulletin(cast.intel, unseen, headline=headline)  # of nobody in this one


def test_the_list_counts_the_deliveries_of_its_own_page_alone(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel)
    made = [factories.bulletin(cast.intel, version, headline=f"No {n}") for n in range(45)]
    for bulletin in made:
        bulletin_send(by=cast.intel, bulletin=bulletin)
        bulletin_queue(bulletin_id=bulletin.pk)
    refused = OutboundEmail.objects.filter(user=cast.staff, key=f"bulletin:{made[-1].ref}")
    refused.update(state="failed", ended_at="2026-01-01T00:00Z")
    taken = OutboundEmail.objects.filter(user=cast.store, key=f"bulletin:{made[-1].ref}")
    taken.update(state="sent", sent_at="2026-01-01T00:00Z")
    page = client_of("intel").get("/bulletins/").content.decode()
    assert f"{made[-1].ref} · sent" in page
    assert "1 profile · 1 of 5 e-mails sent" in page
    assert page.count("0 of 5 e-mails sent") == 19
    assert page.count("1 not delivered") == 1
    bulletins = Bulletin.objects.newest_first().with_progress()[:20]
    [plan] = json.loads(bulletins.explain(format="json", analyze=True))
    counted = [
        node for node in nodes_of(plan["Plan"]) if node.get("Parent Relationship") == "SubPlan"
    ]
    assert len(counted) == 2  # entries, deliveries
    assert {node["Actual Loops"] for node in counted} == {20}
    groups = [node for node in nodes_of(plan["Plan"]) if node["Node Type"] == "Aggregate"]
    assert {node["Actual Loops"] for node in groups} == {20}


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return each node of a query's plan."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes_of(below)


def test_what_is_withdrawn_or_narrower_is_not_sent(cast: Cast) -> None:
    narrow = factories.published(
        cast.intel, draft_audience="sectors", draft_audience_sectors=["licensed"]
    )
    with pytest.raises(ValidationError, match="fewer people"):
        factories.bulletin(cast.intel, narrow)
    fits = {"audience": "sectors", "audience_sectors": ["licensed"]}
    assert factories.bulletin(cast.intel, narrow, **fits)
    gone = factories.published(cast.intel, name="Paul Tate")
    made = factories.bulletin(cast.intel, gone)
    profile_withdraw(by=cast.intel, subject=gone.subject, reason="Mistake")
    with pytest.raises(ValidationError, match="no longer published"):
        bulletin_send(by=cast.intel, bulletin=made)
    assert not OutboundEmail.objects.exists()


def test_readers_see_profiles_as_they_stand_now(cast: Cast, client_of) -> None:
    shown = factories.published(cast.intel, name="Paul Tate")
    gone = factories.published(cast.intel, name="Leanne Foster")
    made = factories.bulletin(cast.intel, shown, gone)
    bulletin_send(by=cast.intel, bulletin=made)
    profile_withdraw(by=cast.intel, subject=gone.subject, reason="Mistake")
    page = client_of("staff").get(f"/bulletins/{made.ref}/").content.decode()
    assert "Paul Tate" in page
    assert "Leanne Foster" not in page
    assert gone.subject.ref not in page
    read = Event.objects.get(action="offenders.bulletin.viewed")
    assert read.subjects == [shown.subject.ref]


def test_its_audience_and_those_who_want_none(cast: Cast, client_of) -> None:
    User.objects.filter(pk=cast.otherstore.pk).update(receives_bulletins=False)
    version = factories.published(cast.intel)
    made = factories.bulletin(
        cast.intel, version, audience="sectors", audience_sectors=["licensed"]
    )
    bulletin_send(by=cast.intel, bulletin=made)
    bulletin_queue(bulletin_id=made.pk)
    told = set(OutboundEmail.objects.values_list("user__email", flat=True))
    assert told == {"other@test.example", "police@test.example"}
    assert client_of("staff").get(f"/bulletins/{made.ref}/").status_code == 404
    assert client_of("other").get(f"/bulletins/{made.ref}/").status_code == 200


def test_who_has_not_accepted_the_agreement_is_queued_for_nothing(cast: Cast, client_of) -> None:
    newer = Agreement.objects.create(version=2, title="New", body="x", effective_on="2020-02-02")
    AgreementAcceptance.objects.create(agreement=newer, user=cast.other)
    made = factories.bulletin(cast.intel, factories.published(cast.intel))
    AgreementAcceptance.objects.create(agreement=newer, user=cast.intel)
    page = client_of("intel").get(f"/bulletins/{made.ref}/").content.decode()
    assert "Send to 1 person" in page
    assert "4 more have not accepted the agreement and get none" in page
    bulletin_send(by=cast.intel, bulletin=made)
    assert bulletin_queue(bulletin_id=made.pk) == 1
    assert BulletinDelivery.objects.get().user == cast.other


def test_a_double_click_makes_one_draft(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel)
    client = client_of("intel")
    form = client.get("/bulletins/new/").context["form"]
    data = {
        "client_id": str(form["client_id"].value()),
        "headline": "Watch",
        "audience": "all",
        "profiles": [version.pk],
    }
    first = client.post("/bulletins/new/", data)
    second = client.post("/bulletins/new/", data)
    assert first.status_code == second.status_code == 302
    assert first.url == second.url
    assert Bulletin.objects.count() == 1
