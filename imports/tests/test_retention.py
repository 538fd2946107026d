"""What an import knew of somebody who is deleted by the rules of retention, it knows no more."""

import datetime as dt

from django.utils import timezone

from common import dates
from imports.models import ImportedRow
from offenders.models import Subject
from records.retention.deleting import subject_delete
from tests import factories
from tests.cast import Cast


def test_a_deleted_subject_is_forgotten_by_the_import_too(cast: Cast) -> None:
    run = factories.import_run(cast.intel, bad=False)
    who = factories.subject(cast.intel, name="Long Gone", photo=False)
    row = ImportedRow.objects.create(
        run=run, number=9, kind="subjects", source="Old system", key="KM-17", is_made=True,
        cells={"name": "0f3a"}, object_id=who.pk, made=[["offenders.subject", who.pk, "0f3a"]],
    )  # fmt: skip
    Subject.objects.filter(pk=who.pk).update(created_at=timezone.now() - dt.timedelta(days=500))
    subject_delete(who.pk, on=dates.today())
    row.refresh_from_db()
    assert (row.key, row.cells, row.made) == ("", {}, [])
    assert row.undone_at
