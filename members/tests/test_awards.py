"""Awards: criteria, bids, given only where all is met, ended by their dates, told why not."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from common import dates
from members.awards.services import (
    AwardInput,
    BidInput,
    Seen,
    award_apply,
    award_check,
    award_check_and_give,
    award_end,
    award_give,
    award_refuse,
    award_save,
    award_withdraw,
)
from members.models import Award, AwardEntry, Member
from tests import factories
from tests.cast import Cast, make_cast
from tests.pdfs import text_of
from tests.races import at_once

DAY = dt.timedelta(days=1)


def all_met(row: AwardEntry) -> dict[int, Seen]:
    return {check.pk: Seen(is_met=True) for check in row.checks.all()}


def test_a_business_applies_and_the_manager_awards(cast: Cast, client_of: Any) -> None:
    award = factories.award(cast.intel)
    store: Client = client_of("store")
    site = cast.shop.uuid
    answer = store.post("/awards/apply/", {"award": award.slug, "premises": str(site)})
    row = AwardEntry.objects.get()
    assert answer.url == f"/awards/{row.ref}/"  # type: ignore[attr-defined]
    assert (row.member, row.premises, row.checks.count()) == (cast.store.member, cast.shop, 2)
    intel: Client = client_of("intel")
    one, two = row.checks.all()
    sent = {"revision": 1, f"met_{one.pk}": "yes", f"met_{two.pk}": "", "give": "1"}
    refused = intel.post(f"/awards/{row.ref}/assess/", sent)
    assert refused.status_code == 422
    assert "Every criterion must be met first" in refused.text
    row.refresh_from_db()
    assert (row.revision, row.checks.filter(is_met=True).count()) == (1, 0)
    assert (
        intel.post(f"/awards/{row.ref}/assess/", sent | {f"met_{two.pk}": "yes"}).status_code == 302
    )
    row.refresh_from_db()
    assert (row.state, row.valid_until) == (
        "awarded",
        dates.last_day_of_months_from(dates.today(), 12),
    )
    assert store.post(f"/awards/{row.ref}/assess/", {"revision": 3}).status_code == 404
    words = text_of(store.get(f"/awards/{row.ref}/certificate.pdf").content)
    for part in ("Safer Business", cast.store.member.name, "Staff are trained", row.ref):
        assert part in words


def test_another_business_sees_nothing_of_it(cast: Cast, client_of: Any) -> None:
    row = factories.award_held(cast.intel, cast.store.member)
    for path in (f"/awards/{row.ref}/", f"/awards/{row.ref}/certificate.pdf"):
        assert client_of("otherstore").get(path).status_code == 404
    assert row.ref not in client_of("otherstore").get("/awards/").text
    assert row.ref in client_of("board").get("/awards/").text


def test_a_business_bids_for_itself_only(cast: Cast, client_of: Any) -> None:
    award = factories.award(cast.intel)
    store: Client = client_of("store")
    sent = {"award": award.slug, "member": cast.otherstore.member.slug}
    store.post("/awards/apply/", sent)
    assert AwardEntry.objects.get().member == cast.store.member
    theirs = {"award": award.slug, "premises": str(cast.pub.uuid)}
    assert store.post("/awards/apply/", theirs).status_code == 422
    assert AwardEntry.objects.count() == 1


def test_the_manager_bids_for_a_business_and_one_of_its_sites(cast: Cast, client_of: Any) -> None:
    award, member = factories.award(cast.intel), cast.store.member
    intel: Client = client_of("intel")
    assert str(cast.shop.uuid) in intel.get(f"/awards/apply/?member={member.slug}").text
    sent = {"award": award.slug, "member": member.slug, "premises": str(cast.shop.uuid)}
    assert intel.post("/awards/apply/", sent).status_code == 302
    assert AwardEntry.objects.get().premises == cast.shop
    assert intel.post("/awards/apply/", sent).status_code == 422


def test_an_award_of_a_sector_is_that_sectors(cast: Cast) -> None:
    award = factories.award(cast.intel, name="Safer Socialising", sectors=("licensed",))
    with pytest.raises(ValidationError, match="not to this sector"):
        award_apply(by=cast.intel, data=BidInput(award, cast.store.member))
    assert not Award.objects.open_to(cast.store.member).exists()
    Member.objects.filter(pk=cast.store.member.pk).update(sector="licensed")
    cast.store.member.refresh_from_db()
    assert award_apply(by=cast.intel, data=BidInput(award, cast.store.member)).pk


def test_a_bid_keeps_what_was_asked_when_it_was_made(cast: Cast) -> None:
    row = factories.award_bid(cast.intel, cast.store.member)
    data = AwardInput("Safer Business", 6, ("The radio is on", "Cameras are on"))
    award_save(by=cast.intel, data=data, award=row.award, revision=1)
    asked = [each.words for each in row.award.criteria.filter(ended_on=None)]
    assert asked == ["The radio is on", "Cameras are on"]
    words = [check.criterion.words for check in row.checks.select_related("criterion")]
    assert sorted(words) == ["Staff are trained", "The radio is on"]
    given = award_check_and_give(by=cast.intel, entry=row, revision=1, seen=all_met(row))
    assert given.valid_until == dates.last_day_of_months_from(dates.today(), 6)


@pytest.mark.parametrize(
    ("criteria", "words"), [((), "one thing in a line"), (("A", " A "), "there twice")]
)
def test_an_award_asks_for_something_and_nothing_twice(
    cast: Cast, criteria: Any, words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        award_save(by=cast.intel, data=AwardInput("New", 12, criteria))
    assert not Award.objects.exists()


def test_what_is_not_met_needs_a_word_and_a_refusal_a_reason(cast: Cast, client_of: Any) -> None:
    row = factories.award_bid(cast.intel, cast.store.member)
    check = row.checks.first()
    assert check is not None
    with pytest.raises(ValidationError, match="Write what is missing"):
        award_check(by=cast.intel, entry=row, revision=1, seen={check.pk: Seen(is_met=False)})
    intel: Client = client_of("intel")
    path = f"/awards/{row.ref}/refuse/"
    assert intel.post(path, {"revision": 1, "reason": " "}).status_code == 422
    assert intel.post(path, {"revision": 1, "reason": "No cameras."}).status_code == 302
    assert "No cameras." in client_of("store").get(f"/awards/{row.ref}/").text
    assert intel.get(path).status_code == 404
    assert intel.get(f"/awards/{row.ref}/certificate.pdf").status_code == 404


def test_an_award_ends_by_its_date_by_itself(cast: Cast) -> None:
    row = factories.award_held(cast.intel, cast.store.member)
    assert AwardEntry.objects.holding().get() == row
    assert not AwardEntry.objects.holding(on=row.valid_until + DAY).exists()
    assert AwardEntry.objects.holding(on=row.valid_until).exists()
    AwardEntry.objects.filter(pk=row.pk).update(valid_until=dates.today() + 10 * DAY)
    assert AwardEntry.objects.counts()["soon"] == 1
    factories.award_bid(cast.intel, cast.store.member)
    assert AwardEntry.objects.counts()["soon"] == 0
    AwardEntry.objects.filter(pk=row.pk).update(
        decided_on=dates.today() - 9 * DAY, valid_until=dates.today() - DAY
    )
    counts = AwardEntry.objects.counts()
    assert (counts["holds"], counts["ended"], counts["decide"]) == (0, 1, 1)


def test_a_member_that_left_holds_none(cast: Cast) -> None:
    factories.award_held(cast.intel, cast.store.member)
    Member.objects.filter(pk=cast.store.member.pk).update(status="lapsed")
    assert not AwardEntry.objects.holding().exists()
    assert AwardEntry.objects.counts()["ended"] == 1


def test_an_award_taken_away_has_no_certificate(cast: Cast, client_of: Any) -> None:
    row = factories.award_held(cast.intel, cast.store.member)
    award_withdraw(by=cast.intel, entry=row, revision=row.revision, reason="Radio handed back.")
    assert client_of("store").get(f"/awards/{row.ref}/certificate.pdf").status_code == 404
    assert "Radio handed back." in client_of("store").get(f"/awards/{row.ref}/").text
    row.refresh_from_db()
    with pytest.raises(ValidationError, match="withdrawn already"):
        award_refuse(by=cast.intel, entry=row, revision=row.revision, reason="x")


def test_an_award_that_is_given_no_more_takes_no_bid(cast: Cast) -> None:
    award = factories.award(cast.intel)
    assert award_end(by=cast.intel, award=award)
    assert not award_end(by=cast.intel, award=award)
    with pytest.raises(ValidationError, match="not given any more"):
        award_apply(by=cast.intel, data=BidInput(award, cast.store.member))


def test_the_database_refuses_days_that_do_not_fit(cast: Cast) -> None:
    row = factories.award_bid(cast.intel, cast.store.member)
    for wrong in (
        {"state": "awarded"},
        {"state": "refused", "decided_on": dates.today()},
        {"valid_until": dates.today()},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            AwardEntry.objects.filter(pk=row.pk).update(**wrong)


@pytest.mark.django_db(transaction=True)
def test_of_two_bids_and_two_decisions_at_once_one_counts() -> None:
    cast = make_cast()
    award = factories.award(cast.intel)
    bid = lambda: award_apply(by=cast.store, data=BidInput(award, cast.store.member))  # noqa: E731
    assert sorted(error is None for error in at_once(bid, bid)) == [False, True]
    row = AwardEntry.objects.get()
    award_check(by=cast.intel, entry=row, revision=1, seen=all_met(row))
    decided = at_once(
        lambda: award_give(by=cast.intel, entry=row, revision=2),
        lambda: award_refuse(by=cast.intel, entry=row, revision=2, reason="No."),
    )
    assert sorted(error is None for error in decided) == [False, True]
