"""Numbered notices that a member manager serves at an arrest, confirmed in time or lapsed."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Event
from common import dates
from exclusions.models import Notice, SpotNumber
from exclusions.policy import policy_change
from exclusions.querysets import breaches
from exclusions.services import (
    Asked,
    Service,
    Spot,
    expiries_record,
    notice_confirm,
    notice_revoke,
    notice_serve_on_the_spot,
    number_void,
    numbers_issue,
)
from incidents.models import Report
from incidents.services import PersonInput, report_accept
from members.models import ExclusionAuthority, OutboundEmail
from offenders.models import Subject
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once

HOUR = dt.timedelta(hours=1)
SPOT = Spot(name="Zoë O'Brien-Łukasz", date_of_birth=dt.date(1990, 3, 14), reason="Arrested here.")


def arrest(cast: Cast, **fields: Any) -> Report:
    values = {
        "type": factories.incident_type(),
        "outcome": "arrested",
        "people": [PersonInput(named_as="Zoë", description="green coat")],
    }
    return factories.report(cast.store, cast.shop, **values | fields)


def numbers(cast: Cast, count: int = 2) -> list[SpotNumber]:
    return numbers_issue(by=cast.intel, member=cast.store.member, count=count)


def authorities_end(cast: Cast) -> None:
    yesterday = dates.today() - dt.timedelta(days=1)
    ExclusionAuthority.objects.update(
        ended_on=yesterday, ended_by=cast.intel, ended_reason="Taken back"
    )


def serve(cast: Cast, number: SpotNumber, report: Report, **fields: Any) -> Notice:
    at = fields.pop("at", timezone.now())
    service = Service(at, "in_person", "J. Patel", cast.shop)
    return notice_serve_on_the_spot(
        by=fields.pop("by", cast.store),
        number=number,
        person=report.people.get(),
        spot=fields.pop("spot", SPOT),
        service=service,
    )


def test_it_is_in_force_at_once_and_to_be_confirmed(cast: Cast, client_of) -> None:
    number, report = numbers(cast)[0], arrest(cast)
    notice = serve(cast, number, report)
    assert notice.ref == number.ref
    assert (notice.state, notice.is_to_confirm) == ("in_force", True)
    subject = Subject.objects.get()
    assert (subject.name, subject.status) == (SPOT.name, "known")
    assert report.people.get().subject == subject
    for who in ("staff", "other", "police"):
        page = client_of(who).get(f"/exclusions/{notice.ref}/").content.decode()
        assert "In force, to be confirmed" in page
        assert SPOT.name not in page  # a notice says the reference, not the working record
        assert dates.short_date(dates.london_date(timezone.now() + 72 * HOUR)) in page
    queue = client_of("intel").get("/queue/").content.decode()
    assert f"/exclusions/{notice.ref}/confirm/" in queue


def test_confirmed_it_holds_for_twelve_months(cast: Cast) -> None:
    report = arrest(cast)
    notice = serve(cast, numbers(cast)[0], report)
    with pytest.raises(ValidationError, match="not accepted"):
        notice_confirm(by=cast.intel, notice=notice, asked=Asked())
    report.refresh_from_db()
    report_accept(by=cast.intel, report=report, revision=report.revision)
    asked = Asked(matters="pending", matters_words="PC Cole, today: no objection")
    notice_confirm(by=cast.intel, notice=notice, asked=asked)
    assert OutboundEmail.objects.get(key=f"confirmed:{notice.ref}").user == cast.store
    with pytest.raises(ValidationError, match="nothing to confirm"):
        notice_confirm(by=cast.intel, notice=notice, asked=asked)
    with time_machine.travel(timezone.now() + 80 * HOUR):
        assert Notice.objects.in_force().filter(pk=notice.pk).exists()
        assert expiries_record() == 0
    last = dates.last_day_of_year_from(dates.today())
    assert Notice.objects.in_force(on=last).exists()
    assert not Notice.objects.in_force(on=last + dt.timedelta(days=1)).exists()


def test_unconfirmed_it_lapses_by_itself(cast: Cast, client_of) -> None:
    notice = serve(cast, numbers(cast)[0], arrest(cast))
    lapses = notice.confirm_by
    assert lapses is not None
    with time_machine.travel(lapses - dt.timedelta(seconds=1), tick=False):
        assert Notice.objects.in_force().exists()
        assert Notice.objects.get().in_force_on()
    with time_machine.travel(lapses, tick=False):  # no job has run
        assert not Notice.objects.in_force().exists()
        assert Notice.objects.get().state == "lapsed"
        assert client_of("other").get(f"/exclusions/{notice.ref}/").status_code == 404
        with pytest.raises(ValidationError):
            notice_confirm(by=cast.intel, notice=notice, asked=Asked())
        assert [expiries_record() for _ in range(3)] == [1, 0, 0]
        assert Event.objects.filter(action="exclusions.notice.lapsed").count() == 1
        assert OutboundEmail.objects.filter(key=f"lapsed:{notice.ref}").count() == 1
        told = OutboundEmail.objects.get(key=f"lapsed-served:{notice.ref}")
        assert (told.user, told.context["path"]) == (cast.store, "/exclusions/numbers/")
    with time_machine.travel(lapses + 48 * HOUR):  # what was in force on a day that is past
        assert Notice.objects.in_force(on=dates.london_date(notice.served_at)).exists()
        assert not Notice.objects.in_force(on=dates.london_date(lapses)).exists()


def test_a_sighting_is_a_breach_only_while_it_held(cast: Cast) -> None:
    notice = serve(cast, numbers(cast)[0], arrest(cast))
    served, lapses = notice.served_at, notice.confirm_by
    assert served is not None
    assert lapses is not None
    for at, broken in ((lapses - HOUR, 1), (lapses + HOUR, 1)):
        with time_machine.travel(at + dt.timedelta(minutes=1)):
            seen = [PersonInput(subject=notice.subject)]
            factories.report(cast.intel, cast.shop, people=seen, occurred_at=at)
            assert breaches().count() == broken


def test_after_it_lapsed_another_can_be_served(cast: Cast) -> None:
    first, second = numbers(cast)
    report = arrest(cast)
    notice = serve(cast, first, report)
    with pytest.raises(ValidationError, match="covers some of these days"):
        serve(cast, second, report)
    assert notice.confirm_by is not None
    with time_machine.travel(notice.confirm_by + HOUR):
        again = arrest(cast, people=[PersonInput(named_as="Zoë")])
        again.people.update(subject=notice.subject)
        assert serve(cast, second, again).state == "in_force"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"spot": Spot("A Child", dates.add_months(dates.today(), -12 * 17), "x")}, "under 18"),
        ({"at": timezone.now() + dt.timedelta(days=1)}, "in the future"),
        ({"at": timezone.now() - dt.timedelta(days=30)}, "before the arrest"),
    ],
)
def test_refused(cast: Cast, change: dict[str, Any], words: str) -> None:
    number, report = numbers(cast)[0], arrest(cast)
    with pytest.raises(ValidationError, match=words):
        serve(cast, number, report, **change)
    assert not Notice.objects.exists()
    assert not Subject.objects.exists()


def test_only_for_an_arrest_at_ones_own_business(cast: Cast) -> None:
    number = numbers(cast)[0]
    with pytest.raises(ValidationError, match="arrest of the last three days"):
        serve(cast, number, arrest(cast, outcome="unknown"))
    elsewhere = factories.report(
        cast.other, cast.pub, type=factories.incident_type(), outcome="arrested",
        people=[PersonInput(named_as="Zoë")],
    )  # fmt: skip
    for who, report in ((cast.store, elsewhere), (cast.otherstore, arrest(cast)),
                        (cast.staff, arrest(cast)), (cast.police, arrest(cast))):  # fmt: skip
        with pytest.raises(PermissionDenied):
            serve(cast, number, report, by=who)
    authorities_end(cast)
    with pytest.raises(ValidationError, match="not signed"):
        serve(cast, number, arrest(cast))


def test_not_where_the_protocol_has_none(cast: Cast, client_of) -> None:
    number = numbers(cast)[0]
    policy_change(by=cast.intel, number=1, fields={"confirm_hours": 0}, reason="Board, 3 May.")
    with pytest.raises(ValidationError, match="allows no notices on the spot"):
        serve(cast, number, arrest(cast))
    with pytest.raises(ValidationError, match="allows no notices on the spot"):
        numbers(cast)
    assert (
        "Not in this scheme" in client_of("store").get("/exclusions/on-the-spot/").content.decode()
    )
    with pytest.raises(ValidationError, match="24 hours at least"):
        policy_change(by=cast.intel, number=2, fields={"confirm_hours": 5}, reason="x")


def test_a_number_taken_back_or_used_is_never_used_again(cast: Cast) -> None:
    first, second = numbers(cast)
    report = arrest(cast)
    number_void(by=cast.intel, number=first, reason="Lost")
    with pytest.raises(ValidationError, match="used already"):
        serve(cast, first, report)
    notice = serve(cast, second, report)
    with pytest.raises(ValidationError, match="used or taken back"):
        number_void(by=cast.intel, number=second, reason="x")
    notice_revoke(by=cast.intel, notice=notice, reason="x")
    with pytest.raises(ValidationError, match="used already"):
        serve(cast, second, report)
    # Those to come take other numbers.
    subject = factories.subject(cast.intel, name="Somebody Else")
    raised = factories.raised_notice(cast.intel, cast.staff, cast.shop, subject)
    assert raised.ref not in (first.ref, second.ref)
    with pytest.raises(IntegrityError), transaction.atomic():
        SpotNumber.objects.filter(pk=second.pk).update(
            voided_at=timezone.now(), voided_by=cast.intel
        )


def test_a_business_holds_twenty_numbers_at_most(cast: Cast) -> None:
    numbers(cast, 20)
    with pytest.raises(ValidationError, match="20 at most"):
        numbers(cast, 1)
    authorities_end(cast)
    with pytest.raises(ValidationError, match="not signed"):
        numbers_issue(by=cast.intel, member=cast.otherstore.member, count=1)


def test_who_served_it_cannot_confirm_it(cast: Cast) -> None:
    notice = serve(cast, numbers(cast)[0], arrest(cast))
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(
            confirmed_at=timezone.now(), confirmed_by=cast.store
        )
    assert notice.confirm_by is not None
    with pytest.raises(IntegrityError), transaction.atomic():  # nor after its hours
        Notice.objects.filter(pk=notice.pk).update(
            confirmed_at=notice.confirm_by + HOUR, confirmed_by=cast.intel
        )


@pytest.mark.django_db(transaction=True)
def test_two_with_one_number_at_once_serve_it_once() -> None:
    cast = make_cast()
    number, report = numbers(cast)[0], arrest(cast)
    refused = at_once(*[lambda: serve(cast, number, report)] * 6)
    assert len([each for each in refused if each is None]) == 1
    assert Notice.objects.count() == Subject.objects.count() == 1


def test_from_the_arrest_to_the_confirmation_on_the_pages(cast: Cast, client_of) -> None:
    intel, store = client_of("intel"), client_of("store")
    given = intel.post("/exclusions/numbers/", {"member": cast.store.member_id, "count": "3"})
    assert given.status_code == 302
    number = SpotNumber.objects.order_by("ref")[0]
    blank = store.get(f"/exclusions/numbers/{number.ref}/notice.pdf")
    assert blank["Content-Type"] == "application/pdf"
    assert (
        client_of("otherstore").get(f"/exclusions/numbers/{number.ref}/notice.pdf").status_code
        == 404
    )
    assert (
        "No arrest in the last three days" in store.get("/exclusions/on-the-spot/").content.decode()
    )
    report = arrest(cast)
    data = {
        "number": number.pk,
        "person": report.people.get().pk,
        "name": "Zoë O’Brien",
        "date_of_birth": "14/03/1990",
        "reason": "Arrested with goods.",
        "served_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        "method": "in_person",
        "served_by": "J. Patel",
        "premises": cast.shop.pk,
    }
    refused = store.post("/exclusions/on-the-spot/", data | {"date_of_birth": "14/03/2020"})
    assert (refused.status_code, "under 18" in refused.content.decode()) == (422, True)
    # The form knows minutes: served in the minute of the arrest is served after it.
    served = store.post("/exclusions/on-the-spot/", data)
    assert served.url == f"/exclusions/{number.ref}/"
    report.refresh_from_db()
    report_accept(by=cast.intel, report=report, revision=report.revision)
    page = f"/exclusions/{number.ref}/confirm/"
    assert intel.post(page, {"matters": "none"}).status_code == 422
    assert intel.post(page, {"matters": "none", "connected": "no"}).status_code == 302
    notice = Notice.objects.get()
    assert (notice.confirmed_by, notice.matters) == (cast.intel, "none")
    assert "Nothing to confirm" in intel.get(page).content.decode()


def test_a_child_on_record_is_not_excluded_on_the_spot_whatever_the_paper_says(cast: Cast) -> None:
    number, report = numbers(cast)[0], arrest(cast)
    born = dates.add_months(dates.today(), -12 * 16)
    child = factories.subject(cast.intel, name="A Child", date_of_birth=born)
    report.people.update(subject=child)
    with pytest.raises(ValidationError, match="under 18"):
        serve(cast, number, report)
    assert not Notice.objects.exists()


def test_found_out_to_be_a_child_it_cannot_be_confirmed(cast: Cast) -> None:
    report = arrest(cast)
    notice = serve(cast, numbers(cast)[0], report)
    report.refresh_from_db()
    report_accept(by=cast.intel, report=report, revision=report.revision)
    born = dates.add_months(dates.today(), -12 * 16)
    Subject.objects.filter(pk=notice.subject_id).update(date_of_birth=born)
    with pytest.raises(ValidationError, match="under 18 or may be"):
        notice_confirm(by=cast.intel, notice=notice, asked=Asked(young_reason="x"))
    assert Notice.objects.get().is_to_confirm


def test_unconfirmed_every_page_says_the_day_it_lapses(cast: Cast, client_of) -> None:
    subject = factories.published(cast.intel).subject
    report = arrest(cast)
    report.people.update(subject=subject)
    notice = serve(cast, numbers(cast)[0], report)
    lapses = dates.short_date(dates.london_date(timezone.now() + 72 * HOUR))
    ref = subject.ref
    paths = ("/gallery/", f"/gallery/{ref}/", f"/exclusions/{notice.ref}/", f"/subjects/{ref}/")
    for path in paths:
        who = "intel" if path.startswith("/subjects/") else "staff"
        page = client_of(who).get(path).content.decode()
        assert f"EXCLUDED until {lapses}" in page, path
    assert (
        f"until {dates.short_date(notice.ends_on)}"
        not in client_of("staff").get(f"/gallery/{ref}/").content.decode()
    )
