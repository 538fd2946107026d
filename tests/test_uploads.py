"""Hostile files in a report: refused, or shown as nothing but the photo that they are."""

import time
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from common.images import make_variants
from incidents.models import Attachment
from incidents.tests.test_log_form import form
from tests import factories
from tests.cast import Cast
from tests.uploads import SCRIPT, Hostile, corpus, encoded, files_kept, twofold

MOST_SECONDS = 5
"""For one file, however it is made; most take some hundredths."""


def test_two_hundred_hostile_files_are_refused(cast: Cast, client_of, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    factories.incident_type()
    staff = client_of("staff")
    files = corpus()
    assert len(files) >= 200
    assert len({file.what for file in files}) == len(files)
    taken, slow = [], []
    for file in files:
        began = time.monotonic()
        answer = staff.post("/log/", *encoded(form(cast.shop), "uploads", file))
        if answer.status_code != 422 or not answer.context["form"].errors.get("uploads"):
            taken.append((file.what, answer.status_code))
        if time.monotonic() - began > MOST_SECONDS:
            slow.append(file.what)
    assert (taken, slow) == ([], [])
    assert not Attachment.objects.exists()
    assert files_kept() == set()


@pytest.mark.parametrize("file", twofold(), ids=lambda file: file.what)
def test_what_is_a_photo_too_is_shown_as_nothing_else(
    cast: Cast, client_of, settings, tmp_path, file: Hostile
) -> None:
    settings.MEDIA_ROOT = tmp_path
    factories.incident_type()
    staff = client_of("staff")
    answer = staff.post("/log/", *encoded(form(cast.shop), "uploads", file))
    assert answer.status_code == 302, answer.context["form"].errors
    photo = Attachment.objects.get()
    name = Path(photo.original.name)
    assert name.suffix in (".jpg", ".png")
    assert name.stem == str(photo.uuid)  # nothing of what it was called
    make_variants(photo)
    photo.variants_ready_at = photo.added_at
    photo.save()
    for size in ("thumb", "card", "large"):
        with default_storage.open(photo.variant_path(size)) as stream:
            content = stream.read()
        assert content.startswith(b"\xff\xd8\xff")
        for hidden in (SCRIPT, b"<script", b"<?php", b"<svg", b"PK\x03\x04", b"Exif", b"GPS"):
            assert hidden not in content, (size, hidden)
        shown = staff.get(f"/photos/{photo.uuid}/{size}/")
        assert shown["Content-Type"] == "image/jpeg"
        assert shown["X-Content-Type-Options"] == "nosniff"
    intel = client_of("intel")
    taken = intel.post(f"/evidence/{photo.uuid}/file/", {"purpose": "court", "why": "For the file"})
    assert taken.status_code == 200
    assert taken["Content-Disposition"].startswith("attachment")
