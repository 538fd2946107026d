"""A breach is derived; what was done about it is recorded, and what wasn't waits in the queue."""

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from audit.models import Event
from exclusions.models import BreachStep
from exclusions.querysets import breaches_waiting
from exclusions.services import breach_step_add
from incidents.models import Report
from incidents.services import PersonInput, report_accept, report_reject
from tests import factories
from tests.cast import Cast


def broken(cast: Cast) -> tuple[object, Report]:
    """Return a notice in force and a sighting that breaks it, not reviewed yet."""
    version = factories.published(cast.intel)
    notice = factories.served_notice(
        cast.intel, cast.staff, cast.shop, version.subject, ago=dt.timedelta(days=9)
    )
    seen = [PersonInput(subject=version.subject)]
    return notice, factories.report(cast.other, cast.pub, people=seen)


def test_it_waits_until_a_step_is_taken(cast: Cast, client_of) -> None:
    notice, report = broken(cast)
    intel, path = client_of("intel"), f"/exclusions/{notice.ref}/breaches/{report.ref}/"
    assert not breaches_waiting().exists()  # its review comes first
    report_accept(by=cast.intel, report=report, revision=1)
    assert f'href="{path}"' in intel.get("/queue/").content.decode()
    form = intel.get(path).context["form"]
    data = {"client_id": form["client_id"].value(), "words": "CAD 123 of today"}
    assert intel.post(path, data).status_code == 422
    for _ in range(2):  # a double click
        assert intel.post(path, data | {"kind": "told_police"}).status_code == 302
    step = BreachStep.objects.get()
    assert (step.kind, step.taken_by, step.report) == ("told_police", cast.intel, report)
    assert f'href="{path}"' not in intel.get("/queue/").content.decode()
    assert "Told the police" in intel.get(f"/exclusions/{notice.ref}/").content.decode()
    assert Event.objects.filter(action="exclusions.breach.step").count() == 1
    assert "CAD 123" in intel.get(path).content.decode()
    for change in (lambda: BreachStep.objects.update(words="x"), BreachStep.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_only_of_a_breach(cast: Cast, client_of) -> None:
    notice, report = broken(cast)
    report_reject(by=cast.intel, report=report, revision=1, reason="Not them.")
    with pytest.raises(ValidationError, match="no breach"):
        breach_step_add(
            by=cast.intel, notice=notice, report=report, kind="evidence", words="",
            client_id=uuid.uuid4(),
        )  # fmt: skip
    intel = client_of("intel")
    for ref in (report.ref, "SIG-2026-99999", "x"):
        assert intel.get(f"/exclusions/{notice.ref}/breaches/{ref}/").status_code == 404
