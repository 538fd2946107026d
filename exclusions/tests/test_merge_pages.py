"""What the manager sees before, during and after a merge, and where old references lead."""

import pytest

from exclusions.merging import merge_undo, subjects_merge
from incidents.services import PersonInput, report_accept
from offenders.models import Subject, SubjectMerge
from tests import factories
from tests.cast import Cast


@pytest.fixture
def two(cast: Cast) -> tuple[Subject, Subject]:
    kept = factories.subject(cast.intel, name="Kevin Marsh", aliases=["K Mars"])
    gone = factories.subject(cast.intel, name="K Mars", aliases=["Kevin Marsh"])
    return kept, gone


def merge(cast: Cast, kept: Subject, gone: Subject, **fields: object) -> SubjectMerge:
    for each in (kept, gone):
        each.refresh_from_db()
    return subjects_merge(
        by=cast.intel,
        kept=kept,
        gone=gone,
        revisions=(kept.revision, gone.revision),
        fields=fields,
        reason="Same tattoo.",
    )


PAGES = (
    "", "edit/", "publish/", "photo/", "add/warnings/", "add/associates/", "exclude/", "top-ten/",
    "network/", "merge/", "merge/?with={kept}", "known/", "withdraw/",
)  # fmt: skip


def test_every_page_of_the_old_reference_leads_to_the_record(cast: Cast, client_of, two) -> None:
    kept, gone = two
    merge(cast, kept, gone)
    intel = client_of("intel")
    for page in PAGES:
        answer = intel.get(f"/subjects/{gone.ref}/{page.format(kept=kept.ref)}", follow=True)
        assert answer.redirect_chain == [(f"/subjects/{kept.ref}/", 302)], page
        assert f"{gone.ref} is part of {kept.ref} by now." in answer.text
    for who in ("staff", "admin", "board", "police"):
        assert client_of(who).get(f"/subjects/{gone.ref}/").status_code in (403, 404)


def test_what_is_sent_to_an_old_reference_says_that_nothing_was_changed(
    cast: Cast, client_of, two
) -> None:
    kept, gone = two
    merge(cast, kept, gone)
    intel = client_of("intel")
    for path, data in (
        (f"{kept.ref}/merge/?with={gone.ref}", {"reason": "Twice.", "revision_kept": "1"}),
        (f"{gone.ref}/add/vehicles/", {"registration": "AB12CDE"}),
        (f"{gone.ref}/top-ten/lift/", {}),
        (f"{kept.ref}/apart/", {"with": gone.ref}),
    ):
        page = intel.post(f"/subjects/{path}", data, follow=True).text
        assert f"{gone.ref} is part of {kept.ref} by now. Nothing was changed." in page, path
    assert not kept.vehicles.exists()


def test_a_record_is_no_double_of_itself(cast: Cast, client_of, two) -> None:
    kept, _ = two
    page = client_of("intel").get(f"/subjects/{kept.ref}/merge/?with={kept.ref}", follow=True)
    assert page.redirect_chain == [(f"/subjects/{kept.ref}/merge/", 302)]
    assert "this is the same" in page.text


def test_what_stands_in_the_way_is_told_before(cast: Cast, client_of, two) -> None:
    kept, gone = two
    both = [PersonInput(subject=each) for each in two]
    report = factories.report(cast.intel, cast.shop, type=factories.incident_type(), people=both)
    report_accept(by=cast.intel, report=report, revision=1)
    notices = [factories.served_notice(cast.intel, cast.staff, cast.shop, each) for each in two]
    context = client_of("intel").get(f"/subjects/{kept.ref}/merge/?with={gone.ref}").context
    assert context["shared"] == [report.ref]
    assert context["clashes"] == [tuple(notices)]
    held = {name: (first, second) for name, first, second in context["held"]}
    assert held["Reports"] == ("2", "2")
    assert held["Members see a profile"] == ("no", "no")
    assert held["Excluded"][0].startswith("until ")


def test_two_that_are_still_to_be_served_stand_in_the_way(cast: Cast, client_of, two) -> None:
    kept, gone = two
    for each in two:
        factories.raised_notice(cast.intel, cast.staff, cast.shop, each)
    context = client_of("intel").get(f"/subjects/{kept.ref}/merge/?with={gone.ref}").context
    assert len(context["clashes"]) == 1


@pytest.mark.parametrize("chosen", ["kept", "gone"])
def test_nobody_is_also_known_as_their_own_name(cast: Cast, two, chosen: str) -> None:
    kept, gone = two
    before = {each.ref: set(each.aliases.values_list("name", flat=True)) for each in two}
    fields = {"name": gone.name} if chosen == "gone" else {}
    made = merge(cast, kept, gone, **fields)
    kept.refresh_from_db()
    other = {"Kevin Marsh": "K Mars", "K Mars": "Kevin Marsh"}[kept.name]
    assert [alias.name for alias in kept.aliases.all()] == [other]
    merge_undo(by=cast.intel, merge=made)
    for each in two:
        assert set(each.aliases.values_list("name", flat=True)) == before[each.ref]


def test_taking_a_merge_back_says_first_what_that_does(cast: Cast, client_of, two) -> None:
    kept, gone = two
    made = merge(cast, kept, gone)
    intel = client_of("intel")
    path = f"/subjects/{kept.ref}/merges/{made.pk}/undo/"
    assert path in intel.get(f"/subjects/{kept.ref}/").text
    assert f"{gone.ref} is a record by itself again" in intel.get(path).text
    made.refresh_from_db()
    assert made.undone_at is None
    assert f"{gone.ref} stands by itself again" in intel.post(path, follow=True).text
    for answer in (intel.get(path, follow=True), intel.post(path, follow=True)):
        assert "taken back already" in answer.text


def test_who_works_on_an_old_copy_can_open_the_record_as_it_is(cast: Cast, client_of, two) -> None:
    kept, _ = two
    intel = client_of("intel")
    form = intel.get(f"/subjects/{kept.ref}/edit/").context["form"]
    names = ("status", "name", "revision", "age_low", "age_high", "marks", "description")
    data = {name: form[name].value() or "" for name in names}
    data["date_of_birth"] = "1989-06-04"
    assert intel.post(f"/subjects/{kept.ref}/edit/", data).status_code == 302
    refused = intel.post(f"/subjects/{kept.ref}/edit/", data)
    assert refused.status_code == 422
    assert "Open it as it is now" in refused.text
