"""Agreed, invoiced, reminded of, renewed; or lapsed, never unwarned."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from common import dates
from members.joining.applications import Approval, application_approve
from members.models import (
    FeeRate,
    Invoice,
    Member,
    MemberContact,
    OutboundEmail,
    RenewalReminder,
    Subscription,
)
from members.money.accounts import totals
from members.money.renewals import lapse_hold, lapse_unpaid, lapses_on, renewals_remind
from members.money.schedule import fee_add, fee_on, fee_remove, vat_add
from members.money.subscriptions import Terms, first_terms, offer, subscription_agree
from members.pipeline import ContactInput, NextStep, Step, contact_save, member_step
from tests import factories
from tests.cast import Cast

TODAY = dt.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _spring() -> Any:
    with time_machine.travel(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)):
        yield


@pytest.fixture
def fees(cast: Cast) -> None:
    for item, kind, sector, amount in (
        ("membership", "full", "", 480), ("membership", "full", "large_retail", 550),
        ("radio", "full", "", 60),
    ):  # fmt: skip
        fee_add(by=cast.intel, item=item, kind=kind, sector=sector, starts_on=TODAY,
                amount=Decimal(amount))  # fmt: skip
    contact_save(
        by=cast.intel, member=cast.store.member,
        data=ContactInput("Bill", email="bill@marlowe.example", is_billing=True),
    )  # fmt: skip


def at(day: dt.date) -> Any:
    """Be at nine in the morning of a day."""
    return time_machine.travel(dates.london_midnight(day) + dt.timedelta(hours=9), tick=False)


def warned() -> None:
    """Let the mail server have taken the letters that wait."""
    OutboundEmail.objects.filter(state="queued").update(state="sent", sent_at=timezone.now())


def agree(cast: Cast, **fields: Any) -> tuple[Subscription, Invoice | None]:
    """Agree a year with the store's business as the page does."""
    terms = Terms(**{**vars(first_terms(cast.store.member)), **fields})
    total = offer(cast.store.member, terms).total
    return subscription_agree(by=cast.intel, member=cast.store.member, terms=terms, total=total)


def test_the_schedule_of_the_first_day_and_the_sector_holds(cast: Cast, fees: None) -> None:
    fee_add(by=cast.intel, item="membership", kind="full", sector="large_retail",
            starts_on=dt.date(2026, 4, 1), amount=Decimal(600))  # fmt: skip
    member = cast.store.member
    assert fee_on("membership", member, dt.date(2026, 3, 31)) == 550
    assert fee_on("membership", member, dt.date(2026, 4, 1)) == 600
    assert fee_on("membership", cast.otherstore.member, dt.date(2026, 4, 1)) == 480
    assert fee_on("membership", cast.police.member, TODAY) is None
    with pytest.raises(ValidationError, match="past"):
        fee_add(by=cast.intel, item="radio", kind="full", sector="",
                starts_on=dt.date(2026, 3, 1), amount=Decimal(1))  # fmt: skip
    begun, coming = FeeRate.objects.filter(sector="large_retail").order_by("starts_on")
    with pytest.raises(ValidationError, match="has begun"):
        fee_remove(by=cast.intel, rate=begun)
    assert fee_remove(by=cast.intel, rate=coming)


def test_what_was_agreed_stays_when_the_schedule_changes(cast: Cast, fees: None) -> None:
    row, invoice = agree(cast, discount=Decimal(50), discount_words="Second site", radios=2)
    assert invoice is not None
    assert (row.list_fee, row.fee, row.rental) == (Decimal(550), Decimal(500), Decimal(120))
    assert (row.starts_on, row.ends_on) == (TODAY, dt.date(2027, 3, 1))
    fee_add(by=cast.intel, item="membership", kind="full", sector="large_retail",
            starts_on=dt.date(2026, 3, 3), amount=Decimal(900))  # fmt: skip
    row.refresh_from_db()
    assert row.total == 620
    assert [line.words for line in invoice.lines.all()] == [
        "Membership, 2 Mar 2026 to 1 Mar 2027, less £50: Second site",
        "Rental of 2 digital radios, 2 Mar 2026 to 1 Mar 2027",
    ]
    with at(dt.date(2027, 2, 1)):
        assert offer(cast.store.member, first_terms(cast.store.member)).fee == 900


def test_a_part_of_a_year_costs_its_days(cast: Cast, fees: None) -> None:
    row, _ = agree(cast, ends_on=dt.date(2026, 3, 31))
    assert row.fee == Decimal("45.21")  # 550 * 30 / 365


def test_vat_is_that_of_the_invoices_date(cast: Cast, fees: None) -> None:
    vat_add(by=cast.intel, starts_on=dt.date(2026, 3, 2), percent=Decimal("17.5"))
    vat_add(by=cast.intel, starts_on=dt.date(2026, 3, 9), percent=Decimal(20))
    _, first = agree(cast)
    assert first is not None
    assert (first.net, first.vat, first.total) == (
        Decimal(550),
        Decimal("96.25"),
        Decimal("646.25"),
    )
    with at(dt.date(2026, 3, 9)):
        assert factories.invoice(cast.intel, cast.store.member, 100).vat == 20


def test_other_terms_than_were_shown_and_days_twice_are_refused(cast: Cast, fees: None) -> None:
    member = cast.store.member
    terms = first_terms(member)
    with pytest.raises(ValidationError, match="It comes to £550"):
        subscription_agree(by=cast.intel, member=member, terms=terms, total=Decimal(500))
    agree(cast)
    with pytest.raises(ValidationError, match="covers some of these days"):
        subscription_agree(by=cast.intel, member=member, terms=terms, total=Decimal(550))
    for fields, words in (
        ({"discount": Decimal(551)}, "no more can be off"),
        ({"discount": Decimal(5)}, "Write why"),
        ({"ends_on": dt.date(2020, 1, 1)}, "before the first"),
    ):
        with pytest.raises(ValidationError, match=words):
            offer(member, Terms(**{**vars(first_terms(member)), **fields}))
    with pytest.raises(ValidationError, match="says nothing"):
        offer(cast.police.member, first_terms(cast.police.member))


def test_nothing_to_pay_makes_no_invoice(cast: Cast, fees: None) -> None:
    row, invoice = agree(cast, discount=Decimal(550), discount_words="First year free")
    assert (row.total, invoice) == (Decimal(0), None)
    with at(dt.date(2027, 2, 1)):
        assert lapses_on(cast.store.member) is None


def test_a_member_is_told_60_30_and_7_days_before_once_each(cast: Cast, fees: None) -> None:
    row, _ = agree(cast)
    for left in range(75, -2, -1):
        with at(row.ends_on - dt.timedelta(days=left)):
            if left % 4 != 3:  # on some days the worker is off
                renewals_remind()
                renewals_remind()
    told = RenewalReminder.objects.order_by("sent_at")
    days = [(each.days, (row.ends_on - dates.london_date(each.sent_at)).days) for each in told]
    assert days == [(60, 60), (30, 30), (7, 6)]
    mails = OutboundEmail.objects.filter(template="renewal")
    assert {mail.address for mail in mails} == {"bill@marlowe.example"}
    assert mails.count() == 3


def test_who_renewed_or_left_is_not_told(cast: Cast, fees: None) -> None:
    row, _ = agree(cast)
    with at(row.ends_on - dt.timedelta(days=50)):
        agree(cast)
        assert renewals_remind() == 0
    with at(dt.date(2028, 2, 1)):
        Member.objects.filter(pk=cast.store.member_id).update(status="left")
        assert renewals_remind() == 0


def test_without_an_address_the_manager_is_told(cast: Cast, fees: None) -> None:
    MemberContact.objects.update(ended_on=TODAY, is_billing=False)
    row, _ = agree(cast)
    with at(row.ends_on - dt.timedelta(days=7)):
        assert renewals_remind() == 1
    assert OutboundEmail.objects.get(template="renewal-nobody").user == cast.intel


def test_an_unpaid_member_is_warned_two_weeks_before_and_then_lapses(
    cast: Cast, fees: None, client_of
) -> None:
    _, invoice = agree(cast)
    assert invoice is not None
    theirs = client_of("staff")
    last_day = invoice.due_on + dt.timedelta(days=60 + 1)
    with at(last_day - dt.timedelta(days=15)):
        assert lapse_unpaid() == 0
        assert not OutboundEmail.objects.filter(template="lapse-warning").exists()
    with at(last_day - dt.timedelta(days=14)):
        assert (lapse_unpaid(), lapse_unpaid()) == (0, 0)
        assert OutboundEmail.objects.filter(template="lapse-warning").count() == 1
        warned()
    with at(last_day - dt.timedelta(days=1)):
        assert lapse_unpaid() == 0
    with at(last_day):
        assert (lapse_unpaid(), lapse_unpaid()) == (1, 0)
        member = Member.objects.get(pk=cast.store.member_id)
        assert (member.status, member.left_on) == ("lapsed", dates.today())
        step = member.steps.first()
        assert (step.after, step.lost, step.made_by) == ("lapsed", "unpaid", None)
        assert theirs.get("/gallery/").url.startswith("/sign-in/")
        assert OutboundEmail.objects.filter(template="member-lapsed").count() == 1


def test_nobody_lapses_unwarned_however_late_the_worker_is(cast: Cast, fees: None) -> None:
    _, invoice = agree(cast)
    assert invoice is not None
    late = invoice.due_on + dt.timedelta(days=200)
    with at(late):
        assert lapse_unpaid() == 0
        warned()
    with at(late + dt.timedelta(days=13)):
        assert lapse_unpaid() == 0
    with at(late + dt.timedelta(days=14)):
        assert lapse_unpaid() == 1


def test_who_pays_after_the_warning_stays(cast: Cast, fees: None) -> None:
    _, invoice = agree(cast)
    assert invoice is not None
    with at(invoice.due_on + dt.timedelta(days=50)):
        lapse_unpaid()
        warned()
        factories.payment(cast.intel, cast.store.member, 550)
    with at(invoice.due_on + dt.timedelta(days=90)):
        assert lapse_unpaid() == 0
        assert lapses_on(cast.store.member) is None


def test_a_year_that_ends_without_another_lapses_too_unless_it_is_held(
    cast: Cast, fees: None
) -> None:
    row, _ = agree(cast)
    factories.payment(cast.intel, cast.store.member, 550)
    over = row.ends_on + dt.timedelta(days=62)
    with at(over - dt.timedelta(days=30)):
        with pytest.raises(ValidationError, match="Write why"):
            lapse_hold(by=cast.intel, member=cast.store.member, until=over, words="")
        lapse_hold(
            by=cast.intel, member=cast.store.member, until=over + dt.timedelta(days=30),
            words="Head office pays in May.",
        )  # fmt: skip
    with at(over):
        assert lapse_unpaid() == 0
        member = Member.objects.get(pk=cast.store.member_id)
        assert lapses_on(member) == over + dt.timedelta(days=31)
        lapse_hold(by=cast.intel, member=member, until=None, words="")
        assert lapse_unpaid() == 0  # warned now
        warned()
    with at(over + dt.timedelta(days=14)):
        assert lapse_unpaid() == 1


def test_a_warning_of_last_year_counts_for_nothing(cast: Cast, fees: None) -> None:
    row, invoice = agree(cast)
    assert invoice is not None
    with at(invoice.due_on + dt.timedelta(days=50)):
        lapse_unpaid()
        warned()
        factories.payment(cast.intel, cast.store.member, 550)
    over = row.ends_on + dt.timedelta(days=61)
    with at(over):
        assert lapse_unpaid() == 0
        assert OutboundEmail.objects.filter(template="lapse-warning").count() == 2
        warned()
    with at(over + dt.timedelta(days=14)):
        assert lapse_unpaid() == 1


def test_who_was_put_back_is_warned_anew_and_told_of_again(cast: Cast, fees: None) -> None:
    _, invoice = agree(cast)
    assert invoice is not None
    day = invoice.due_on + dt.timedelta(days=61)
    for wait in (0, 14):
        with at(day + dt.timedelta(days=wait)):
            lapse_unpaid()
            warned()
    with at(day + dt.timedelta(days=15)):
        member = Member.objects.get(pk=cast.store.member_id)
        assert member.status == "lapsed"
        back = Step("active", dates.today(), words="Promised to pay.")
        member_step(
            by=cast.intel, member=member, revision=member.revision, step=back, plan=NextStep()
        )
        assert lapse_unpaid() == 0
        warned()
    with at(day + dt.timedelta(days=28)):
        assert lapse_unpaid() == 0
    with at(day + dt.timedelta(days=29)):
        assert lapse_unpaid() == 1
    assert OutboundEmail.objects.filter(template="member-lapsed").count() == 2


def test_who_could_not_be_warned_does_not_lapse_and_the_manager_is_told(
    cast: Cast, fees: None
) -> None:
    MemberContact.objects.update(ended_on=TODAY, is_billing=False)
    _, invoice = agree(cast)
    assert invoice is not None
    day = invoice.due_on + dt.timedelta(days=61)
    for wait in (0, 1, 14, 30):
        with at(day + dt.timedelta(days=wait)):
            assert lapse_unpaid() == 0
    told = OutboundEmail.objects.filter(template="lapse-warning-nobody")
    assert {mail.user for mail in told} == {cast.intel}


def test_a_warning_that_did_not_arrive_lets_nobody_lapse(cast: Cast, fees: None) -> None:
    _, invoice = agree(cast)
    assert invoice is not None
    day = invoice.due_on + dt.timedelta(days=61)
    with at(day):
        lapse_unpaid()
        OutboundEmail.objects.filter(template="lapse-warning").update(
            state="failed", ended_at=timezone.now()
        )
    with at(day + dt.timedelta(days=20)):
        assert lapse_unpaid() == 0


def test_money_paid_before_the_invoice_pays_it(cast: Cast, fees: None) -> None:
    factories.payment(cast.intel, cast.store.member, 550)
    _, invoice = agree(cast)
    assert invoice is not None
    assert Invoice.objects.with_sums().get(pk=invoice.pk).outstanding == 0
    with at(invoice.due_on + dt.timedelta(days=100)):
        assert lapses_on(cast.store.member) is None


def test_agencies_and_members_without_a_subscription_never_lapse(cast: Cast, fees: None) -> None:
    factories.invoice(cast.intel, cast.police.member)
    factories.invoice(cast.intel, cast.otherstore.member)
    with at(dt.date(2027, 3, 1)):
        assert lapses_on(cast.police.member) is lapses_on(cast.otherstore.member) is None
        assert lapse_unpaid() == 0
    with at(dt.date(2027, 4, 1)):
        assert lapse_unpaid() == 0


def test_from_joining_to_renewal(cast: Cast, fees: None, client_of) -> None:
    """The pages of a first year and the next: agreed, invoiced, paid, told, renewed."""
    row = factories.application(sector="large_retail")
    application_approve(by=cast.intel, application=row, approval=Approval("full"))
    member = Member.objects.get(name="The New Bakery")
    client = client_of("intel")
    page = f"/members/{member.slug}/subscription/"
    sent = {"starts_on": "2026-03-02", "ends_on": "2027-03-01", "radios": "1", "discount": "10",
            "discount_words": "Opening offer"}  # fmt: skip
    looked = client.post(page, sent)
    assert looked.status_code == 200
    assert "£600.00" in looked.content.decode()
    assert client.post(page, {**sent, "agree": "1", "shown": "1"}).status_code == 422
    agreed = client.post(page, {**sent, "agree": "1", "shown": "600.00"})
    assert agreed.url == "/money/invoices/INV-00001/"
    data = {
        "received_on": "2026-03-02",
        "amount": "600",
        "method": "bank",
        "client_id": str(uuid.uuid4()),
    }
    assert client.post(f"/members/{member.slug}/payment/", data).status_code == 302
    assert totals(member).balance == 0
    Member.objects.filter(pk=member.pk).update(status="active", joined_on=TODAY)
    with at(dt.date(2027, 2, 1)):
        assert renewals_remind() == 1
        cast.intel.refresh_from_db()
        client = client_of("intel")
        assert "The New Bakery" in client.get("/money/renewals/").content.decode()
        first = client.get(page).context["form"].initial
        assert first["starts_on"] == dt.date(2027, 3, 2)
