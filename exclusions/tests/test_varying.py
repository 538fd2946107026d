"""Varying a notice only eases it: sooner at an end, or something allowed all the same."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from audit.models import Event
from common import dates
from exclusions.models import Notice, NoticeVariation
from exclusions.services import Variation, notice_vary
from tests import factories
from tests.cast import Cast
from tests.pdfs import text_of

DAY = dt.timedelta(days=1)
BOARD = {"authority": "The Board, 3 May", "reason": "Her medicine."}


@pytest.fixture
def notice(cast: Cast) -> Notice:
    subject = factories.published(cast.intel).subject
    return factories.served_notice(cast.intel, cast.staff, cast.shop, subject)


def test_it_ends_sooner_for_everybody(cast: Cast, client_of, notice: Notice) -> None:
    sooner = dates.today() + 30 * DAY
    notice_vary(by=cast.intel, notice=notice, variation=Variation(**BOARD, ends_on=sooner))
    assert Notice.objects.in_force(on=sooner).exists()
    assert not Notice.objects.in_force(on=sooner + DAY).exists()
    page = client_of("other").get(f"/exclusions/{notice.ref}/").content.decode()
    assert dates.short_date(sooner) in page
    assert "Her medicine" not in page
    row = NoticeVariation.objects.get()
    assert (row.ends_before, row.ends_on) == (notice.ends_on, sooner)
    assert Event.objects.filter(action="exclusions.notice.varied").count() == 1


def test_never_longer_nor_into_the_past(cast: Cast, notice: Notice) -> None:
    assert notice.ends_on is not None
    for day in (notice.ends_on, notice.ends_on + DAY, dates.today() - DAY):
        with pytest.raises(ValidationError, match="before the last day"):
            notice_vary(by=cast.intel, notice=notice, variation=Variation(**BOARD, ends_on=day))
    with pytest.raises(ValidationError, match="earlier last day, or say what"):
        notice_vary(by=cast.intel, notice=notice, variation=Variation(**BOARD, allowed=" "))
    assert not NoticeVariation.objects.exists()
    with pytest.raises(IntegrityError, match="variation_only_sooner"), transaction.atomic():
        NoticeVariation.objects.create(
            notice=notice, made_at=timezone.now(), made_by=cast.intel, authority="x", reason="x",
            ends_before=notice.ends_on, ends_on=notice.ends_on + DAY,
        )  # fmt: skip


def test_what_is_allowed_is_read_by_staff_and_stands_on_the_paper(
    cast: Cast, client_of, notice: Notice
) -> None:
    intel, path = client_of("intel"), f"/exclusions/{notice.ref}/vary/"
    assert intel.post(path, {"allowed": "x"}).status_code == 422
    words = "The pharmacy in The Orchards, weekdays before noon."
    assert intel.post(path, BOARD | {"allowed": words}).status_code == 302
    assert words in client_of("staff").get(f"/exclusions/{notice.ref}/").content.decode()
    assert words in text_of(intel.get(f"/exclusions/{notice.ref}/notice.pdf").content)
    with pytest.raises(DatabaseError), transaction.atomic():
        NoticeVariation.objects.update(allowed="Everything")


def test_only_in_force(cast: Cast) -> None:
    subject = factories.subject(cast.intel, name="A Bee")
    waiting = factories.raised_notice(cast.intel, cast.staff, cast.shop, subject)
    with pytest.raises(ValidationError, match="Only a notice in force"):
        notice_vary(by=cast.intel, notice=waiting, variation=Variation(**BOARD, allowed="x"))
