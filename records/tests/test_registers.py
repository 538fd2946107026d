"""Complaints within 30 days, data breaches within 72 hours, privacy notices given or withheld."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from common import dates
from records.ageing import answered_forget
from records.bodies.agreements import agreements
from records.bodies.services import body_save
from records.breaches.services import (
    BreachInput,
    breach_assess,
    breach_close,
    breach_people,
    breach_record,
    breach_regulator,
)
from records.complaints.services import (
    complaint_acknowledge,
    complaint_decide,
    complaint_step,
    complaint_tell,
)
from records.models import Complaint, DataBody, DataBreach
from records.privacy.services import PrivacyInput, privacy_record
from records.privacy.state import part, published, state_of
from records.requests.services import request_decide, request_tell
from records.tests.oracle import DAY
from tests import factories
from tests.cast import Cast

HOUR = dt.timedelta(hours=1)


def test_a_complaint_from_beginning_to_end(cast: Cast) -> None:
    with time_machine.travel(dt.datetime(2027, 3, 20, 12, tzinfo=dt.UTC), tick=False):
        row = factories.complaint(cast.intel)
        # Thirty days that begin with the day it came in.
        assert row.acknowledge_by == dt.date(2027, 4, 18)
        assert not Complaint.objects.get(pk=row.pk).is_late
    with time_machine.travel(dt.datetime(2027, 4, 19, 12, tzinfo=dt.UTC), tick=False):
        assert Complaint.objects.get(pk=row.pk).is_late
        today = dates.today()
        with pytest.raises(ValidationError, match="since it came in"):
            complaint_acknowledge(
                by=cast.intel, complaint=row, revision=row.revision, on=today + DAY
            )
        row = complaint_acknowledge(by=cast.intel, complaint=row, revision=row.revision, on=today)
        with pytest.raises(ValidationError, match="reasons"):
            complaint_decide(
                by=cast.intel, complaint=row, revision=row.revision, outcome="upheld", reasons=" "
            )
        row.refresh_from_db()
        row = complaint_decide(
            by=cast.intel, complaint=row, revision=row.revision, outcome="upheld", reasons="So."
        )
        with pytest.raises(ValidationError, match="decided already"):
            complaint_step(
                by=cast.intel, complaint=row, revision=row.revision, on=today, words="More."
            )
        complaint_tell(by=cast.intel, complaint=row, revision=row.revision, on=today)
    assert not Complaint.objects.open().exists()


def test_nothing_is_decided_that_was_not_looked_into(cast: Cast) -> None:
    row = factories.complaint(cast.intel)
    row.steps.all().delete()
    decide: Any = {"by": cast.intel, "complaint": row, "revision": row.revision, "reasons": "x"}
    with pytest.raises(ValidationError, match="look into it"):
        complaint_decide(**decide, outcome="not_upheld")
    assert complaint_decide(**decide, outcome="withdrawn").outcome == "withdrawn"


def test_the_clock_of_72_hours_begins_when_the_scheme_knows(cast: Cast) -> None:
    # Over the night the clocks go forward: hours are hours.
    aware = dt.datetime(2027, 3, 27, 9, tzinfo=dt.UTC)
    with time_machine.travel(aware + HOUR, tick=False):
        row = factories.data_breach(cast.intel, hours=1)
        assert row.tell_by == aware + 72 * HOUR
        assert row.hours_left == 71
    with time_machine.travel(aware + 72 * HOUR + dt.timedelta(seconds=1), tick=False):
        assert row.is_late
        tell: Any = {"by": cast.intel, "breach": row, "revision": 1, "told_at": timezone.now()}
        with pytest.raises(ValidationError, match="after the 72 hours"):
            breach_regulator(**tell)
        row = breach_regulator(**tell, late_because="It was a Sunday.", regulator_ref="IC-1")
    assert not row.is_late
    assert row.late_because


def test_told_in_time_needs_no_excuse(cast: Cast) -> None:
    row = factories.data_breach(cast.intel, hours=71)
    told = breach_regulator(
        by=cast.intel, breach=row, revision=1, told_at=timezone.now(), late_because="x"
    )
    assert told.late_because == ""
    with pytest.raises(ValidationError, match="told already"):
        breach_regulator(by=cast.intel, breach=told, revision=2, told_at=timezone.now())


@pytest.mark.parametrize("says", [{}, {"told_at": True, "not_because": "x"}, {"told_at": "later"}])
def test_the_regulator_is_told_or_it_is_said_why_not(cast: Cast, says: dict[str, Any]) -> None:
    row = factories.data_breach(cast.intel)
    now = timezone.now()
    told_at = {True: now, "later": now + HOUR, None: None}[says.get("told_at")]
    with pytest.raises(ValidationError):
        breach_regulator(by=cast.intel, breach=row, revision=1, **says | {"told_at": told_at})


def test_a_high_risk_is_never_kept_from_the_regulator(cast: Cast) -> None:
    row = factories.data_breach(cast.intel, risk="unlikely")
    row = breach_regulator(
        by=cast.intel, breach=row, revision=1, told_at=None, not_because="No risk."
    )
    row = breach_people(
        by=cast.intel, breach=row, revision=row.revision, told_on=None, not_because="No risk."
    )
    worse = BreachInput("Found on a website.", "Photos", "Subjects", risk="high")
    row = breach_assess(by=cast.intel, breach=row, revision=row.revision, data=worse)
    assert row.risk == "high"
    assert row.needs_regulator  # why not was said of a lower risk
    assert row.needs_people
    row = breach_regulator(by=cast.intel, breach=row, revision=row.revision, told_at=timezone.now())
    assert not row.needs_regulator
    with pytest.raises(IntegrityError), transaction.atomic():
        DataBreach.objects.filter(pk=row.pk).update(regulator_at=None, regulator_not="x")


@pytest.mark.parametrize("risk", ["unknown", "risk", "high"])
def test_it_stays_with_the_scheme_only_where_a_risk_is_unlikely(cast: Cast, risk: str) -> None:
    row = factories.data_breach(cast.intel, risk=risk)
    with pytest.raises(ValidationError, match="Only where a risk to people is unlikely"):
        breach_regulator(by=cast.intel, breach=row, revision=1, told_at=None, not_because="No.")
    assert row.needs_regulator


def test_none_is_closed_half_told(cast: Cast) -> None:
    row = factories.data_breach(cast.intel)
    with pytest.raises(ValidationError, match="Before it is closed"):
        breach_close(by=cast.intel, breach=row, revision=1, lessons="More care.")
    known = BreachInput("x", "x", "x", risk="unlikely", measures="Locked.")
    row = breach_assess(by=cast.intel, breach=row, revision=1, data=known)
    row = breach_regulator(
        by=cast.intel, breach=row, revision=row.revision, told_at=None, not_because="No risk."
    )
    with pytest.raises(ValidationError, match="how, and what"):
        breach_people(by=cast.intel, breach=row, revision=row.revision, told_on=dates.today())
    row.refresh_from_db()
    row = breach_people(
        by=cast.intel, breach=row, revision=row.revision, told_on=None, not_because="No high risk."
    )
    row = breach_close(by=cast.intel, breach=row, revision=row.revision, lessons="More care.")
    assert not row.is_open
    with pytest.raises(ValidationError, match="closed"):
        breach_assess(by=cast.intel, breach=row, revision=row.revision, data=known)


def test_a_breach_sent_twice_is_one(cast: Cast) -> None:
    key, now = uuid.uuid4(), timezone.now()
    data = BreachInput("x", "x", "x")
    rows = [breach_record(by=cast.intel, client_id=key, aware_at=now, data=data) for _ in range(2)]
    assert rows[0] == rows[1]
    with pytest.raises(ValidationError, match="future"):
        breach_record(by=cast.intel, client_id=uuid.uuid4(), aware_at=now + HOUR, data=data)


def test_a_served_notice_tells_by_itself(cast: Cast) -> None:
    told = factories.published(cast.intel, name="Ann Told").subject
    factories.served_notice(cast.intel, cast.staff, cast.shop, told)
    untold = factories.published(cast.intel, name="Ben Untold").subject
    warned = factories.published(cast.intel, name="Cat Warned").subject
    factories.given_warning(cast.intel, cast.staff, cast.shop, warned)
    factories.published(cast.intel, status="id_sought", name="", date_of_birth=None, age_low=30)

    def refs(show: str) -> list[str]:
        return [row.ref for row in part(published(), show).order_by("pk")]

    assert refs("told") == [told.ref, warned.ref]
    assert refs("decide") == [untold.ref]
    factories.withheld_privacy(cast.intel, untold)
    assert (refs("decide"), refs("withheld"), refs("due")) == ([], [untold.ref], [])
    with time_machine.travel(timezone.now() + 30 * DAY, tick=False):
        assert refs("due") == [untold.ref]
        given = PrivacyInput(given_on=dates.today(), given_how="post")
        privacy_record(by=cast.intel, subject=untold, data=given)
        assert refs("due") == []
        assert state_of(published().get(pk=untold.pk)).told_on == dates.today()


@pytest.mark.parametrize(
    "data",
    [
        PrivacyInput(),
        PrivacyInput(given_on=dt.date(2026, 1, 1)),
        PrivacyInput(withheld="prejudice", words="x"),
        PrivacyInput(withheld="prejudice", review_on=dt.date(2026, 4, 1)),
        PrivacyInput(withheld="prejudice", words="x", review_on=dt.date(2026, 10, 1)),
        PrivacyInput(given_on=dt.date(2026, 3, 15), given_how="post"),
        PrivacyInput(dt.date(2026, 1, 1), "post", "prejudice", "x", dt.date(2026, 4, 1)),
    ],
)
def test_given_or_withheld_whole(cast: Cast, data: PrivacyInput) -> None:
    who = factories.subject(cast.intel, photo=False)
    with (
        time_machine.travel(dt.datetime(2026, 3, 14, 12, tzinfo=dt.UTC), tick=False),
        pytest.raises(ValidationError),
    ):
        privacy_record(by=cast.intel, subject=who, data=data)


def test_the_queue_says_what_is_due_and_the_page_what_is_open(
    cast: Cast, client_of: Callable[[str], Any]
) -> None:
    who = factories.published(cast.intel).subject
    request = factories.rights_request(cast.intel, who)
    complaint = factories.complaint(cast.intel, who.ref)
    breach = factories.data_breach(cast.intel, hours=80)
    page = client_of("intel").get("/queue/").content.decode()
    for said in (request.ref, complaint.ref, breach.ref, "Past 72 hours"):
        assert said in page
    page = client_of("intel").get("/records/").content.decode()
    assert page.count("1 open") == 4  # and the one who is neither told nor withheld


def test_every_register_is_a_file(cast: Cast, client_of: Callable[[str], Any]) -> None:
    who = factories.published(cast.intel).subject
    row = factories.rights_request(cast.intel, who)
    complaint = factories.complaint(cast.intel, who.ref, complainant="=cmd()")
    client = client_of("intel")
    for name, ref in (("requests", row.ref), ("complaints", complaint.ref), ("privacy", who.ref)):
        answer = client.get(f"/records/files/{name}.csv")
        assert ref in answer.content.decode(), name
        assert answer["Content-Disposition"].startswith("attachment")
    for role in ("staff", "store", "police", "board", "admin"):
        assert client_of(role).get("/records/files/requests.csv").status_code == 404


def test_a_processor_needs_a_contract_and_is_looked_at_again(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="needs a contract"):
        factories.data_body(cast.intel, contract=" ")
    with pytest.raises(ValidationError, match="ends before"):
        factories.data_body(cast.intel, ends_on=dates.today() - DAY)
    row = factories.data_body(cast.intel)
    assert not DataBody.objects.due().exists()
    with time_machine.travel(timezone.now() + 366 * DAY, tick=False):
        assert DataBody.objects.due().get() == row
    with pytest.raises(ValidationError, match="changed this"):
        body_save(by=cast.intel, body=row, revision=9, fields={"place": "Leeds"})
    assert body_save(by=cast.intel, body=row, revision=1, fields={"place": "Leeds"}).revision == 2


def test_a_registration_is_said_to_end_six_weeks_before(
    cast: Cast, client_of: Callable[[str], Any]
) -> None:
    until = dates.today() + 43 * DAY
    with pytest.raises(ValidationError, match="with its last day"):
        factories.data_body(cast.intel, registration="ZA123456")
    row = factories.data_body(cast.intel, registration="ZA123456", registered_until=until)
    client = client_of("intel")
    assert "ZA123456" in client.get("/records/files/bodies.csv").content.decode()
    for after, said in ((0, ""), (1, "Registration ends soon"), (44, "Registration is over")):
        with time_machine.travel(timezone.now() + after * DAY, tick=False):
            assert DataBody.objects.due().exists() == bool(said)
            assert (row.registration_state != "") == bool(said)
            if said:
                client = client_of("intel")
                assert said in client.get("/records/bodies/").content.decode()
                assert (
                    "1 controller or processor to look at" in client.get("/queue/").content.decode()
                )


def test_agreements_say_how_many_accepted(cast: Cast, client_of: Callable[[str], Any]) -> None:
    factories.share(cast.intel, "D-0001")
    assert agreements()[0].accepted == len(cast.users)
    page = client_of("intel").get("/records/agreements/").content.decode()
    assert f"{len(cast.users)} of {len(cast.users)}" in page
    assert "None named" in page


def test_pages_send_what_their_forms_need(cast: Cast, client_of: Callable[[str], Any]) -> None:
    """What a browser would send from the page as it is drawn: the hidden fields are in it."""
    client = client_of("intel")
    who = factories.published(cast.intel).subject
    row, body = factories.complaint(cast.intel), factories.data_body(cast.intel)
    for path, names in (
        ("/records/bodies/new/", ["revision"]),
        (f"/records/bodies/{body.pk}/", ["revision"]),
        ("/records/complaints/new/", ["client_id"]),
        ("/records/data-breaches/new/", ["client_id"]),
        ("/records/access/new/", ["client_id"]),
        (f"/subjects/{who.ref}/request/", ["client_id"]),
        (f"/records/complaints/{row.ref}/", ["step", "looked-revision", "decide-revision"]),
    ):
        page = client.get(path).content.decode()
        for name in names:
            assert f'name="{name}"' in page, (path, name)
    refused = client.post(f"/subjects/{who.ref}/privacy/", {"what": ""}).content.decode()
    assert "Not saved yet. Please check:" in refused


def test_what_was_answered_long_ago_is_forgotten(cast: Cast) -> None:
    row = factories.complaint(cast.intel)
    row = complaint_decide(
        by=cast.intel, complaint=row, revision=row.revision, outcome="upheld", reasons="So."
    )
    complaint_tell(by=cast.intel, complaint=row, revision=row.revision, on=dates.today())
    who = factories.subject(cast.intel, photo=False)
    stands = factories.granted_request(cast.intel, who)
    request_tell(
        by=cast.intel, request=stands, revision=stands.revision, on=dates.today(), how="post"
    )
    told = factories.rights_request(cast.intel, who, kind="erasure")
    told = request_decide(
        by=cast.intel, request=told, revision=1, decision="refused", reasons="No."
    )
    request_tell(by=cast.intel, request=told, revision=told.revision, on=dates.today(), how="post")
    open_one = factories.complaint(cast.intel)
    with time_machine.travel(timezone.now() + 729 * DAY, tick=False):
        assert answered_forget() == 0
    with time_machine.travel(timezone.now() + 733 * DAY, tick=False):
        assert answered_forget() == 2
        assert answered_forget() == 0
    for each in (row, told, stands, open_one):
        each.refresh_from_db()
    assert "Ann Lee" not in row.complainant
    assert not row.steps.exists()
    assert (row.outcome, told.decision, told.asker) == ("upheld", "refused", "")
    assert stands.asker
    assert open_one.words


def test_a_complaint_names_only_records_that_there_are(
    cast: Cast, client_of: Callable[[str], Any]
) -> None:
    data = {
        "client_id": str(uuid.uuid4()), "about": "data", "complainant": "Ann Lee",
        "received_on": dates.today().isoformat(), "received_how": "email", "words": "No.",
    }  # fmt: skip
    for refs, said in (("D-9999", "There is no record"), ("Kevin", "No reference")):
        answer = client_of("intel").post("/records/complaints/new/", data | {"subject_refs": refs})
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert not Complaint.objects.exists()
