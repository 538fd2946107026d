"""What is asked before somebody is excluded, and kept with the notice."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from common import dates
from exclusions.models import Notice
from exclusions.services import Asked, notice_raise
from offenders.models import Subject
from tests import factories
from tests.cast import Cast

YOUNG = {
    "young_reason": "Three robberies in a month.",
    "young_guardian": "Mother, 3 May, by letter.",
    "young_safeguarding": "Children's services, 3 May: no objection.",
}


def raised(cast: Cast, subject: Subject, **asked: str) -> Notice:
    incident = factories.accepted_incident(cast.intel, cast.staff, cast.shop, subject)
    return notice_raise(
        by=cast.intel, subject=subject, reports=[incident], reason="x", asked=Asked(**asked)
    )


def test_a_pending_matter_needs_who_was_asked(cast: Cast) -> None:
    subject = factories.subject(cast.intel, name="A Bee")
    with pytest.raises(ValidationError, match="who was asked"):
        raised(cast, subject, matters="pending")
    with pytest.raises(ValidationError, match="matter is pending"):
        raised(cast, subject, matters="perhaps")
    notice = raised(cast, subject, matters="pending", matters_words="PC Cole: go on.")
    assert (notice.matters, notice.matters_words) == ("pending", "PC Cole: go on.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(matters_words="PC Cole: please wait.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(conflict="Neighbour")


@pytest.mark.parametrize("years", [15, 17])
def test_a_child_needs_all_three(cast: Cast, years: int) -> None:
    born = dates.add_months(dates.today(), -12 * years)
    subject = factories.subject(cast.intel, name="A Bee", date_of_birth=born)
    for missing in YOUNG:
        with pytest.raises(ValidationError) as refused:
            raised(cast, subject, **YOUNG | {missing: " "})
        assert list(refused.value.error_dict) == [missing]
    notice = raised(cast, subject, **YOUNG)
    assert notice.young_guardian == YOUNG["young_guardian"]
    with pytest.raises(DatabaseError), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(young_guardian="")


def test_an_estimate_near_18_counts_as_one(cast: Cast) -> None:
    subject = factories.subject(
        cast.intel, name="A Bee", date_of_birth=None, age_low=18, age_high=24
    )
    with pytest.raises(ValidationError, match="safeguarding"):
        raised(cast, subject)


def test_of_an_adult_nothing_of_it_is_kept(cast: Cast) -> None:
    notice = raised(cast, factories.subject(cast.intel, name="A Bee"), **YOUNG)
    assert notice.young_reason == notice.young_guardian == notice.young_safeguarding == ""


def test_the_database_wants_all_three_or_none(cast: Cast) -> None:
    notice = raised(cast, factories.subject(cast.intel, name="A Bee"))
    notice.pk, notice.ref, notice.young_reason = None, "EXC-2026-9999", "x"
    notice.subject = factories.subject(cast.intel, name="C Dee")
    with pytest.raises(IntegrityError, match="notice_young_whole"), transaction.atomic():
        notice.save()


def test_the_form_asks(cast: Cast, client_of) -> None:
    born = dates.add_months(dates.today(), -12 * 16)
    child = factories.subject(cast.intel, name="A Bee", date_of_birth=born)
    incident = factories.accepted_incident(cast.intel, cast.staff, cast.shop, child)
    intel, path = client_of("intel"), f"/subjects/{child.ref}/exclude/"
    data = {"grounds": incident.pk, "reason": "Arrested."}
    page = intel.post(path, data)
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"matters", "connected", *YOUNG}
    answers = {"matters": "pending", "connected": "yes"}
    page = intel.post(path, data | YOUNG | answers)
    assert set(page.context["form"].errors) == {"matters_words", "conflict"}
    words = {"matters_words": "PC Cole, today: go on.", "conflict": "Cousin; Mrs Ash agreed."}
    assert intel.post(path, data | YOUNG | answers | words).status_code == 302
    notice = Notice.objects.get()
    assert (notice.conflict, notice.matters) == ("Cousin; Mrs Ash agreed.", "pending")
    seen = intel.get(f"/exclusions/{notice.ref}/").content.decode()
    for text in (*words.values(), "Three robberies in a month."):
        assert text in seen
    store = client_of("store").get(f"/exclusions/{notice.ref}/").content.decode()
    assert "Cousin" not in store
    assert "robberies" not in store
