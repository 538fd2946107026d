"""The protocol as data, whose premises are covered, and the notice on paper."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import Error, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from audit.models import Event
from common import dates
from exclusions.models import ExclusionPolicy, Notice, PremisesList
from exclusions.policy import policy_change, policy_current, policy_kept, threshold_met
from exclusions.premises import premises_list_current
from exclusions.querysets import breaches
from exclusions.services import notice_raise
from incidents.services import PersonInput
from members.authority import authority_end, authority_record
from members.models import ExclusionAuthority, Member, Premises
from tests import factories
from tests.cast import Cast, make_cast
from tests.pdfs import HARD_NAMES, shows_name, text_of
from tests.races import at_once

DAY = dt.timedelta(days=1)


def printed(client: Client, notice: Notice) -> str:
    answer = client.get(f"/exclusions/{notice.ref}/notice.pdf")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    return text_of(answer.content)


# --- The protocol ---------------------------------------------------------------------------


def test_a_change_is_the_next_version_and_the_old_one_stays(cast: Cast, client_of) -> None:
    client = client_of("intel")
    form = client.get("/exclusions/policy/").context["form"]
    assert not ExclusionPolicy.objects.exists()  # looking changes nothing
    data = {name: form[name].value() or "" for name in form.fields} | {"incidents": 3}
    assert client.post("/exclusions/policy/", data).status_code == 422  # no reason
    assert client.post("/exclusions/policy/", data | {"reason": "The Board."}).status_code == 302
    first, second = ExclusionPolicy.objects.order_by("number")
    assert (first.incidents, second.incidents, second.made_by) == (2, 3, cast.intel)
    assert client.post("/exclusions/policy/", data | {"reason": "Again"}).status_code == 422
    assert Event.objects.get(action="exclusions.policy.changed").detail["changed"] == ["incidents"]
    for change in (lambda: first.delete(), lambda: first.save()):
        with pytest.raises(Error), transaction.atomic():
            change()


def test_nothing_changed_makes_no_version(cast: Cast) -> None:
    held = policy_kept()
    with pytest.raises(ValidationError, match="Nothing is different"):
        policy_change(by=cast.intel, number=1, fields={"incidents": held.incidents}, reason="x")
    with pytest.raises(ValidationError):
        policy_change(by=cast.intel, number=1, fields={"appeal_days": 1}, reason="x")
    assert policy_current().number == 1


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_are_one_and_a_refusal() -> None:
    cast = make_cast()
    policy_kept()

    def change(incidents: int) -> Any:
        return lambda: policy_change(
            by=cast.intel, number=1, fields={"incidents": incidents}, reason="x"
        )

    refused = at_once(change(3), change(4), change(5))
    assert [error.code if error else None for error in refused].count("stale") == 2
    assert sorted(ExclusionPolicy.objects.values_list("number", flat=True)) == [1, 2]


@pytest.mark.parametrize(
    ("policy", "days", "enough"),
    [
        ((2, 12), [0, 300], True),
        ((2, 6), [0, 300], False),
        ((3, 12), [0, 100], False),
        ((3, 6), [0, 9, 300, 301], False),
        ((3, 6), [0, 9, 300, 301, 310], True),
        ((1, 1), [0], True),
        ((1, 1), [], False),
    ],
)  # fmt: skip
def test_the_threshold_is_the_protocols(
    cast: Cast, policy: tuple[int, int], days: list[int], enough: bool
) -> None:
    subject = factories.subject(cast.intel)
    now = dt.datetime.now(dt.UTC)
    reports = [
        factories.accepted_incident(
            cast.intel, cast.staff, cast.shop, subject, occurred_at=now - day * DAY
        )
        for day in days
    ]
    incidents, months = policy
    rule = ExclusionPolicy(arrests=0, serious=0, incidents=incidents, within_months=months)
    assert threshold_met(reports, rule) == enough


def test_an_arrest_counts_only_if_the_protocol_says_so(cast: Cast) -> None:
    subject = factories.subject(cast.intel)
    report = factories.accepted_incident(cast.intel, cast.staff, cast.shop, subject)
    assert threshold_met([report])
    policy_kept()
    policy_change(by=cast.intel, number=1, fields={"arrests": 0, "serious": 0}, reason="x")
    with pytest.raises(ValidationError, match=r"below the scheme.s threshold"):
        notice_raise(by=cast.intel, subject=subject, reports=[report], reason="Thefts.")


# --- Whose premises -------------------------------------------------------------------------


def test_premises_are_covered_while_the_authority_is_held(cast: Cast, client_of) -> None:
    member = cast.store.member
    ExclusionAuthority.objects.all().delete()
    assert not Premises.objects.covered().exists()
    client = client_of("intel")
    path = f"/members/{member.slug}/authority/"
    tomorrow, today = dates.today() + DAY, dates.today()
    bad = client.post(path, {"signed_on": tomorrow.isoformat(), "signed_by": "Jo Patel"})
    assert "This is in the future." in bad.content.decode()
    assert client.post(path, {"signed_on": "2019-01-01", "signed_by": "x"}).status_code == 422
    made = client.post(path, {"signed_on": today.isoformat(), "signed_by": "Jo Patel"})
    assert made.status_code == 302
    assert [site.since for site in Premises.objects.covered()] == [today]
    with pytest.raises(ValidationError, match="held for some of these days"):
        authority_record(by=cast.intel, member=member, signed_on=today, signed_by="Jo Patel")
    assert client.post(path, {"reason": ""}).status_code == 422
    assert client.post(path, {"reason": "They left the scheme."}).status_code == 302
    assert Premises.objects.covered().exists()  # to the end of the day
    with time_machine.travel(dt.datetime.now(dt.UTC) + DAY):
        assert not Premises.objects.covered().exists()
        authority_record(
            by=cast.intel, member=member, signed_on=dates.today(), signed_by="Jo Patel"
        )
        assert Premises.objects.covered().exists()


def test_who_has_not_signed_is_for_the_manager_and_the_board(cast: Cast, client_of) -> None:
    ExclusionAuthority.objects.filter(member=cast.other.member).delete()
    for who in ("intel", "board"):
        page = client_of(who).get("/exclusions/premises/?show=unsigned").content.decode()
        assert "The Penfold Arms" in page, who
        assert "Marlowe" not in page, who
    for who in ("staff", "store", "police"):
        page = client_of(who).get("/exclusions/premises/?show=unsigned").content.decode()
        assert "Marlowe, The Orchards" in page, who
        assert "Penfold" not in page, who


def test_a_sighting_where_nobody_is_excluded_is_no_breach(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel)
    subject = version.subject
    factories.served_notice(cast.intel, cast.staff, cast.shop, subject, ago=dt.timedelta(days=2))
    people = [PersonInput(subject=subject)]
    factories.report(cast.staff, cast.shop, people=people)
    assert breaches().count() == 1
    profile = f"/gallery/{subject.ref}/"
    assert "is a trespasser" in client_of("staff").get(profile).content.decode()
    ExclusionAuthority.objects.filter(member=cast.shop.member).delete()
    assert breaches().count() == 0
    page = client_of("staff").get(profile).content.decode()
    assert "has not signed the authorisation" in page
    assert "is a trespasser" in client_of("other").get(profile).content.decode()


def test_breaches_are_judged_by_the_authority_of_their_day(cast: Cast) -> None:
    subject = factories.published(cast.intel).subject
    factories.served_notice(cast.intel, cast.staff, cast.shop, subject, ago=dt.timedelta(days=9))
    factories.report(cast.staff, cast.shop, people=[PersonInput(subject=subject)])
    authority_end(by=cast.intel, member=cast.shop.member, reason="They left.")
    with time_machine.travel(dt.datetime.now(dt.UTC) + 2 * DAY):
        factories.report(cast.staff, cast.shop, people=[PersonInput(subject=subject)])
        assert breaches().count() == 1  # the earlier one stays one


def test_the_list_has_a_new_version_only_when_it_changes(cast: Cast) -> None:
    first = premises_list_current()
    assert premises_list_current() == first
    assert [row["name"] for row in first.rows] == [
        "Marlowe, The Orchards",
        "Penfold Arms, Temple Hill",
    ]
    ExclusionAuthority.objects.filter(member=cast.other.member).delete()
    second = premises_list_current()
    assert (second.number, len(second.rows)) == (first.number + 1, 1)
    with pytest.raises(Error), transaction.atomic():
        first.delete()


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_make_one_version() -> None:
    make_cast()
    at_once(*[premises_list_current] * 6)
    assert PremisesList.objects.count() == 1


# --- On paper -------------------------------------------------------------------------------


def test_the_notice_says_what_was_frozen(cast: Cast, client_of) -> None:
    subject = factories.published(cast.intel).subject
    notice = factories.raised_notice(cast.intel, cast.staff, cast.shop, subject)
    policy_change(by=cast.intel, number=1, fields={"rule_words": "Other words."}, reason="x")
    ExclusionAuthority.objects.filter(member=cast.other.member).delete()
    words = printed(client_of("intel"), notice)
    for part in (
        notice.ref,
        "Kevin Marsh",
        "You may not enter any of the premises on the list",
        "up to and including the day before the same date in the next year",
        "a trespasser",
        "within 28 days of the day you were given this notice",
        "Information Commissioner",
        "Served by",
        "Marlowe, The Orchards",
        "Penfold Arms, Temple Hill",  # as the list stood that day
        "1 High Street, DA1 1DE",
    ):
        assert part in words, part
    assert "Other words." not in words
    assert Event.objects.get(action="exclusions.notice.printed").subjects == [subject.ref]


def test_served_it_has_its_days_on_it(cast: Cast, client_of) -> None:
    subject = factories.published(cast.intel).subject
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, subject)
    words = printed(client_of("store"), notice)  # the incident is of their business
    assert f"Up to and including {dates.short_date(notice.ends_on)}" in words
    last = dates.london_date(notice.served_at) + 28 * DAY
    assert f"by {dates.short_date(last)}" in words
    for who, status in (("otherstore", 403), ("staff", 404), ("police", 404), ("board", 404)):
        assert client_of(who).get(f"/exclusions/{notice.ref}/notice.pdf").status_code == status


@pytest.mark.parametrize("name", HARD_NAMES)
def test_any_name_comes_out_whole(cast: Cast, client_of, name: str) -> None:
    subject = factories.subject(cast.intel, name=name)
    notice = factories.raised_notice(cast.intel, cast.staff, cast.shop, subject)
    answer = client_of("intel").get(f"/exclusions/{notice.ref}/notice.pdf")
    assert answer.status_code == 200
    words = text_of(answer.content)
    assert shows_name(words, name)
    assert notice.ref in words


def test_140_premises_fit(cast: Cast, client_of) -> None:
    for number in range(140):
        factories.PremisesFactory(name=f"Shop {number:03}, Home Gardens")
    subject = factories.subject(cast.intel)
    notice = factories.raised_notice(cast.intel, cast.staff, cast.shop, subject)
    words = printed(client_of("intel"), notice)
    assert all(f"Shop {number:03}" in words for number in range(140))


def test_what_a_notice_says_can_not_be_changed(cast: Cast, sql) -> None:
    subject = factories.published(cast.intel).subject
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, subject)
    for change in (
        "reason = 'x'", "printed_name = 'x'", "premises_list_id = NULL", "policy_id = NULL",
        "served_by = 'x'", "served_at = served_at - interval '1 day'", "ref = 'EXC-1999-0001'",
    ):  # fmt: skip
        with pytest.raises(Error), transaction.atomic():
            sql(f"UPDATE exclusions_notice SET {change} WHERE id = {notice.pk}")


def test_anybody_reads_the_rules_and_nobody_is_in_them(cast: Cast, client: Client) -> None:
    subject = factories.published(cast.intel).subject
    factories.served_notice(cast.intel, cast.staff, cast.shop, subject)
    page = client.get("/rules/").content.decode()
    sites = client.get("/rules/premises/").content.decode()
    assert "You may not enter" in page
    assert "Marlowe, The Orchards" in sites
    assert subject.name not in page + sites
    assert subject.ref not in page + sites
    found = client.get("/rules/premises/?q=penfold").content.decode()
    assert "Penfold Arms" in found
    assert "Marlowe" not in found


@pytest.mark.django_db(transaction=True)
def test_dates_of_an_earlier_release_become_authorisations_and_go_back() -> None:
    signed, unsigned = (factories.MemberFactory(signed=False) for _ in range(2))
    _migrate("0004_mail_faults_and_people")
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE members_member SET exclusion_authority_on = '2021-05-04' WHERE id = %s",
                [signed.pk],
            )
    finally:
        _migrate()
    assert ExclusionAuthority.objects.get().signed_on == dt.date(2021, 5, 4)
    assert list(Member.objects.unsigned()) == [unsigned]
    _migrate("0004_mail_faults_and_people")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(exclusion_authority_on) FROM members_member")
            assert cursor.fetchone() == (1,)
    finally:
        _migrate()


def _migrate(name: str = "") -> None:
    """Go back to a migration of the members, or forward to the last of every app."""
    executor = MigrationExecutor(connection)
    executor.migrate([("members", name)] if name else executor.loader.graph.leaf_nodes())
