"""Merging two records of one person: everything moves, references lead on, and it can be undone."""

import datetime as dt
import itertools
import threading
import time
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Event
from common import dates
from exclusions.merging import FIELDS, merge_undo, strays_follow, subjects_apart, subjects_merge
from exclusions.top_ten import top_ten_choose
from incidents.models import Involvement, Report
from incidents.services import PersonInput, involvement_link, report_reject
from offenders.doubles import doubles
from offenders.models import Association, DifferentPeople, Photo, ProfileVersion, Subject
from offenders.services import (
    PhotoFacts,
    bulletin_send,
    photo_add,
    photo_update,
    profile_publish,
    subject_update,
)
from offenders.services import record as parts
from tests import factories
from tests.cast import Cast, make_cast

SOON = dt.date.today() + dt.timedelta(days=30)


@pytest.fixture
def two(cast: Cast) -> tuple[Subject, Subject]:
    kept = factories.published(cast.intel, name="Kevin Marsh", aliases=["Kez"]).subject
    gone = factories.published(cast.intel, name="Kevyn March", aliases=["Kez"]).subject
    return kept, gone


def merge(cast: Cast, kept: Subject, gone: Subject, **fields):
    kept.refresh_from_db()
    gone.refresh_from_db()
    return subjects_merge(
        by=cast.intel,
        kept=kept,
        gone=gone,
        revisions=(kept.revision, gone.revision),
        fields=fields,
        reason="Same tattoo, same date of birth.",
    )


def belongings(subject: Subject) -> dict[str, list[object]]:
    """Everything that hangs on a record, and its own fields."""
    subject.refresh_from_db()
    return {
        "fields": [getattr(subject, name) for name in FIELDS],
        "aliases": sorted(subject.aliases.values_list("name", flat=True)),
        "photos": sorted(subject.photos.values_list("pk", flat=True)),
        "primary": sorted(subject.photos.filter(is_primary=True).values_list("pk", flat=True)),
        "reports": sorted(subject.involvements.values_list("pk", flat=True)),
        "notices": sorted(subject.notices.values_list("ref", flat=True)),
        "warnings": sorted(subject.warnings.values_list("marker", flat=True)),
        "vehicles": sorted(subject.vehicles.values_list("registration", flat=True)),
        "facts": sorted(subject.legal_facts.values_list("pk", flat=True)),
        "choice": list(subject.top_ten_choices.filter(ended_at=None).values_list("kind")),
        "apart": sorted(
            DifferentPeople.objects.filter(Q(first=subject) | Q(second=subject)).values_list()
        ),
        "merged": [subject.merged_into_id],
    }


def fill(cast: Cast, subject: Subject, *, plate: str, marker: str) -> None:
    factories.accepted_incident(cast.intel, cast.staff, cast.shop, subject)
    parts.warning_add(by=cast.intel, subject=subject, marker=marker, reason="x", review_on=SOON)
    parts.vehicle_add(by=cast.intel, subject=subject, registration=plate, words="")
    parts.legal_fact_add(
        by=cast.intel,
        subject=subject,
        kind="charged",
        happened_on=dt.date.today(),
        offence="x",
        source="x",
    )


def test_everything_moves_and_the_old_reference_leads_on(cast: Cast, two, client_of) -> None:
    kept, gone = two
    fill(cast, gone, plate="GK19ABC", marker="violence")
    notice = factories.served_notice(cast.intel, cast.staff, cast.shop, gone)
    photo = gone.photos.get()
    merge(cast, kept, gone, name="Kevyn March")
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.name, gone.merged_into) == ("Kevyn March", kept)
    assert sorted(kept.aliases.values_list("name", flat=True)) == ["Kevin Marsh", "Kez"]
    assert kept.involvements.count() == 2
    assert kept.notices.get() == notice
    assert kept.warnings.get().marker == "violence"
    assert kept.vehicles.count() == kept.legal_facts.count() == 1
    assert photo in kept.photos.all()
    assert kept.photos.filter(is_primary=True).count() == 1
    intel, staff = client_of("intel"), client_of("staff")
    assert intel.get(f"/subjects/{gone.ref}/").url == f"/subjects/{kept.ref}/"
    assert staff.get(f"/gallery/{gone.ref}/").url == f"/gallery/{kept.ref}/"
    assert "became part of this" in intel.get(f"/subjects/{kept.ref}/").content.decode()
    assert [card.ref for card in staff.get("/gallery/", {"q": gone.ref}).context["faces"]] == [
        kept.ref
    ]
    assert notice.ref in staff.get(f"/gallery/{kept.ref}/").content.decode()  # still banned


def test_the_old_reference_says_nothing_to_who_may_not_see_the_new(cast: Cast, client_of) -> None:
    hidden = factories.subject(cast.intel, name="Hidden Person")
    gone = factories.published(cast.intel, name="Shown Person").subject
    merge(cast, hidden, gone)
    assert client_of("staff").get(f"/gallery/{gone.ref}/").status_code == 404
    assert not ProfileVersion.objects.live().exists()


def test_taken_back_it_is_as_it_was(cast: Cast, two) -> None:
    kept, gone = two
    fill(cast, kept, plate="AB12CDE", marker="spits")
    fill(cast, gone, plate="GK19ABC", marker="violence")
    factories.served_notice(cast.intel, cast.staff, cast.shop, gone)
    third = factories.subject(cast.intel, name="Third Person")
    parts.association_add(by=cast.intel, subject=gone, other=third, words="x", source="x")
    subjects_apart(by=cast.intel, one=gone, two=third)
    top_ten_choose(by=cast.intel, subject=gone, kind="removed", reason="In prison.")
    before = belongings(kept), belongings(gone)
    done = merge(cast, kept, gone, name="Kevyn March", notes="Both")
    assert Association.objects.get().first == kept
    assert DifferentPeople.objects.get().first == kept
    assert belongings(kept) != before[0]
    merge_undo(by=cast.intel, merge=done)
    after = belongings(kept), belongings(gone)
    assert after == before
    assert Association.objects.get().first == gone
    with pytest.raises(ValidationError, match="already"):
        merge_undo(by=cast.intel, merge=done)


def test_what_came_or_was_changed_since_stays(cast: Cast, two) -> None:
    kept, gone = two
    done = merge(cast, kept, gone, name="Kevyn March", hair="Grey")
    kept.refresh_from_db()
    subject_update(
        by=cast.intel,
        subject=kept,
        revision=kept.revision,
        fields={"hair": "Bald"},
        aliases=list(kept.aliases.values_list("name", flat=True)),
    )
    factories.accepted_incident(cast.intel, cast.staff, cast.shop, kept)
    merge_undo(by=cast.intel, merge=done)
    kept.refresh_from_db()
    assert (kept.name, kept.hair) == ("Kevin Marsh", "Bald")
    assert kept.involvements.count() == 1


def test_two_on_one_report_are_two_people(cast: Cast, two) -> None:
    kept, gone = two
    both = [PersonInput(subject=kept), PersonInput(subject=gone)]
    report = factories.report(cast.intel, cast.shop, people=both)
    with pytest.raises(ValidationError, match=report.ref):
        merge(cast, kept, gone)
    assert Involvement.objects.filter(subject=gone).exists()


def test_on_a_report_that_was_not_taken_up_both_may_be(cast: Cast, two) -> None:
    kept, gone = two
    both = [PersonInput(subject=kept), PersonInput(subject=gone)]
    report = factories.report(cast.intel, cast.shop, people=both)
    report_reject(by=cast.intel, report=report, revision=1, reason="A mistake.")
    before = belongings(kept), belongings(gone)
    done = merge(cast, kept, gone)
    assert gone.involvements.count() == 1  # it stays behind
    assert strays_follow() == 0
    merge_undo(by=cast.intel, merge=done)
    assert (belongings(kept), belongings(gone)) == before


def test_one_name_told_of_both_is_one_name(cast: Cast) -> None:
    sought = {"status": "id_sought", "name": "", "date_of_birth": None, "age_low": 30}
    kept, gone = (factories.published(cast.intel, **sought).subject for _ in range(2))
    for subject, name in ((kept, "José Dunn"), (gone, "jose dunn")):
        factories.recognition(cast.staff, subject.versions.get(), name=name)
    done = merge(cast, kept, gone)
    assert kept.recognitions.count() == gone.recognitions.count() == 1
    merge_undo(by=cast.intel, merge=done)
    assert gone.recognitions.get().name == "jose dunn"


def test_the_face_that_led_leads_again(cast: Cast, two) -> None:
    kept, gone = two
    faces = kept.photos.get(), gone.photos.get()
    done = merge(cast, kept, gone)
    gone_face = Photo.objects.get(pk=faces[1].pk)
    facts = PhotoFacts(source="CCTV", may_publish=True, bystanders_clear=True)
    photo_update(by=cast.intel, photo=gone_face, facts=facts, primary=True)
    merge_undo(by=cast.intel, merge=done)
    for subject, face in zip(two, faces, strict=True):
        assert subject.photos.get(is_primary=True) == face


def test_notices_that_cover_the_same_day_are_settled_first(cast: Cast, two) -> None:
    kept, gone = two
    for subject in two:
        factories.served_notice(cast.intel, cast.staff, cast.shop, subject)
    refs = " and ".join(subject.notices.get().ref for subject in two)
    with pytest.raises(ValidationError, match=f"{refs} cover the same days"):
        merge(cast, kept, gone)
    gone.refresh_from_db()
    assert gone.merged_into is None
    assert ProfileVersion.objects.live().count() == 2


def test_a_record_that_is_part_of_another_is_not_changed(cast: Cast, two, client_of) -> None:
    kept, gone = two
    merge(cast, kept, gone)
    gone.refresh_from_db()
    with pytest.raises(ValidationError, match="became part"):
        parts.vehicle_add(by=cast.intel, subject=gone, registration="X1", words="")
    with pytest.raises(ValidationError, match="became part"):
        subject_update(by=cast.intel, subject=gone, revision=gone.revision, fields={}, aliases=[])
    with pytest.raises(ValidationError, match="became part"):
        photo_add(
            by=cast.intel, subject=gone, upload=factories.upload(), facts=PhotoFacts(source="x")
        )
    with pytest.raises(ValidationError, match="became part"):
        merge(cast, gone, factories.subject(cast.intel, name="Third Person"))


def test_stale_and_unexplained_merges_are_refused(cast: Cast, two) -> None:
    kept, gone = two
    with pytest.raises(ValidationError, match="Someone changed this"):
        subjects_merge(
            by=cast.intel, kept=kept, gone=gone, revisions=(99, 99), fields={}, reason="x"
        )
    kept.refresh_from_db()
    gone.refresh_from_db()
    with pytest.raises(ValidationError):
        subjects_merge(
            by=cast.intel,
            kept=kept,
            gone=gone,
            revisions=(kept.revision, gone.revision),
            fields={},
            reason=" ",
        )


def test_doubles_are_suggested_until_they_are_said_to_be_two(cast: Cast, two) -> None:
    kept, gone = two
    (pair,) = doubles()  # the same date of birth, and names that sound alike
    assert {pair.one, pair.two} == {kept, gone}
    assert "same date of birth, names sound alike" in pair.reasons
    assert [each.other(kept) for each in doubles(of=kept)] == [gone]
    subjects_apart(by=cast.intel, one=gone, two=kept)
    assert doubles() == []


@pytest.mark.parametrize(
    ("one", "two", "reason"),
    [
        ("Siobhan Rourke", "Shevaun Rorke", ""),
        ("Jon Smith", "John Smyth", "names sound the same"),
        ("Katherine Doyle", "Doyle Catherine", "names sound the same"),
        ("Leanne Foster", "Leanne Fostre", "names are spelt alike"),
        ("Barnaby Quill", "Barnaby Quills", "names are spelt alike"),
        ("Jane Smith", "John Smith", "names sound the same"),  # unless the sex is known
        ("John Smith", "Peter Smith", ""),
        ("Marcus", "Markus", ""),  # a single name is too little
    ],
)
def test_near_names_are_suggested_where_the_age_fits(
    cast: Cast, one: str, two: str, reason: str
) -> None:
    born = {"date_of_birth": None, "age_low": 30, "age_high": 35}
    first = factories.subject(cast.intel, name=one, photo=False, **born)
    second = factories.subject(cast.intel, name=two, photo=False, date_of_birth=a_birthday(31))
    found = [pair.reasons for pair in doubles()]
    assert found == [pair.reasons for pair in doubles(of=first)]
    assert [reason in reasons for reasons in found] == ([True] if reason else [])
    Subject.objects.filter(pk=second.pk).update(date_of_birth=a_birthday(60))
    assert doubles() == []
    Subject.objects.filter(pk=second.pk).update(date_of_birth=None)  # nothing speaks against it
    assert len(doubles()) == bool(reason)
    for each, sex in ((first, "male"), (second, "female")):
        Subject.objects.filter(pk=each.pk).update(sex=sex)
    assert doubles() == []


def test_what_many_share_says_nothing_of_two_of_them(cast: Cast) -> None:
    alike = factories.many_known(cast.intel, ["John Smith"] * 30 + ["Jon Smyth"] * 30)
    assert doubles() == []
    assert len(doubles(of=alike[0])) == 59  # asked of one, all are shown
    for each in alike[7:9]:
        parts.vehicle_add(by=cast.intel, subject=each, registration="GK19 ABC", words="")
    assert [{pair.one, pair.two} for pair in doubles()] == [set(alike[7:9])]


def test_doubles_are_found_soon_among_thousands_that_are_nearly_alike(cast: Cast) -> None:
    ends = ["".join(each) for each in itertools.product("aeiou", repeat=5)]
    alike = factories.many_known(cast.intel, [f"Kevin M{end}rsh" for end in ends][:2000])
    born = dt.date(1990, 1, 1)
    Subject.objects.filter(pk__in=[each.pk for each in alike]).update(date_of_birth=born)
    two = factories.many_known(cast.intel, ["Barnaby Quill", "Barnaby Quills"], first=5000)
    begun = time.monotonic()
    found = [{pair.one, pair.two} for pair in doubles()]
    doubles(of=alike[0])
    assert time.monotonic() - begun < 20  # it took minutes when each was compared with each
    assert set(two) in found


def test_a_merge_that_makes_somebody_a_child_takes_the_profile_from_members(cast: Cast) -> None:
    version = factories.published(cast.intel, name="Kim Ward")
    child = factories.subject(cast.intel, name="Kym Ward", date_of_birth=a_birthday(16))
    merge(cast, version.subject, child, date_of_birth=a_birthday(16))
    version.refresh_from_db()
    assert "under 18" in version.withdrawn_reason


def test_a_face_that_goes_back_is_not_shown_as_somebody_elses(cast: Cast, two) -> None:
    kept, gone = two
    merged = merge(cast, kept, gone)
    kept.refresh_from_db()
    profile_publish(
        by=cast.intel, subject=kept, revision=kept.revision, draft=factories.draft(kept)
    )
    shown = ProfileVersion.objects.live().get(subject=kept)
    assert shown.photos.count() == 2
    merge_undo(by=cast.intel, merge=merged)
    shown.refresh_from_db()
    assert shown.withdrawn_reason == "A photo belongs to another record now."


def a_birthday(years: int) -> dt.date:
    return dates.add_months(dates.today(), -12 * years)


def test_on_the_page_each_field_is_chosen(cast: Cast, two, client_of) -> None:
    kept, gone = two
    Subject.objects.filter(pk=gone.pk).update(hair="Grey", notes="Told by police")
    intel = client_of("intel")
    path = f"/subjects/{kept.ref}/merge/?with={gone.ref}"
    form = intel.get(path).context["form"]
    assert {field.name for field in form.choices()} >= {"name", "hair", "notes"}
    assert form["hair"].value() == "gone"  # the only one that says anything
    sent = {name: form[name].value() for name in form.fields} | {"reason": ""}
    assert intel.post(path, sent).status_code == 422
    sent |= {"reason": "Same tattoo.", "name": "gone"}
    assert intel.post(path, sent).status_code == 302
    kept.refresh_from_db()
    assert (kept.name, kept.hair) == ("Kevyn March", "Grey")
    assert Photo.objects.filter(subject=kept).count() == 2


def test_an_age_is_never_made_of_two_estimates(cast: Cast, two, client_of) -> None:
    kept, gone = two
    Subject.objects.filter(pk=kept.pk).update(
        date_of_birth=None, age_low=16, age_high=20, age_seen_on=dates.today()
    )
    long_ago = dates.add_months(dates.today(), -72)
    Subject.objects.filter(pk=gone.pk).update(
        date_of_birth=None, age_low=30, age_high=35, age_seen_on=long_ago
    )
    with pytest.raises(ValidationError, match="belong together"):
        merge(cast, kept, gone, age_seen_on=long_ago)
    with pytest.raises(ValidationError, match="belong together"):
        merge(cast, kept, gone, age_low=30, age_high=35)
    path = f"/subjects/{kept.ref}/merge/?with={gone.ref}"
    form = client_of("intel").get(path).context["form"]
    assert not set(Subject.ESTIMATE) & set(form.fields)
    assert [label for _, label in form.fields["estimate"].choices] == [
        f"16 to 20, on {dates.short_date(dates.today())}",
        f"30 to 35, on {dates.short_date(long_ago)}",
    ]
    sent = {name: form[name].value() for name in form.fields} | {"reason": "Same tattoo."}
    sent |= {"estimate": "gone", "age_seen_on": "kept"}
    assert client_of("intel").post(path, sent).status_code == 302
    kept.refresh_from_db()
    assert kept.estimate == (30, 35, long_ago)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["kept", "gone", "third"]), min_size=1, max_size=6),
    st.sets(st.sampled_from(["name", "hair", "mo", "date_of_birth", "methods"])),
)
def test_merging_and_undoing_loses_and_makes_nothing(cast: Cast, owners, chosen) -> None:
    with transaction.atomic():
        people = {
            name: factories.subject(cast.intel, name=f"{name} Person", photo=name == "gone")
            for name in ("kept", "gone", "third")
        }
        for number, owner in enumerate(owners):
            parts.vehicle_add(
                by=cast.intel, subject=people[owner], registration=f"X{number}", words=""
            )
            factories.accepted_incident(cast.intel, cast.staff, cast.shop, people[owner])
        before = [belongings(subject) for subject in people.values()]
        fields = {name: getattr(people["gone"], name) for name in chosen}
        done = merge(cast, people["kept"], people["gone"], **fields)
        assert people["kept"].involvements.count() == len(owners) - owners.count("third")
        merge_undo(by=cast.intel, merge=done)
        after = [belongings(subject) for subject in people.values()]
        assert after == before
        transaction.set_rollback(True)


def test_what_was_on_its_way_follows(cast: Cast, two) -> None:
    kept, gone = two
    report = factories.report(cast.intel, cast.shop, people=[PersonInput(subject=kept)])
    merge(cast, kept, gone)
    Involvement.objects.filter(report=report).update(subject=gone)
    assert strays_follow() == 1
    event = Event.objects.get(action="offenders.subject.followed")
    assert (event.record, event.actor_id) == (kept.ref, None)
    assert strays_follow() == 0
    assert report.people.get().subject == kept


def test_nobody_is_linked_to_a_record_that_is_part_of_another(cast: Cast, two) -> None:
    kept, gone = two
    merge(cast, kept, gone)
    with pytest.raises(ValidationError, match="became part"):
        factories.accepted_incident(cast.intel, cast.staff, cast.shop, gone)


def test_links_and_merges_at_once_lose_nobody(transactional_db: None) -> None:
    cast = make_cast()
    kept = factories.subject(cast.intel, name="Kept Person")
    gone = factories.subject(cast.intel, name="Gone Person")
    reports = [factories.report(cast.staff, cast.shop) for _ in range(8)]
    start = threading.Barrier(9)
    failed: list[BaseException] = []

    def run(work) -> None:
        start.wait()
        try:
            work()
        except ValidationError:
            pass  # told to look again: nothing was done
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    def link(report: Report) -> None:
        person = report.people.get()
        involvement_link(by=cast.intel, report=report, revision=1, involvement=person, subject=gone)

    works = [partial(link, report) for report in reports]
    works.append(partial(merge, cast, kept, gone))
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    gone.refresh_from_db()
    if gone.merged_into_id:
        assert not gone.involvements.exists()


def test_a_bulletin_leads_to_the_record_that_stays(cast: Cast, client_of, two) -> None:
    kept, gone = two
    bulletin = factories.bulletin(cast.intel, gone.versions.get())
    bulletin_send(by=cast.intel, bulletin=bulletin)
    path = f"/bulletins/{bulletin.ref}/"
    assert "are one person" not in client_of("staff").get(path).content.decode()
    merge(cast, kept, gone)
    page = client_of("staff").get(path).content.decode()
    assert f"{gone.ref} in this bulletin and {kept.ref} are one person" in page
    assert f"/gallery/{kept.ref}/" in page
    event = Event.objects.filter(action="offenders.bulletin.viewed").latest("pk")
    assert event.subjects == [kept.ref]
    third = factories.published(cast.intel, name="Kev Marsh").subject
    merge(cast, third, kept)  # and on
    assert f"/gallery/{third.ref}/" in client_of("staff").get(path).content.decode()


def test_a_bulletin_leads_nobody_to_a_profile_that_is_not_theirs(
    cast: Cast, client_of, two
) -> None:
    _, gone = two
    pubs = {"draft_audience": "sectors", "draft_audience_sectors": ["licensed"]}
    kept = factories.published(cast.intel, name="Kevin Marshall", **pubs).subject
    bulletin = factories.bulletin(cast.intel, gone.versions.get())
    bulletin_send(by=cast.intel, bulletin=bulletin)
    merge(cast, kept, gone)
    path = f"/bulletins/{bulletin.ref}/"
    assert kept.ref not in client_of("staff").get(path).content.decode()  # a shop
    assert kept.ref in client_of("other").get(path).content.decode()  # a pub
