"""The reference of a record that became part of another: it leads on wherever it is entered."""

import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from audit.models import Event
from exclusions.merging import merge_undo, strays_follow, subjects_merge
from exclusions.models import Notice
from incidents.models import Alert, IntelligenceReport, Involvement, NotSamePerson, Report
from incidents.services import PersonInput, involvement_rule_out
from offenders.models import ProfileVersion, Recognition, Subject, SubjectMerge
from offenders.services import recognition_give
from tests import factories
from tests.cast import Cast

PUBS = {"draft_audience": "sectors", "draft_audience_sectors": ["licensed"]}
WHO = {
    "people-TOTAL_FORMS": "1", "people-INITIAL_FORMS": "0", "people-0-description": "",
    "items-TOTAL_FORMS": "0", "items-INITIAL_FORMS": "0",
}  # fmt: skip


def merge(cast: Cast, kept: Subject, gone: Subject) -> SubjectMerge:
    for each in (kept, gone):
        each.refresh_from_db()
    return subjects_merge(
        by=cast.intel,
        kept=kept,
        gone=gone,
        revisions=(kept.revision, gone.revision),
        fields={},
        reason="Same tattoo.",
    )


@pytest.fixture
def chain(cast: Cast) -> list[Subject]:
    """Three records of one person: the last became part of the second, that one of the first."""
    names = ("Kevin Marsh", "Kevyn March", "Kev Mars")
    one, two, three = (factories.published(cast.intel, name=name).subject for name in names)
    merge(cast, two, three)
    merge(cast, one, two)
    return [one, two, three]


@pytest.fixture
def hidden(cast: Cast) -> list[Subject]:
    """Two records of one person whose profile pubs alone see."""
    kept = factories.published(cast.intel, name="Kevin Marsh", **PUBS).subject
    gone = factories.published(cast.intel, name="Kevyn March").subject
    factories.served_notice(cast.intel, cast.staff, cast.shop, gone)
    merge(cast, kept, gone)
    return [kept, gone]


def log(client, site: Any, who: str, **fields: Any) -> Any:
    data = {"client_id": str(uuid.uuid4()), "premises": site.pk, "when": "now", "what": "seen"}
    return client.post("/log/", {**data, **WHO, "people-0-who": who, **fields})


def raise_alert(client, site: Any, who: str) -> Any:
    data = {"client_id": str(uuid.uuid4()), "premises": site.pk, "text": "Here now."}
    return client.post("/alerts/new/", {**data, "who": who, "audience": "all"})


def tell(client, who: str) -> Any:
    data = {"client_id": str(uuid.uuid4()), "text": "They meet on Fridays.", "subjects": who}
    return client.post("/intelligence/new/", data)


@pytest.mark.parametrize("user", ["staff", "intel"])
def test_what_is_entered_means_the_record_that_stays(
    cast: Cast, client_of, chain, user: str
) -> None:
    one, two, three = chain
    client = client_of(user)
    for old in (two, three):
        assert log(client, cast.shop, old.ref).status_code == 302
        typed = {"people-0-named_as": old.ref.lower()}
        assert log(client, cast.shop, "", **typed).status_code == 302
        assert raise_alert(client, cast.shop, old.ref).status_code == 302
        assert tell(client, old.ref).status_code == 302
    assert {person.subject for person in Involvement.objects.all()} == {one}
    assert {alert.subject for alert in Alert.objects.all()} == {one}
    assert {who for row in IntelligenceReport.objects.all() for who in row.subjects.all()} == {one}
    page = client.get("/log/", {"who": three.ref}).content.decode()
    assert f'value="{one.ref}" checked' in page
    both = {"people-TOTAL_FORMS": "2", "people-1-who": two.ref, "people-1-description": ""}
    answer = log(client, cast.shop, three.ref, **both)
    assert f"{one.ref} is on this report already" in answer.content.decode()


@pytest.mark.parametrize("user", ["staff", "other", "intel"])
def test_what_is_searched_finds_the_record_that_stays(
    cast: Cast, client_of, chain, user: str
) -> None:
    one, two, three = chain
    factories.served_notice(cast.intel, cast.staff, cast.shop, one)
    client = client_of(user)
    site = cast.pub if user == "other" else cast.shop
    report = factories.report(cast.users[user], site, people=[PersonInput(subject=one)])
    for old in (two, three):
        for typed in (old.ref, old.ref[2:]):
            faces = client.get("/gallery/", {"q": typed}).context["faces"]
            assert [face.ref for face in faces] == [one.ref]
        notices = client.get("/exclusions/", {"q": old.ref}).context["page"].object_list
        assert [notice.subject for notice in notices] == [one]
        assert report.ref in client.get("/reports/", {"q": old.ref}).content.decode()
        assert client.get(f"/gallery/{old.ref}/").url == f"/gallery/{one.ref}/"
    if user == "intel":
        for typed in (three.ref, three.ref[2:], one.ref):
            page = client.get("/subjects/", {"q": typed}).context["page"]
            assert [row.ref for row in page.object_list] == [one.ref]


def test_who_may_not_see_the_record_that_stays_is_told_nothing(
    cast: Cast, client_of, hidden
) -> None:
    kept, gone = hidden
    report = factories.report(cast.intel, cast.shop, people=[PersonInput(subject=kept)])
    Report.objects.filter(pk=report.pk).update(member=cast.staff.member)
    staff = client_of("staff")

    def answers(ref: str) -> list[str]:
        asked = [
            log(staff, cast.shop, ref),
            raise_alert(staff, cast.shop, ref),
            tell(staff, ref),
            *(staff.get(path, {"q": ref}) for path in ("/gallery/", "/exclusions/", "/reports/")),
            staff.get("/log/", {"who": ref}),
        ]
        assert staff.get(f"/gallery/{ref}/").status_code == 404
        return [page.content.decode() for page in asked]

    for page in answers(gone.ref):
        assert kept.ref not in page
    assert not [p for p in answers(gone.ref) if report.ref in p or Notice.objects.get().ref in p]
    said = [f"{ref} is not in the gallery" in answers(ref)[0] for ref in (gone.ref, "D-9999")]
    assert said == [True, True]
    assert not Alert.objects.exists()
    assert not IntelligenceReport.objects.exists()
    pub = client_of("other")  # sees the profile
    assert log(pub, cast.pub, gone.ref).status_code == 302
    notices = pub.get("/exclusions/", {"q": gone.ref}).context["page"].object_list
    assert [notice.subject for notice in notices] == [kept]


def test_a_reference_is_on_one_card_however_many_records_it_had(cast: Cast, client_of) -> None:
    kept = factories.published(cast.intel, name="Kevin Marsh").subject
    for name in ("Kevyn March", "Kev Mars", "Kez Marsh"):
        merge(cast, kept, factories.subject(cast.intel, name=name, photo=False))
    for typed in (kept.ref, kept.ref[2:]):
        rows = ProfileVersion.objects.visible_to(cast.staff).search(typed)
        assert [row.subject for row in rows] == [kept]
        page = client_of("intel").get("/subjects/", {"q": typed}).context["page"]
        assert [row.ref for row in page.object_list] == [kept.ref]


def test_a_chain_is_taken_back_from_its_end(cast: Cast, client_of, chain) -> None:
    one, two, three = chain
    staff = client_of("staff")
    inner, outer = SubjectMerge.objects.order_by("pk")
    with pytest.raises(ValidationError, match="became part of another since"):
        merge_undo(by=cast.intel, merge=inner)
    assert staff.get(f"/gallery/{three.ref}/").url == f"/gallery/{one.ref}/"
    merge_undo(by=cast.intel, merge=outer)
    assert staff.get(f"/gallery/{three.ref}/").status_code == 404  # the second is not published
    assert staff.get(f"/gallery/{two.ref}/").status_code == 404
    merge_undo(by=cast.intel, merge=inner)
    for each in chain:
        each.refresh_from_db()
        assert each.merged_into is None
        assert each.photos.count() == 1


def test_an_association_takes_the_old_reference(cast: Cast, client_of, chain) -> None:
    one, _, three = chain
    friend = factories.subject(cast.intel, name="A Friend")
    data = {"other": three.ref, "words": "Cousins", "source": "Police"}
    answer = client_of("intel").post(f"/subjects/{friend.ref}/add/associates/", data)
    assert answer.status_code == 302
    assert one.ref in client_of("intel").get(f"/subjects/{friend.ref}/").content.decode()


def test_all_that_was_on_its_way_follows_and_goes_back_with_the_merge(cast: Cast) -> None:
    kept = factories.published(cast.intel, name="Kevin Marsh").subject
    sought = {"status": "id_sought", "name": "", "date_of_birth": None, "age_low": 30}
    version = factories.published(cast.intel, **sought)
    gone = version.subject
    done = merge(cast, kept, gone)
    told = recognition_give(by=cast.staff, version=version, client_id=uuid.uuid4(), name="Ricky")
    report = factories.report(cast.staff, cast.shop)
    person = report.people.get()
    involvement_rule_out(by=cast.intel, report=report, revision=1, involvement=person, subject=gone)
    row = factories.intelligence(cast.intel, subjects=[gone])
    assert strays_follow() == 4  # the name, the decision and its step, the intelligence
    assert strays_follow() == 0
    assert Recognition.objects.get(pk=told.pk).subject == kept
    assert NotSamePerson.objects.get().subject == kept
    assert list(row.subjects.all()) == [kept]
    assert Event.objects.filter(action="offenders.subject.followed").count() == 4
    merge_undo(by=cast.intel, merge=done)
    assert Recognition.objects.get(pk=told.pk).subject == gone
    assert NotSamePerson.objects.get().subject == gone
    assert list(row.subjects.all()) == [gone]


def test_what_can_never_move_holds_up_nothing(cast: Cast, monkeypatch) -> None:
    kept, gone = (factories.subject(cast.intel, name=name) for name in ("Kim", "Kimm"))
    merge(cast, kept, gone)
    for number in range(4):
        report = factories.report(cast.intel, cast.shop, people=[PersonInput(subject=kept)])
        if number < 3:
            Involvement.objects.create(
                report=report, subject=gone, confidence="reported", named_by=cast.intel
            )
        else:
            report.people.update(subject=gone)
    monkeypatch.setattr("exclusions.merging.AT_ONCE", 2)
    assert strays_follow() == 1
    assert Involvement.objects.filter(subject=gone).count() == 3
