"""Merging while somebody else decides something about the same person."""

import datetime as dt
import threading
from functools import partial

from django.db import transaction

from common import dates
from exclusions.merging import subjects_merge
from incidents.services import PersonInput, involvement_to_subject, step_undo
from offenders.models import ProfileVersion, Subject
from offenders.services import profile_publish
from tests import factories
from tests.cast import make_cast
from tests.races import at_once, wait_until, waiters


def test_a_new_subject_is_taken_back_while_it_is_merged(transactional_db: None) -> None:
    cast = make_cast()
    kept = factories.subject(cast.intel, name="Kept Person", photo=False)
    seen = [PersonInput(description="limps", age_band="30-40")]
    report = factories.report(cast.staff, cast.shop, people=seen)
    made = involvement_to_subject(
        by=cast.intel, report=report, revision=1, involvement=report.people.get()
    )
    Subject.objects.filter(pk=made.pk).update(date_of_birth=dt.date(1990, 1, 1))
    made.refresh_from_db()
    draft = factories.draft(made, review_on=dates.today() + dt.timedelta(days=30))
    version = profile_publish(by=cast.intel, subject=made, revision=made.revision, draft=draft)
    report.refresh_from_db()
    held = threading.Event()

    def hold() -> None:  # what the merge comes to after it has locked both records
        with transaction.atomic():
            ProfileVersion.objects.select_for_update().get(pk=version.pk)
            held.set()
            wait_until(lambda: waiters() == 2)

    def merge() -> None:
        held.wait(20)
        made.refresh_from_db()
        revisions = (1, made.revision)
        say(kept=kept, gone=made, revisions=revisions)

    def undo() -> None:
        wait_until(lambda: waiters() == 1)
        step = report.steps.get()
        step_undo(by=cast.intel, report=report, revision=report.revision, step=step)

    say = partial(subjects_merge, by=cast.intel, fields={}, reason="Same tattoo.")
    refused = at_once(hold, merge, undo)
    assert refused[:2] == [None, None]
    assert refused[2] is not None  # worked on since: nothing is deleted
    assert report.people.get().subject == kept
