"""Attempts to serve a notice: kept as proof, shown to those who serve, changing nothing else."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from audit.models import Event
from exclusions.models import Notice, ServiceAttempt
from exclusions.services import Attempt, attempt_record
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def notice(cast: Cast) -> Notice:
    subject = factories.published(cast.intel).subject
    return factories.raised_notice(cast.intel, cast.staff, cast.shop, subject)


def attempt(**fields: Any) -> Attempt:
    values = {
        "attempted_at": timezone.now(),
        "place": "12 Hythe Street",
        "attempted_by": "PC Amy Cole",
        "outcome": "Nobody came to the door.",
    }
    return Attempt(**values | fields)


def test_the_store_records_it_once_and_the_queue_counts(cast: Cast, client_of, notice) -> None:
    store, path = client_of("store"), f"/exclusions/{notice.ref}/attempt/"
    form = store.get(path).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    data["attempted_at"] = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    assert store.post(path, data).status_code == 422
    data |= {"place": "12 Hythe Street", "outcome": "Nobody came to the door."}
    for _ in range(2):  # a double click
        assert store.post(path, data).status_code == 302
    row = ServiceAttempt.objects.get()
    assert (row.recorded_by, row.attempted_by) == (cast.store, cast.store.name)
    for who in ("store", "intel"):
        page = client_of(who).get(f"/exclusions/{notice.ref}/").content.decode()
        assert "Nobody came to the door." in page
    assert "1 attempt failed." in client_of("intel").get("/queue/").content.decode()
    notice.refresh_from_db()
    assert notice.state == "to_serve"
    assert Event.objects.filter(action="exclusions.notice.attempted").count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"attempted_at": HOUR}, "in the future"), ({"attempted_at": -HOUR}, "before the notice")],
)
def test_a_time_that_can_not_be_is_refused(cast: Cast, notice, fields, words: str) -> None:
    moment = timezone.now() + fields["attempted_at"]
    with pytest.raises(ValidationError, match=words):
        attempt_record(
            by=cast.intel,
            notice=notice,
            attempt=attempt(attempted_at=moment),
            client_id=uuid.uuid4(),
        )
    assert not ServiceAttempt.objects.exists()


def test_nobody_else_records_one_nor_sees_where(cast: Cast, client_of, notice) -> None:
    with pytest.raises(PermissionDenied):
        attempt_record(by=cast.otherstore, notice=notice, attempt=attempt(), client_id=uuid.uuid4())
    attempt_record(by=cast.intel, notice=notice, attempt=attempt(), client_id=uuid.uuid4())
    served = factories.served_notice(
        cast.intel, cast.staff, cast.shop, factories.published(cast.intel, name="Al Dene").subject
    )
    with pytest.raises(ValidationError, match="served or revoked"):
        attempt_record(by=cast.intel, notice=served, attempt=attempt(), client_id=uuid.uuid4())
    for who in ("staff", "other", "otherstore", "police"):
        for path in (f"/exclusions/{notice.ref}/", f"/exclusions/{served.ref}/"):
            assert "Hythe Street" not in client_of(who).get(path).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_same_form_many_times_at_once_is_one_attempt() -> None:
    cast = make_cast()
    subject = factories.published(cast.intel).subject
    notice = factories.raised_notice(cast.intel, cast.staff, cast.shop, subject)
    form, tried = uuid.uuid4(), attempt()

    def send() -> ServiceAttempt:
        return attempt_record(by=cast.store, notice=notice, attempt=tried, client_id=form)

    assert at_once(*[send] * 8) == [None] * 8
    assert ServiceAttempt.objects.count() == 1
