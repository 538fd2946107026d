"""The same rows with another ZIP: new faces are added, what was taken away stays away."""

import io
import uuid
import zipfile

import pytest
from django.core.files.storage import default_storage

from audit.models import Event
from imports import running
from imports.models import ImportRun
from imports.running import run_work
from imports.tests.files import checked, day, said, step, upload_data
from offenders.models import Photo, Subject
from tests import factories
from tests.cast import Cast

ROWS = (
    f"Id,Name,Last incident,Photo\n1,Ann Lee,{day(9)},1.jpg; 1b.jpg\n2,Bo Penn,{day(8)},2.jpg\n"
).encode()


def zipped(**colours: str) -> bytes:
    """Return a ZIP of photos, each of its colour; f1 is 1.jpg."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, colour in colours.items():
            content = b"no photo" if colour == "none" else factories.image_bytes(colour=colour)
            archive.writestr(f"{name[1:]}.jpg", content)
    return buffer.getvalue()


def held(name: str) -> int:
    return Photo.objects.filter(subject__name=name).count()


def first_of(name: str) -> str:
    """Return the hash of the face that is shown first."""
    return Photo.objects.get(subject__name=name, is_primary=True).sha256


@pytest.fixture
def before(cast: Cast, client_of) -> ImportRun:
    """Two people, one of them with two faces."""
    client, rows = client_of("intel"), ROWS[: ROWS.rindex(b"2.jpg")]
    run = checked(client, "subjects", rows, zipped(f1="red", f1b="blue"))
    return step(client, run, "write")


def test_new_faces_of_the_same_rows_are_added(cast: Cast, client_of, before: ImportRun) -> None:
    client, face = client_of("intel"), first_of("Ann Lee")
    run = checked(client, "subjects", ROWS, zipped(f1="red", f1b="green", f2="white"))
    assert run.is_ready
    assert (run.make_count, run.counts["there"], run.more_count) == (0, 2, 2)
    ann, bo = Subject.objects.order_by("name")
    assert said(run, "note") == [
        (2, "Photo", f"1b.jpg: a new photo of {ann.ref}. It is added to the record."),
        (3, "Photo", f"2.jpg: a new photo of {bo.ref}. It is added to the record."),
    ]
    run = step(client, run, "write")
    assert (run.state, held("Ann Lee"), held("Bo Penn")) == ("done", 3, 1)
    assert first_of("Ann Lee") == face
    new = Photo.objects.get(subject=bo)
    assert (new.is_primary, new.may_publish, new.bystanders_clear) == (True, False, False)
    assert default_storage.exists(new.original.name)
    told = Event.objects.filter(action="imports.photo.taken_over")
    assert list(told.order_by("pk").values_list("record", flat=True)) == [ann.ref, bo.ref]
    page = client.get(f"/import/{run.ref}/").text
    assert "Of those with new photos" in page
    assert "2 with new photos" in client.get("/import/").text


def test_they_are_undone_by_themselves_and_before_the_people(
    cast: Cast, client_of, before: ImportRun, django_capture_on_commit_callbacks
) -> None:
    client = client_of("intel")
    run = step(client, checked(client, "subjects", ROWS, zipped(f2="white")), "write")
    file = Photo.objects.get(subject__name="Bo Penn").original.name
    refused = step(client, before, "undo", reason="x")
    assert (refused.state, len(refused.in_the_way)) == ("done", 1)
    assert "Photo of D-" in refused.in_the_way[0]
    with django_capture_on_commit_callbacks(execute=True):
        run = step(client, run, "undo", reason="x")
    assert (run.state, run.in_the_way) == ("undone", [])
    assert (held("Ann Lee"), held("Bo Penn"), default_storage.exists(file)) == (2, 0, False)
    assert Event.objects.filter(action="imports.photo.removed").count() == 1
    again = checked(client, "subjects", ROWS, zipped(f2="white"))
    assert again.more_count == 1
    assert step(client, before, "undo", reason="x").state == "undone"


def test_what_the_manager_took_away_does_not_come_back(
    cast: Cast, client_of, before: ImportRun
) -> None:
    client = client_of("intel")
    Photo.objects.get(subject__name="Ann Lee", is_primary=False).delete()
    run = checked(client, "subjects", ROWS, zipped(f1="red", f1b="blue", f2="none"))
    assert (run.more_count, run.is_ready, run.state_words) == (0, False, "Nothing new in it")
    assert any("is not a photo" in words for _, _, words in said(run, "note"))


def test_of_who_is_gone_meanwhile_nothing_is_added(
    cast: Cast, client_of, before: ImportRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of("intel")
    run = checked(client, "subjects", ROWS, zipped(f2="white"))
    real = running._save

    def merged(*args: object) -> object:
        bo = Subject.objects.filter(name="Bo Penn")
        bo.update(merged_into=Subject.objects.get(name="Ann Lee"))
        return real(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(running, "_save", merged)
        run = step(client, run, "write")
    assert (run.state, Photo.objects.count()) == ("writing", 2)
    assert run_work(run_id=run.pk)  # the next try
    run.refresh_from_db()
    assert (run.more_count, Photo.objects.count()) == (0, 2)


def test_another_zip_by_the_same_form_is_refused(cast: Cast, client_of) -> None:
    client, form = client_of("intel"), str(uuid.uuid4())
    red, blue = zipped(f1="red"), zipped(f1="blue")  # once: a ZIP holds the time it was made at
    for photos, status in ((red, 302), (red, 302), (blue, 422)):
        data = upload_data("subjects", ROWS, photos) | {"client_id": form}
        assert client.post("/import/new/", data).status_code == status
    assert ImportRun.objects.count() == 1
