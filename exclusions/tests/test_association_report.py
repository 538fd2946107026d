"""An association that somebody noted points to the report that it comes from."""

import pytest
from django.db import IntegrityError, transaction

from incidents.services import PersonInput
from offenders.models import Association
from tests import factories
from tests.cast import Cast


def test_it_points_to_a_report_that_is_on_record(cast: Cast, client_of) -> None:
    one, two = (factories.subject(cast.intel, name=name) for name in ("A Bee", "C Dee"))
    seen = [PersonInput(subject=one)]
    report = factories.report(cast.intel, cast.shop, type=factories.incident_type(), people=seen)
    others = factories.report(cast.staff, cast.shop, type=factories.incident_type())
    intel, path = client_of("intel"), f"/subjects/{one.ref}/add/associates/"
    data = {"other": two.ref, "words": "Cousins", "source": "Seen together"}
    for typed, words in (
        ("INC-2020-99999", "No report has this"),
        ("a hunch", "such as INC-2026"),
        (others.ref, "names neither"),
    ):
        answer = intel.post(path, data | {"report": typed})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not Association.objects.exists()
    assert intel.post(path, data | {"report": report.ref.lower()}).status_code == 302
    row = Association.objects.get()
    assert row.report_ref == report.ref
    for page in (f"/subjects/{one.ref}/", f"/subjects/{two.ref}/network/"):
        assert f'<a href="/reports/{report.ref}/">' in intel.get(page).content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        Association.objects.update(report_ref="a hunch")


def test_it_needs_no_report(cast: Cast, client_of) -> None:
    one, two = (factories.subject(cast.intel, name=name) for name in ("A Bee", "C Dee"))
    data = {"other": two.ref, "words": "Cousins", "source": "Police"}
    answer = client_of("intel").post(f"/subjects/{one.ref}/add/associates/", data)
    assert answer.status_code == 302
    assert Association.objects.get().report_ref == ""
