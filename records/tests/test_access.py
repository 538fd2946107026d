"""Subject access: searched everywhere, each item given or left out, read and decided."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Event
from common import dates
from common.variants import make_waiting_variants
from exclusions.merging import subjects_merge
from imports.store import table_of
from incidents.models import Attachment
from incidents.services import PersonInput
from offenders.models import Photo, Subject
from records.models import AccessRequest
from records.retention.clocks import clocks_of
from records.sar.pack import pack_make
from records.sar.redaction import REMOVED, proposed, removed_from, words_of
from records.sar.services import access_answer, item_decide
from records.sar.sources import SOURCES
from records.tests.accessed import all_given, ordered, searched
from tests import factories
from tests.cast import Cast


def test_every_kind_is_searched_and_the_search_is_recorded(
    cast: Cast, story: dict[str, Any], client_of: Callable[[str], Any]
) -> None:
    who = story["who"]
    assert client_of("police").get(f"/gallery/{who.ref}/").status_code == 200
    row = searched(cast, factories.access_request(cast.intel, names=["Kevn Mrash"]))
    assert who.ref in row.searches.get().candidates  # misspelt, and found
    row = searched(cast, row, who.ref)
    found = {(item.source, item.key) for item in row.items.all()}
    for wanted in (
        ("record", who.ref), ("report", story["report"].ref), ("notice", story["notice"].ref),
        ("intelligence", story["given"].ref), ("share", story["share"].ref), ("viewers", who.ref),
    ):  # fmt: skip
        assert wanted in found, wanted
    assert {"profile", "photo", "file"} <= {source for source, _ in found}
    latest = row.searches.first()
    assert latest is not None
    assert (latest.made_by, latest.subject_refs) == (cast.intel, [who.ref])
    assert latest.found["record"] == 1
    # Again: nothing twice, and what was decided stays.
    item = row.items.get(source="record")
    item_decide(by=cast.intel, item=item, given=False, left_because="crime")
    before = row.items.count()
    row = searched(cast, row, who.ref)
    assert row.items.count() == before
    assert row.items.get(source="record").given is False


def test_a_record_that_was_taken_for_theirs_by_mistake_leaves_nothing(cast: Cast) -> None:
    who, stranger = (
        factories.published(cast.intel, name=name).subject for name in ("Ann Ash", "Bo Birch")
    )
    row = searched(cast, factories.access_request(cast.intel, names=["Ann Ash"]), stranger.ref)
    item_decide(by=cast.intel, item=row.items.get(source="record"), given=True)
    row = searched(cast, row, who.ref)
    assert row.items.get(source="record").key == who.ref
    assert "Birch" not in " ".join(row.items.values_list("text", flat=True))


def test_a_report_that_turns_out_to_be_theirs_is_read_anew(cast: Cast) -> None:
    """Found by a name it tells of everybody on it; as theirs, of them alone."""
    who = factories.published(cast.intel, name="Ann Ash").subject
    people = [PersonInput(subject=who), PersonInput(description="bald, one tooth")]
    factories.report(cast.staff, cast.shop, people=people, words="Ann Ash again.")
    row = searched(cast, factories.access_request(cast.intel, names=["Ann Ash"]))
    item = row.items.get(source="report")
    assert "one tooth" in item.text
    item_decide(by=cast.intel, item=item, given=True)
    row = searched(cast, row, who.ref)
    item = row.items.get(source="report")
    assert (item.given, item.linked) == (None, True)
    assert "one tooth" not in item.text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Zebedy Quaxley", "A man, Zebedee Quaxley, was with him."),
        ("Zebedee Quaxley", "zebedée quaxly again"),
        ("Piotr Kowalski", "It was Pjotr Kowalsky."),
        ("Fingers", "They call him Fingers."),
        ("Kowalski", "Kowalsky ran off."),
    ],
)
def test_a_name_in_what_people_wrote_is_found_though_misspelt(
    cast: Cast, asked: str, said: str
) -> None:
    factories.report(cast.staff, cast.shop, words=said)
    factories.report(cast.staff, cast.shop, people=[PersonInput(description=said)], words="Theft.")
    factories.report(cast.staff, cast.shop, words="Nobody of that name, two boys in blue.")
    factories.intelligence(cast.staff, text=said)
    factories.alert(cast.staff, cast.shop, text=said)
    row = searched(cast, factories.access_request(cast.intel, names=[asked]))
    found = [(item.source, item.linked) for item in row.items.order_by("source", "pk")]
    wanted = [("alert", False), ("intelligence", False), ("report", False), ("report", False)]
    assert found == wanted


def test_a_short_word_by_itself_is_not_looked_for_in_texts(cast: Cast) -> None:
    factories.report(cast.staff, cast.shop, words="Red coat, red bag.")
    row = searched(cast, factories.access_request(cast.intel, names=["Red"]))
    assert not row.items.exists()


def test_a_row_of_a_file_that_is_being_imported_is_found(cast: Cast) -> None:
    run = factories.import_run(cast.intel)
    table = table_of(run)
    name = next(cell for cell in table.rows[0][1] if " " in cell)
    row = searched(cast, factories.access_request(cast.intel, names=[name]))
    item = row.items.filter(source="import").first()
    assert item is not None
    assert (item.title, item.linked) == (f"Row {table.rows[0][0]} of {run.ref}", False)
    assert name in item.text
    default_storage.delete(run.file)
    row = searched(cast, row)
    assert row.items.get(source="import").text.endswith("can’t be read just now")


def test_how_sure_it_is_goes_with_the_part(cast: Cast) -> None:
    who = factories.published(cast.intel).subject
    factories.report(cast.staff, cast.shop, people=[PersonInput(subject=who)])
    row = searched(cast, factories.access_request(cast.intel), who.ref)
    text = row.items.get(source="report").text
    assert "Part, as reported: Did it" in text
    assert "How sure it is that it was them: Named in the report" in text


def test_who_reads_about_another_is_in_the_log(cast: Cast, client_of: Callable[[str], Any]) -> None:
    who, other = (factories.published(cast.intel, name=n).subject for n in ("Ann Ash", "Bo Birch"))
    people = [PersonInput(subject=who), PersonInput(subject=other)]
    factories.report(cast.staff, cast.shop, people=people, files=[factories.upload()])
    make_waiting_variants(Attachment.objects.all())
    row = searched(cast, factories.access_request(cast.intel), who.ref)
    item, photo = (row.items.get(source=source) for source in ("report", "file"))
    client = client_of("intel")
    for page in (f"items/{item.pk}/", "read/report/", f"items/{photo.pk}/look/"):
        client.get(f"/records/access/{row.ref}/{page}")
        seen = Event.objects.filter(action="records.access.item_viewed").latest("id")
        assert seen.subjects == sorted([who.ref, other.ref])


def test_a_saved_box_is_shown_as_it_will_be_made(
    cast: Cast, client_of: Callable[[str], Any]
) -> None:
    who = factories.published(cast.intel).subject
    make_waiting_variants(Photo.objects.all())
    row = searched(cast, factories.access_request(cast.intel), who.ref)
    item = row.items.get(source="photo")
    path = f"/records/access/{row.ref}/items/{item.pk}/"
    sides = {"blur_0_left": "10", "blur_0_top": "10", "blur_0_width": "40", "blur_0_height": "50"}
    assert client_of("intel").post(path, {"given": "yes", **sides}).status_code == 302
    text = client_of("intel").get(path).content.decode()
    assert f'src="{path}look/?blur=10,10,40,50" alt="The result"' in text
    assert "Given without 1 part of the photo" in text


def test_half_a_box_is_refused(cast: Cast, client_of: Callable[[str], Any]) -> None:
    who = factories.published(cast.intel).subject
    make_waiting_variants(Photo.objects.all())
    row = searched(cast, factories.access_request(cast.intel), who.ref)
    item = row.items.get(source="photo")
    path = f"/records/access/{row.ref}/items/{item.pk}/"
    sides = {"blur_0_left": "10", "blur_0_top": "10", "blur_0_right": "40"}
    answer = client_of("intel").post(path, {"given": "yes", **sides})
    assert answer.status_code == 422
    assert "Fill in all four numbers" in answer.content.decode()
    item.refresh_from_db()
    assert item.given is None


def test_the_page_may_be_searched_again_as_it_is_filled_in(
    cast: Cast, client_of: Callable[[str], Any]
) -> None:
    """After a merge too: the form says the record that stays."""
    one, two = (factories.subject(cast.intel, name=name) for name in ("Ann Ash", "Anne Ash"))
    row = searched(cast, factories.access_request(cast.intel), two.ref)
    subjects_merge(
        by=cast.intel, kept=one, gone=two, revisions=(1, 1), fields={}, reason="The same."
    )
    page = client_of("intel").get(f"/records/access/{row.ref}/")
    assert page.context["forms"]["search"].initial["subject_refs"] == one.ref


def test_who_looked_is_told_by_role_only(
    cast: Cast, story: dict[str, Any], client_of: Callable[[str], Any]
) -> None:
    who = story["who"]
    for role in ("police", "other"):
        client_of(role).get(f"/gallery/{who.ref}/")
    row = searched(cast, factories.access_request(cast.intel), who.ref)
    text = row.items.get(source="viewers").text
    assert "Partner agency: 1 time," in text
    assert "Reporter" in text
    for user in cast.users.values():
        assert user.name not in text


def test_a_name_in_the_words_alone_is_found_and_said_to_be_unsure(cast: Cast) -> None:
    report = factories.report(
        cast.staff, cast.shop, people=[PersonInput(named_as="Kevyn Marsh", description="x")]
    )
    said = factories.report(
        cast.staff, cast.shop, words="It was kevin marsh again.",
        people=[PersonInput(description="grey hoodie")],
    )  # fmt: skip
    row = searched(cast, factories.access_request(cast.intel, names=["Kevin Marsh"]))
    items = {item.key: item for item in row.items.filter(source="report")}
    assert set(items) == {report.ref, said.ref}
    assert not any(item.linked for item in items.values())


def test_people_of_members_are_found_too(cast: Cast) -> None:
    row = searched(cast, factories.access_request(cast.intel, names=["Staff Persson"]))
    assert "Staff Person" in row.items.get(source="people", key=f"user-{cast.staff.pk}").text


def test_texts_of_a_kind_are_read_and_given_together(
    cast: Cast, story: dict[str, Any], client_of: Callable[[str], Any]
) -> None:
    row = searched(cast, factories.access_request(cast.intel), story["who"].ref)
    unsure = row.items.create(source="report", key="INC-X", title="x", text="x", linked=False)
    report = row.items.get(source="report", key=story["report"].ref)
    client = client_of("intel")
    path = f"/records/access/{row.ref}/read/report/"
    page = client.get(path)
    said = page.content.decode()
    assert '<del class="cut-word">Quillfeather</del>' in said
    assert "INC-X" not in said
    form = page.context["form"]
    data = {"revision": form["revision"].value(), "items": form["items"].value()}
    assert client.post(path, data | {"items": [unsure.pk]}).status_code == 422
    assert client.post(path, data).status_code == 302
    for each in (report, unsure):
        each.refresh_from_db()
    assert report.given
    assert report.removed
    assert unsure.given is None
    assert client.post(path, data).status_code == 422  # another page was sent before
    photos = client.get(f"/records/access/{row.ref}/read/photo/")
    assert photos.context["texts"] == []


def test_nothing_is_held_only_after_a_search_that_found_nothing(cast: Cast) -> None:
    row = factories.access_request(cast.intel, names=["Nobody Atall"])

    def nothing() -> AccessRequest:
        row.refresh_from_db()
        return access_answer(
            by=cast.intel, access=row, revision=row.revision, outcome="nothing", on=dates.today()
        )

    with pytest.raises(ValidationError, match="First search"):
        nothing()
    searched(cast, row)
    assert nothing().outcome == "nothing"


def test_an_open_request_keeps_the_record(cast: Cast) -> None:
    who = factories.subject(cast.intel, photo=False)
    row = searched(cast, factories.access_request(cast.intel), who.ref)
    assert clocks_of([who.pk])[who.pk].request == row.ref
    assert clocks_of([who.pk])[who.pk].is_blocked


def test_nobody_but_the_manager_reaches_it(
    cast: Cast, story: dict[str, Any], client_of: Callable[[str], Any]
) -> None:
    row = searched(cast, factories.access_request(cast.intel), story["who"].ref)
    pack = ordered(cast, all_given(cast, row))
    pack_make(pack_id=pack.pk)
    photo = row.items.get(source="photo")
    paths = (f"{row.ref}/", f"{row.ref}/items/{photo.pk}/", f"{row.ref}/items/{photo.pk}/look/",
             f"packs/{pack.ref}/", f"packs/{pack.ref}/pack.pdf")  # fmt: skip
    for path in paths:
        assert client_of("intel").get(f"/records/access/{path}").status_code == 200, path
        for role in ("staff", "store", "police", "board", "admin"):
            assert client_of(role).get(f"/records/access/{path}").status_code == 404, path


words = st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1), max_size=12)


@given(words, st.sets(st.integers(0, 11)))
def test_removed_words_are_gone_and_the_others_stay(said: list[str], numbers: set[int]) -> None:
    text = " ".join(said)
    kept = [word for n, word in enumerate(words_of(text)) if n not in numbers]
    left = [word for word in words_of(removed_from(text, numbers)) if word != REMOVED]
    assert left == [word for word in kept if word != REMOVED]


def test_names_are_proposed_however_they_are_written() -> None:
    text = "Kevin met O’Brien, ZOLTÁN and zoltan's brother; Mr Jones too"
    numbers = proposed(text, ["Zoltan O'Brien", "Mr Jones"], own=["Kevin Jones"])
    assert [words_of(text)[n] for n in numbers] == ["O’Brien,", "ZOLTÁN", "zoltan's"]


NOT_ABOUT = {
    "differentpeople", "subjectmerge", "bulletin", "extension", "notsameperson", "reviewstep",
    "involvement", "alias", "accessrequest_subjects", "unusualviewing",
}  # fmt: skip
"""Point to a subject and say nothing of them, or are told as part of another item."""


def test_no_table_about_a_subject_is_forgotten() -> None:
    """A new table that points to a subject fails here until a source speaks of it."""
    import inspect

    from records.sar import elsewhere, reported, sources

    told = "".join(inspect.getsource(module) for module in (elsewhere, reported, sources))
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy:
            continue
        for column in model._meta.concrete_fields:
            if column.is_relation and column.related_model is Subject and model is not Subject:
                name = model._meta.model_name or ""
                plain = re.sub(r"_.*", "", name)
                known = name in NOT_ABOUT or model.__name__ in told or plain in told.lower()
                assert known, model._meta.label
    assert len(SOURCES) == 20
