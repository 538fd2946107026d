"""The working record: warnings, vehicles, court facts, associates, age, and becoming known."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, transaction

from audit.models import Event
from common import dates
from offenders.models import AgeOverride, Association, Recognition, Subject, Vehicle
from offenders.publication import prohibited_words
from offenders.services import profile_publish, recognition_give, subject_identify
from offenders.services import record as parts
from tests import factories
from tests.cast import Cast


def soon() -> dt.date:
    return dates.today() + dt.timedelta(days=30)


def warn(cast: Cast, subject: Subject, **changed) -> None:
    values = {"marker": "violence", "reason": "Pushed staff.", "review_on": soon()} | changed
    parts.warning_add(by=cast.intel, subject=subject, **values)


def test_a_warning_needs_a_reason_and_a_review_day_within_a_year(cast: Cast) -> None:
    subject = factories.subject(cast.intel)
    for wrong in (
        {"reason": " "},
        {"review_on": dates.today()},
        {"review_on": soon().replace(year=2040)},
    ):
        with pytest.raises(ValidationError):
            warn(cast, subject, **wrong)
    warn(cast, subject)
    with pytest.raises(ValidationError, match="already"):
        warn(cast, subject)
    parts.warning_end(by=cast.intel, warning=subject.warnings.get())
    warn(cast, subject)  # a new one, with a reason of its own
    assert subject.warnings.count() == 2


def test_only_warnings_on_the_record_are_published(cast: Cast, client_of) -> None:
    subject = factories.subject(cast.intel)
    draft = factories.draft(subject, warnings=["violence"])
    with pytest.raises(ValidationError, match="on the record first"):
        profile_publish(by=cast.intel, subject=subject, revision=1, draft=draft)
    warn(cast, subject)
    with pytest.raises(ValidationError, match="Someone changed this"):
        profile_publish(by=cast.intel, subject=subject, revision=1, draft=draft)
    version = profile_publish(by=cast.intel, subject=subject, revision=2, draft=draft)
    page = client_of("staff").get(f"/gallery/{subject.ref}/").content.decode()
    assert "Violence" in page
    assert "Pushed staff" not in page
    parts.warning_end(by=cast.intel, warning=subject.warnings.get())
    assert version.warnings == ["violence"]  # until it is published again


def test_a_warning_past_its_review_day_is_not_published(cast: Cast) -> None:
    subject = factories.subject(cast.intel)
    warn(cast, subject)
    subject.warnings.update(review_on=dates.today() - dt.timedelta(days=1))
    with pytest.raises(ValidationError, match="due for review"):
        profile_publish(
            by=cast.intel,
            subject=subject,
            revision=2,
            draft=factories.draft(subject, warnings=["violence"]),
        )


@pytest.mark.parametrize(
    "words",
    ["A muslim man", "Looks Gay", "votes for the Labour Party", "has HIV", "a drug addict"],
)
def test_religion_politics_sexuality_and_health_are_refused(cast: Cast, words: str) -> None:
    subject = factories.subject(cast.intel)
    with pytest.raises(ValidationError, match="Leave out"):
        profile_publish(
            by=cast.intel,
            subject=subject,
            revision=1,
            draft=factories.draft(subject, description=words),
        )


@pytest.mark.parametrize(
    "words", ["Wears a navy cap", "Jewellery thief", "Gayle Street", "Stolen first aid kits"]
)
def test_other_words_are_let_through(words: str) -> None:
    assert not prohibited_words(words)


def test_a_plate_is_kept_one_way_and_once(cast: Cast) -> None:
    subject = factories.subject(cast.intel)
    add = parts.vehicle_add
    assert add(by=cast.intel, subject=subject, registration="gk19 abc", words="").registration == (
        "GK19ABC"
    )
    for plate, words in (("GK19ABC", ""), ("", " ")):
        with pytest.raises(ValidationError):
            add(by=cast.intel, subject=subject, registration=plate, words=words)
    assert Vehicle.objects.count() == 1


def test_a_court_fact_is_not_in_the_future(cast: Cast) -> None:
    subject = factories.subject(cast.intel)
    tomorrow = dates.today() + dt.timedelta(days=1)
    told = {"kind": "charged", "offence": "Theft", "source": "Kent Police"}
    with pytest.raises(ValidationError, match="future"):
        parts.legal_fact_add(by=cast.intel, subject=subject, happened_on=tomorrow, **told)
    parts.legal_fact_add(by=cast.intel, subject=subject, happened_on=dates.today(), **told)
    assert subject.legal_facts.get().get_kind_display() == "Charged"


def test_an_association_is_one_whichever_way_it_is_told(cast: Cast) -> None:
    one, two = (factories.subject(cast.intel, name=name) for name in ("A Bee", "C Dee"))
    told = {"words": "Brothers", "source": "Police"}
    parts.association_add(by=cast.intel, subject=two, other=one, **told)
    with pytest.raises(ValidationError, match="already"):
        parts.association_add(by=cast.intel, subject=one, other=two, **told)
    with pytest.raises(ValidationError, match="same record"):
        parts.association_add(by=cast.intel, subject=one, other=one, **told)
    assert Association.objects.get().first == one


class TestAge:
    """Behaviour 17: nobody under 18, or perhaps so, without a recorded decision."""

    def young(self, cast: Cast) -> Subject:
        born = dates.add_months(dates.today(), -12 * 16)
        return factories.subject(cast.intel, date_of_birth=born)

    def decide(self, cast: Cast, subject: Subject, **changed) -> AgeOverride:
        values = {
            "reason": "Repeated robberies with a knife.",
            "safeguarding": "Asked Kent Police and the council on 3 March: no objection.",
            "review_on": soon(),
        } | changed
        return parts.age_override_set(by=cast.intel, subject=subject, **values)

    def test_with_a_decision_until_its_day_and_no_longer(self, cast: Cast) -> None:
        subject = self.young(cast)
        draft = factories.draft(subject, review_on=soon(), expires_on=soon())
        with pytest.raises(ValidationError, match="under 18"):
            profile_publish(by=cast.intel, subject=subject, revision=1, draft=draft)
        self.decide(cast, subject)
        later = factories.draft(subject, review_on=soon(), expires_on=soon() + dt.timedelta(days=1))
        with pytest.raises(ValidationError, match="holds until"):
            profile_publish(by=cast.intel, subject=subject, revision=2, draft=later)
        assert profile_publish(by=cast.intel, subject=subject, revision=2, draft=draft)

    def test_it_is_for_three_months_at_most_and_only_where_needed(self, cast: Cast) -> None:
        subject = self.young(cast)
        with pytest.raises(ValidationError, match="three months"):
            self.decide(cast, subject, review_on=dates.today() + dt.timedelta(days=100))
        with pytest.raises(ValidationError, match="old enough"):
            self.decide(cast, factories.subject(cast.intel, name="Old Enough"))
        for empty in ("reason", "safeguarding"):
            with pytest.raises(ValidationError):
                self.decide(cast, subject, **{empty: " "})

    def test_a_new_decision_takes_the_place_of_the_last(self, cast: Cast) -> None:
        subject = self.young(cast)
        self.decide(cast, subject)
        self.decide(cast, subject)
        assert subject.age_overrides.filter(ended_at=None).count() == 1
        assert subject.age_overrides.count() == 2


def test_the_sought_become_known_in_one_step_with_all_they_have(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel, status="id_sought", name="Big Dave", age_low=30)
    subject = version.subject
    factories.accepted_incident(cast.intel, cast.staff, cast.shop, subject)
    answer = client_of("intel").post(f"/subjects/{subject.ref}/known/", {"name": "David Smith"})
    assert answer.status_code == 302
    subject.refresh_from_db()
    assert (subject.status, subject.name) == ("known", "David Smith")
    assert [alias.name for alias in subject.aliases.all()] == ["Big Dave"]
    assert subject.involvements.count() == subject.photos.count() == 1
    page = client_of("staff").get(f"/gallery/{subject.ref}/").content.decode()
    assert "David Smith" not in page  # until it is published again
    with pytest.raises(ValidationError, match="known already"):
        subject_identify(by=cast.intel, subject=subject, name="Other")


class TestRecognition:
    """ "I know who this is" is one tap and a name."""

    def sought(self, cast: Cast):
        return factories.published(
            cast.intel, status="id_sought", name="", date_of_birth=None, age_low=30
        )

    def test_a_name_goes_to_the_manager_alone(self, cast: Cast, client_of) -> None:
        version = self.sought(cast)
        path = f"/gallery/{version.subject.ref}/name/"
        staff = client_of("staff")
        form = staff.get(path).context["form"]
        sent = {"client_id": str(form["client_id"].value()), "name": "Ricky Dunn"}
        assert staff.post(path, sent).status_code == 302
        assert staff.post(path, sent).status_code == 302  # sent twice, there once
        row = Recognition.objects.get()
        assert (row.name, row.given_by) == ("Ricky Dunn", cast.staff)
        for who in ("staff", "other", "police"):
            page = client_of(who).get(f"/gallery/{version.subject.ref}/").content.decode()
            assert "Ricky" not in page
        assert "Ricky Dunn" in client_of("intel").get("/queue/").content.decode()
        assert not any("Ricky" in str(event.detail) for event in Event.objects.all())

    def test_agreed_it_makes_them_known(self, cast: Cast, client_of) -> None:
        told = factories.recognition(cast.other, self.sought(cast))
        intel = client_of("intel")
        path = f"/subjects/{told.subject.ref}/names/{told.pk}/"
        assert intel.post(path, {"name": "Ricky Dunn"}).status_code == 302
        told.refresh_from_db()
        assert told.outcome == "agreed"
        assert Subject.objects.get(pk=told.subject_id).name == "Ricky Dunn"
        assert intel.post(path, {"name": "Ricky Dunn"}).status_code == 404

    def test_or_it_is_somebody_else(self, cast: Cast, client_of) -> None:
        told = factories.recognition(cast.other, self.sought(cast))
        path = f"/subjects/{told.subject.ref}/names/{told.pk}/"
        assert client_of("intel").post(path, {"different": "1"}).status_code == 302
        told.refresh_from_db()
        assert (told.outcome, told.subject.status) == ("different", "id_sought")

    def test_the_same_name_from_the_same_person_is_said_once(self, cast: Cast) -> None:
        version = self.sought(cast)
        factories.recognition(cast.other, version)
        with pytest.raises(ValidationError, match="already"):
            factories.recognition(cast.other, version, name="ricky  dunn".replace("  ", " "))
        assert factories.recognition(cast.staff, version)

    def test_nobody_names_somebody_known(self, cast: Cast) -> None:
        version = factories.published(cast.intel)
        with pytest.raises(ValidationError):
            recognition_give(
                by=cast.staff, version=version, client_id=version.subject.client_id, name="X"
            )


def test_a_choice_of_name_is_what_members_see(cast: Cast) -> None:
    subject = factories.subject(cast.intel, aliases=["Kez", "K Marsh"])
    draft = factories.draft(subject, name="Kez", aliases=["K Marsh"])
    version = profile_publish(by=cast.intel, subject=subject, revision=1, draft=draft)
    assert (version.name, version.aliases) == ("Kez", ["K Marsh"])
    wrong = factories.draft(subject, name="Somebody")
    with pytest.raises(ValidationError, match="no longer on the record"):
        profile_publish(by=cast.intel, subject=subject, revision=2, draft=wrong)


def test_a_preview_publishes_nothing_and_says_what_changed(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel)
    subject = version.subject
    intel = client_of("intel")
    path = f"/subjects/{subject.ref}/publish/"
    form = intel.get(path).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() is not None} | {
        "line": "A new line",
        "preview": "1",
    }
    answer = intel.post(path, sent)
    assert answer.status_code == 200, answer.context["form"].errors
    page = answer.content.decode()
    assert "A new line" in page
    assert "What changed since version 1" in page
    assert subject.versions.count() == 1
    del sent["preview"]
    assert intel.post(path, sent).status_code == 302
    assert subject.versions.count() == 2


def test_database_holds_what_services_promise(cast: Cast, sql) -> None:
    subject = factories.subject(cast.intel)
    warn(cast, subject)
    for statement in (
        "UPDATE offenders_subjectwarning SET ended_at = now()",
        "UPDATE offenders_subject SET merged_into_id = id",
    ):
        with pytest.raises(Error), transaction.atomic():
            sql(statement)


def test_a_name_that_was_given_is_shown_with_the_face_and_who_has_such_a_name(
    cast: Cast, client_of
) -> None:
    sought = factories.published(
        cast.intel, status="id_sought", name="", date_of_birth=None, age_low=30, age_high=40
    )
    told = factories.recognition(cast.other, sought, name="Kevin Marsh")
    alike = factories.subject(cast.intel, name="Kevn Marsh", photo=False)
    factories.subject(cast.intel, name="Dean Brackley", photo=False)
    page = client_of("intel").get(f"/subjects/{sought.subject.ref}/names/{told.pk}/")
    assert [each.ref for each in page.context["alike"]] == [alike.ref]
    words = page.content.decode()
    assert sought.main_photo is not None
    assert f"/photos/{sought.main_photo.uuid}/card/" in words
    assert "The Penfold Arms" in words
    known = client_of("intel").get(f"/subjects/{alike.ref}/known/")
    assert known.url == f"/subjects/{alike.ref}/"


def test_everybody_who_gave_the_right_name_is_noted_as_right(cast: Cast, client_of) -> None:
    sought = factories.published(
        cast.intel, status="id_sought", name="", date_of_birth=None, age_low=30, age_high=40
    )
    first = factories.recognition(cast.other, sought)
    same = factories.recognition(cast.staff, sought, name="ricky  DUNN")
    nick = factories.recognition(cast.police, sought, name="Big Rick")
    intel, ref = client_of("intel"), sought.subject.ref
    assert (
        intel.post(f"/subjects/{ref}/names/{first.pk}/", {"name": "Ricky Dunn"}).status_code == 302
    )
    for told, outcome in ((first, "agreed"), (same, "agreed"), (nick, "")):
        told.refresh_from_db()
        assert told.outcome == outcome
    path = f"/subjects/{ref}/names/{nick.pk}/"
    assert "They were right" in intel.get(path).content.decode()
    assert intel.post(path, {"right": "1"}).status_code == 302
    nick.refresh_from_db()
    assert (nick.outcome, nick.decided_by) == ("agreed", cast.intel)
