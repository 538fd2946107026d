"""Photos cropped and blurred: a photo of its own from one original, and what is kept of which."""

import io
import threading
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import Error, connection, transaction
from PIL import Image

from audit.models import Event
from common.edits import Edits, edits_of
from common.orphans import orphans_delete
from common.tests.test_orphans import age
from common.variants import make_waiting_variants
from common.watermark import watermarked
from dtac.demo.portraits import draw_portrait
from exclusions.merging import merge_undo, subjects_merge
from offenders.models import Photo, Subject
from offenders.services import (
    PhotoFacts,
    files_delete,
    files_of,
    photo_add,
    photo_discard,
    photo_edit,
    profile_publish,
    subject_unmake,
)
from tests import factories
from tests.cast import Cast

LEFT = edits_of(crop=(0, 0, 0.5, 1), blurs=[])
FACE = edits_of(crop=None, blurs=[(0.25, 0.25, 0.5, 0.5)])


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def halves() -> bytes:
    """A picture that is red on its left and blue on its right, with where it was taken."""
    picture = Image.new("RGB", (400, 500), "red")
    picture.paste((0, 0, 255), (200, 0, 400, 500))
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (51.0, 26.0, 0.0)}
    exif[0x010E] = "secret words"
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=95, exif=exif)
    return buffer.getvalue()


def subject_with(cast: Cast, content: bytes | None = None, **facts: Any) -> tuple[Subject, Photo]:
    subject = factories.subject(cast.intel, photo=False)
    said = {"source": "CCTV", "may_publish": True} | facts
    photo = photo_add(
        by=cast.intel,
        subject=subject,
        upload=factories.upload(content=content or halves()),
        facts=PhotoFacts(**said),
    )
    return subject, photo


def edit(cast: Cast, photo: Photo, edits: Edits = LEFT, **fields: Any) -> Photo:
    return photo_edit(
        by=cast.intel, photo=photo, edits=edits, **({"bystanders_clear": True} | fields)
    )


def shown(photo: Photo, size: str) -> Image.Image:
    with default_storage.open(photo.variant_path(size), "rb") as stream:
        picture = Image.open(stream)
        picture.load()
        return picture


def bluest(picture: Image.Image) -> int:
    """Return how blue its bluest pixel is, of 255."""
    return max(picture.convert("RGB").getchannel("B").tobytes())


def stored(media: Path) -> set[str]:
    return {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()}


def test_no_size_of_a_crop_holds_what_was_cut_off(cast: Cast) -> None:
    _, photo = subject_with(cast)
    made = edit(cast, photo)
    assert make_waiting_variants(Photo.objects.all()) == 2
    for size in ("thumb", "card", "large"):
        picture = shown(made, size).convert("RGB")
        assert bluest(picture) < 120, size  # a JPEG's colours reach over an edge a little
        assert not picture.getexif()
        assert b"secret words" not in default_storage.open(made.variant_path(size)).read()
        assert bluest(shown(photo, size)) > 200
    assert shown(made, "large").size == (200, 500)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_boxes_are_of_the_picture_as_people_see_it(cast: Cast, kind: str) -> None:
    """A phone stores it lying on its side and says so: the boxes are of the upright one."""
    upright = Image.new("RGB", (300, 400), "red")
    upright.paste((0, 0, 255), (0, 200, 300, 400))  # blue below
    exif = Image.Exif()
    buffer = io.BytesIO()
    if kind == "HEIF":  # its decoder turns it itself
        upright.save(buffer, kind, quality=95)
    else:
        exif[0x0112] = 6  # to be turned clockwise to be upright
        upright.transpose(Image.Transpose.ROTATE_90).save(buffer, kind, exif=exif)
    _, photo = subject_with(cast, buffer.getvalue())
    made = edit(cast, photo, edits_of(crop=(0, 0, 1, 0.45), blurs=[]))  # the upper part
    make_waiting_variants(Photo.objects.filter(pk=made.pk))
    assert shown(made, "large").size == (300, 180)
    assert bluest(shown(made, "large")) < 60


def test_a_blurred_face_is_not_in_any_size(cast: Cast) -> None:
    _, photo = subject_with(cast, draw_portrait(11))
    made = edit(cast, photo, edits_of(crop=None, blurs=[(0, 0, 1, 1)]))
    make_waiting_variants(Photo.objects.all())
    for size in ("thumb", "card", "large"):
        # No more than 4 by 5 colours are left: shrunk to that and grown again, it is the same.
        picture = shown(made, size).convert("RGB")
        few = picture.resize((8, 10), Image.Resampling.BOX)
        again = few.resize(picture.size, Image.Resampling.BICUBIC)
        apart = [abs(a - b) for a, b in zip(picture.tobytes(), again.tobytes(), strict=True)]
        assert sum(apart) / len(apart) < 4, size


def test_it_shares_the_original_and_leaves_the_photo_alone(cast: Cast, media: Path) -> None:
    subject, photo = subject_with(cast)
    before = stored(media)
    made = edit(cast, photo)
    photo.refresh_from_db()
    assert stored(media) == before  # no second original
    assert (made.edit_of, made.original.name) == (photo, photo.original.name)
    assert (made.source, made.may_publish, made.sha256) == ("CCTV", True, photo.sha256)
    assert (made.bystanders_clear, made.bystanders_by) == (True, cast.intel)
    assert made.bystanders_at
    assert (photo.bystanders_clear, photo.edits) == (False, {})
    event = Event.objects.get(action="offenders.photo.edited")
    assert (event.record, event.detail["cropped"], event.detail["blurred"]) == (
        subject.ref,
        True,
        0,
    )


def test_it_answers_whether_bystanders_were_dealt_with(cast: Cast) -> None:
    subject, photo = subject_with(cast)
    with pytest.raises(ValidationError, match="bystanders"):
        profile_publish(by=cast.intel, subject=subject, revision=1, draft=factories.draft(subject))
    unsure = edit(cast, photo, FACE, bystanders_clear=False)
    sure = edit(cast, photo, LEFT)
    subject.refresh_from_db()
    publish = {"by": cast.intel, "subject": subject, "revision": subject.revision}
    with pytest.raises(ValidationError, match="bystanders"):
        profile_publish(**publish, draft=factories.draft(subject, photos=[unsure]))
    version = profile_publish(**publish, draft=factories.draft(subject, photos=[sure]))
    assert version.main_photo == sure


def test_a_published_version_keeps_its_own_photo(cast: Cast, client_of, sql) -> None:
    version = factories.published(cast.intel)
    photo = version.main_photo
    intel, staff = client_of("intel"), client_of("staff")
    assert "cropped or blurred since" not in intel.get(f"/subjects/{version.subject.ref}/").text
    made = edit(cast, photo)
    assert list(version.photos.all()) == [photo]
    assert staff.get(f"/photos/{photo.uuid}/card/").status_code == 200
    assert staff.get(f"/photos/{made.uuid}/card/").status_code == 404
    page = intel.get(f"/subjects/{version.subject.ref}/").text
    assert "cropped or blurred since" in page
    offered = intel.get(f"/subjects/{version.subject.ref}/publish/").context["form"]
    assert offered["photos"].value() == [made.pk]
    subject = Subject.objects.get(pk=version.subject_id)
    profile_publish(
        by=cast.intel,
        subject=subject,
        revision=subject.revision,
        draft=factories.draft(subject, photos=[made]),
    )
    assert staff.get(f"/photos/{photo.uuid}/card/").status_code == 404
    assert staff.get(f"/photos/{made.uuid}/card/").status_code == 200
    assert "cropped or blurred since" not in intel.get(f"/subjects/{subject.ref}/").text
    with pytest.raises(Error), transaction.atomic():  # nor by whoever has the password
        sql("""UPDATE offenders_photo SET edits = '{"crop": [0, 0, 1, 0.5]}' WHERE edits <> '{}'""")


def test_edited_again_it_is_made_from_the_original(cast: Cast) -> None:
    _, photo = subject_with(cast)
    first = edit(cast, photo)
    second = edit(cast, first, FACE)
    assert second.edit_of == photo
    assert (second.edits, first.edits) == (FACE.as_json(), LEFT.as_json())
    assert edit(cast, photo, FACE) == second  # the same again: a double click
    assert Photo.objects.count() == 3
    with pytest.raises(ValidationError, match="first"):
        edit(cast, photo, Edits())


def test_the_first_face_can_be_the_crop(cast: Cast) -> None:
    subject, photo = subject_with(cast)
    made = edit(cast, photo, primary=True)
    assert subject.photos.get(is_primary=True) == made
    photo_discard(by=cast.intel, photo=made)
    assert subject.photos.get(is_primary=True) == photo


class TestDeletion:
    """An original goes with the last row that shares it, never before."""

    def test_a_crop_that_nobody_saw_is_discarded_alone(
        self, cast: Cast, media: Path, django_capture_on_commit_callbacks
    ) -> None:
        _, photo = subject_with(cast)
        make_waiting_variants(Photo.objects.all())
        before = stored(media)
        made = edit(cast, photo)
        make_waiting_variants(Photo.objects.all())
        assert len(stored(media)) == len(before) + 3
        with django_capture_on_commit_callbacks(execute=True):
            photo_discard(by=cast.intel, photo=made)
        assert stored(media) == before
        with pytest.raises(ValidationError, match="as it was added"):
            photo_discard(by=cast.intel, photo=photo)

    def test_one_that_was_published_is_kept(self, cast: Cast) -> None:
        subject, photo = subject_with(cast)
        made = edit(cast, photo)
        subject.refresh_from_db()
        draft = factories.draft(subject, photos=[made])
        profile_publish(by=cast.intel, subject=subject, revision=subject.revision, draft=draft)
        with pytest.raises(ValidationError, match="published version"):
            photo_discard(by=cast.intel, photo=made)

    def test_the_original_goes_with_the_last_of_them(self, cast: Cast, media: Path) -> None:
        _, photo = subject_with(cast)
        made = edit(cast, photo)
        make_waiting_variants(Photo.objects.all())
        original = str(photo.original.name)
        assert original not in files_of([photo])
        assert original not in files_of([made])
        files = files_of([photo, made])
        assert files.count(original) == 1
        files_delete(files)
        assert stored(media) == set()

    def test_a_record_made_by_mistake_takes_all_of_them(self, cast: Cast, media: Path) -> None:
        subject, photo = subject_with(cast)
        edit(cast, photo)
        make_waiting_variants(Photo.objects.all())
        Subject.objects.filter(pk=subject.pk).update(revision=1)
        files_delete(subject_unmake(subject=subject))
        assert stored(media) == set()

    def test_an_original_whose_first_row_is_gone_is_no_orphan(
        self, cast: Cast, media: Path, sql
    ) -> None:
        _, photo = subject_with(cast)
        made = edit(cast, photo)
        make_waiting_variants(Photo.objects.all())
        Photo.objects.filter(pk=made.pk).update(edit_of=made)  # as if it had no other
        Photo.objects.filter(pk=photo.pk).delete()
        age(media)
        assert orphans_delete() == 3  # the sizes of the one that is gone
        assert default_storage.exists(str(made.original.name))


class TestMerging:
    """An edit stands on its own record's copy of the original, whoever keeps it."""

    def merged(self, cast: Cast, *, both: bool):
        kept, _ = subject_with(cast, halves() if both else draw_portrait(3))
        gone, photo = subject_with(cast)
        made = edit(cast, photo)
        gone.refresh_from_db()
        merge = subjects_merge(
            by=cast.intel,
            kept=kept,
            gone=gone,
            revisions=(kept.revision, gone.revision),
            fields={},
            reason="Same person.",
        )
        return kept, gone, made, merge

    @pytest.mark.parametrize("both", [True, False])
    def test_it_goes_along_and_comes_back(self, cast: Cast, both: bool) -> None:
        kept, gone, made, merge = self.merged(cast, both=both)
        made.refresh_from_db()
        assert made.subject == made.edit_of.subject == kept
        assert made.original.name == made.edit_of.original.name
        merge_undo(by=cast.intel, merge=merge)
        made.refresh_from_db()
        assert made.subject == made.edit_of.subject == gone
        assert made.original.name == made.edit_of.original.name

    def test_a_crop_made_since_goes_back_with_its_photo(self, cast: Cast) -> None:
        """It shows the other person's face."""
        kept, gone, made, merge = self.merged(cast, both=False)
        moved = Photo.objects.get(pk=made.edit_of_id)
        since = edit(cast, moved, FACE)
        assert since.subject == kept
        merge_undo(by=cast.intel, merge=merge)
        since.refresh_from_db()
        assert since.subject == gone


class TestPage:
    """Through the front door."""

    def path(self, subject: Subject, photo: Photo, what: str = "crop") -> str:
        return f"/subjects/{subject.ref}/photos/{photo.uuid}/{what}/"

    def test_numbers_make_a_photo_and_what_is_wrong_is_said_beside_them(
        self, cast: Cast, client_of
    ) -> None:
        subject, photo = subject_with(cast)
        intel = client_of("intel")
        path = self.path(subject, photo)
        box = {"blur_3_left": "25", "blur_3_top": "25", "blur_3_width": "50", "blur_3_height": "50"}
        for wrong, field in (
            ({"crop_left": "10"}, "crop_left"),
            (box | {"blur_3_width": "80"}, "blur_3_left"),
            (box | {"blur_3_width": "0.5"}, "blur_3_left"),
            (box | {"blur_3_width": "101"}, "blur_3_width"),
            (box | {"blur_3_width": "NaN"}, "blur_3_width"),
        ):
            answer = intel.post(path, wrong)
            assert answer.status_code == 422
            assert field in answer.context["form"].errors
        assert intel.post(path, {"crop_left": ""}).status_code == 422  # nothing to do
        assert Photo.objects.count() == 1
        assert intel.post(path, box | {"bystanders_clear": "on"}).status_code == 302
        assert intel.post(path, box | {"bystanders_clear": "on"}).status_code == 302
        made = Photo.objects.get(edit_of=photo)
        assert made.edits == {"blur": [[0.25, 0.25, 0.5, 0.5]]}
        form = intel.get(self.path(subject, made)).context["form"]
        assert form["blur_0_width"].value() == "50"
        assert not form["bystanders_clear"].value()

    def test_the_preview_is_what_the_worker_makes(self, cast: Cast, client_of) -> None:
        subject, photo = subject_with(cast, draw_portrait(5))
        intel = client_of("intel")
        sides = {"left": "10", "top": "5.5", "width": "60", "height": "70"}
        sent = {f"crop_{side}": value for side, value in sides.items()}
        sent |= {f"blur_0_{side}": "20" for side in sides}
        looked = intel.post(self.path(subject, photo), sent | {"preview": "1"})
        assert looked.status_code == 200
        assert Photo.objects.count() == 1
        picture = intel.get(looked.context["result_url"])
        assert picture["Content-Type"] == "image/jpeg"
        assert "no-store" in picture["Cache-Control"]
        assert intel.post(self.path(subject, photo), sent).status_code == 302
        made = Photo.objects.get(edit_of=photo)
        make_waiting_variants(Photo.objects.filter(pk=made.pk))
        assert default_storage.open(made.variant_path("large")).read() == picture.content

    @pytest.mark.parametrize(
        "query",
        ["crop=1,2,3", "crop=a,b,c,d", "blur=0,0,nan,5", "blur=0,0,900,5", "blur=" + "9" * 999],
    )
    def test_a_wrong_query_is_refused(self, cast: Cast, client_of, query: str) -> None:
        subject, photo = subject_with(cast)
        answer = client_of("intel").get(self.path(subject, photo, "preview") + "?" + query)
        assert answer.status_code == 422

    def test_a_file_that_is_gone_is_said_to_be(self, cast: Cast, client_of) -> None:
        subject, photo = subject_with(cast)
        default_storage.delete(str(photo.original.name))
        intel = client_of("intel")
        assert intel.get(self.path(subject, photo, "preview")).status_code == 422
        assert intel.get(self.path(subject, photo)).status_code == 200
        answer = intel.post(self.path(subject, photo, "file"), follow=True)
        assert "missing from the store" in answer.text

    def test_the_original_leaves_unaltered_recorded_and_for_the_manager(
        self, cast: Cast, client_of
    ) -> None:
        subject, photo = subject_with(cast)
        made = edit(cast, photo)
        intel = client_of("intel")
        for row in (photo, made):
            answer = intel.post(self.path(subject, row, "file"))
            assert b"".join(answer.streaming_content) == halves()
            assert "attachment" in answer["Content-Disposition"]
            assert "sandbox" in answer["Content-Security-Policy"]
            assert "no-store" in answer["Cache-Control"]
        taken = Event.objects.filter(action="offenders.photo.taken")
        assert [event.record for event in taken] == [subject.ref] * 2
        for who in ("staff", "store", "police", "board", "admin"):
            assert client_of(who).post(self.path(subject, photo, "file")).status_code == 404
        with Path(photo.original.path).open("ab") as file:
            file.write(b"x")
        answer = intel.post(self.path(subject, photo, "file"), follow=True)
        assert "not what was added any more" in answer.text
        assert taken.count() == 2


class TestServed:
    """What members get of a photo."""

    def test_the_large_one_names_who_looks_and_when(self, cast: Cast, client_of) -> None:
        version = factories.published(cast.intel)
        make_waiting_variants(Photo.objects.all())
        photo = version.main_photo
        answers = {
            who: client_of(who).get(f"/photos/{photo.uuid}/large/") for who in ("staff", "other")
        }
        plain = default_storage.open(photo.variant_path("large")).read()
        assert answers["staff"].content != answers["other"].content != plain
        for answer in answers.values():
            assert answer["Content-Type"] == "image/jpeg"
            assert "no-store" in answer["Cache-Control"]
            assert answer["Cross-Origin-Resource-Policy"] == "same-origin"

    @pytest.mark.parametrize(
        ("at", "shown"), [("2026-07-03T09:05", "10:05"), ("2026-12-03T09:05", "09:05")]
    )
    def test_the_time_is_londons(self, cast: Cast, client_of, at: str, shown: str) -> None:
        with time_machine.travel(f"{at}+00:00", tick=False):
            version = factories.published(cast.intel)
            make_waiting_variants(Photo.objects.all())
            photo = version.main_photo
            answer = client_of("staff").get(f"/photos/{photo.uuid}/large/")
        day = "3 Jul 2026" if "-07-" in at else "3 Dec 2026"
        with default_storage.open(photo.variant_path("large")) as plain:
            wanted = watermarked(plain, f"Staff Person\nMarlowe Chemist\n{day} {shown}")
        assert answer.content == wanted

    def test_cards_are_as_the_worker_made_them(self, cast: Cast, client_of) -> None:
        version = factories.published(cast.intel)
        make_waiting_variants(Photo.objects.all())
        photo = version.main_photo
        card = client_of("staff").get(f"/photos/{photo.uuid}/card/")
        assert "no-store" in card["Cache-Control"]
        small = default_storage.open(photo.variant_path("card")).read()
        assert b"".join(card.streaming_content) == small


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_crop(cast: Cast) -> None:
    _, photo = subject_with(cast)
    made: list[int] = []

    def go() -> None:
        try:
            made.append(edit(cast, photo).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
