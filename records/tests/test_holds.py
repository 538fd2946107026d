"""Holds have an owner, a reason, a review day and an end."""

import uuid
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from common import dates
from offenders.models import Subject
from records.models import RetentionHold
from records.retention.clocks import clocks_of
from records.retention.holds import (
    HoldInput,
    ceiling_of,
    hold_end,
    hold_place,
    hold_renew,
    holds_due,
)
from records.retention.nightly import night_run
from records.tests.oracle import DAY
from records.tests.test_clocks import BEGIN
from tests import factories
from tests.cast import Cast


def held(cast: Cast, subject: Subject, days: int = 180, **fields: Any) -> RetentionHold:
    values: dict[str, Any] = {
        "owner": cast.intel, "reason": "court", "words": "Claim at the county court.",
        "review_on": dates.today() + days * DAY,
    } | fields  # fmt: skip
    return hold_place(
        by=cast.intel, subject=subject, client_id=uuid.uuid4(), data=HoldInput(**values)
    )


@pytest.mark.parametrize("days", [0, -1, 190])
def test_a_review_is_within_half_a_year(cast: Cast, days: int) -> None:
    who = factories.subject(cast.intel, photo=False)
    with pytest.raises(ValidationError, match="Choose a day"):
        held(cast, who, days)


def test_a_form_sent_twice_is_one_hold(cast: Cast, client_of: Any) -> None:
    who = factories.subject(cast.intel, photo=False)
    data = {
        "client_id": str(uuid.uuid4()), "reason": "police", "words": "DC Hill asked.",
        "owner": cast.intel.pk, "review_on": (dates.today() + 30 * DAY).isoformat(),
    }  # fmt: skip
    for _ in range(2):
        assert client_of("intel").post(f"/subjects/{who.ref}/hold/", data).status_code == 302
    assert who.holds.count() == 1
    with pytest.raises(ValidationError, match="held already"):
        held(cast, who)


def test_what_is_held_stays_and_goes_once_it_is_ended(cast: Cast) -> None:
    with time_machine.travel(BEGIN, tick=False) as clock:
        who = factories.subject(cast.intel, name="Held", photo=False)
        clock.shift(300 * DAY)
        hold = held(cast, who, 150)
        clock.shift(100 * DAY)
        item = night_run().items.get()
        assert item.state == "skipped"
        assert item.words.startswith("Held; the hold is reviewed by")
        hold_end(by=cast.intel, hold=hold, revision=1, reason="Settled out of court.")
        clock.shift(DAY)
        assert night_run().items.get().state == "deleted"


def test_a_hold_that_nobody_looks_at_again_ends_by_itself(cast: Cast) -> None:
    with time_machine.travel(BEGIN, tick=False) as clock:
        who = factories.subject(cast.intel, name="Forgotten", photo=False)
        held(cast, who, 180)
        clock.shift(180 * DAY)
        assert [row.subject_id for row in holds_due()] == [who.pk]
        assert clocks_of([who.pk])[who.pk].is_blocked
        clock.shift(31 * DAY)
        assert not clocks_of([who.pk])[who.pk].is_blocked


def test_each_renewal_needs_words_of_its_own_and_past_the_ceiling_the_board(cast: Cast) -> None:
    with time_machine.travel(BEGIN, tick=False) as clock:
        who = factories.subject(cast.intel, photo=False)
        hold = held(cast, who, 180)

        def renew(words: str, **more: str) -> RetentionHold:
            hold.refresh_from_db()
            day = dates.today() + 180 * DAY
            return hold_renew(
                by=cast.intel, hold=hold, revision=hold.revision, review_on=day, words=words, **more
            )

        with pytest.raises(ValidationError, match="Say why it goes on"):
            renew("Claim at the county court.")
        renews = 0
        while dates.today() + 180 * DAY <= ceiling_of(hold):
            renew(f"Still open, {renews}.")
            renews += 1
            clock.shift(150 * DAY)
        with pytest.raises(ValidationError, match="only the Board"):
            renew("Still open at last.")
        renew("Still open at last.", board_reason="3 March: the appeal is listed for May.")
        assert hold.renewals.count() == renews + 1


def test_a_form_of_before_is_refused(cast: Cast, client_of: Any) -> None:
    who = factories.subject(cast.intel, photo=False)
    hold = held(cast, who)
    review = (dates.today() + 90 * DAY).isoformat()
    data = {"revision": 1, "words": "On.", "review_on": review}
    page = f"/records/holds/{hold.pk}/"
    assert client_of("intel").post(page, data).status_code == 302
    assert client_of("intel").post(page, data | {"words": "Again."}).status_code == 422
    end = {"revision": 2, "reason": "Over.", "end": "1"}
    assert client_of("intel").post(page, end).status_code == 302
    hold.refresh_from_db()
    assert (hold.ended_reason, hold.ended_by) == ("Over.", cast.intel)
    assert hold.ended_at
    assert hold.ended_at <= timezone.now()
