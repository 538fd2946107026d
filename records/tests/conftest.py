"""What tests of subject access share."""

from typing import Any

import pytest

from common.variants import make_waiting_variants
from incidents.models import Attachment
from incidents.services import PersonInput, report_accept
from offenders.models import Photo
from tests import factories
from tests.cast import Cast


@pytest.fixture
def story(cast: Cast) -> dict[str, Any]:
    """A subject about whom there is something of nearly every kind."""
    version = factories.published(cast.intel, name="Kevin Marsh", aliases=["Kez"])
    who = version.subject
    other = factories.published(cast.intel, name="Zoltan Quillfeather").subject
    people = [PersonInput(subject=who), PersonInput(subject=other)]
    report = factories.report(
        cast.staff, cast.shop, type=factories.incident_type(), people=people,
        words="Kevin Marsh and Zoltan Quillfeather ran. Staff Person saw it all.",
        files=[factories.upload()],
    )  # fmt: skip
    report_accept(by=cast.intel, report=report, revision=1)
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, who)
    given = factories.intelligence(cast.staff, text="Kevin Marsh sells at the station.",
                                   source_words="My cousin Wilhelmina told me")  # fmt: skip
    given.subjects.add(who)
    share = factories.share(cast.intel, who.ref)
    for waiting in (Photo, Attachment):
        make_waiting_variants(waiting.objects.all())
    return {"who": who, "other": other, "report": report, "notice": notice, "given": given,
            "share": share}  # fmt: skip
