"""Where files lie: an S3-compatible store by setting, and files handed to the web server in front.

The store is a real server on this machine that speaks S3. Rights are asked either way.
"""

import errno
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from moto.server import ThreadedMotoServer

from bench.visitor import sighting
from common import orphans
from dtac.backups.contents import stored_files
from incidents.models import Attachment
from incidents.tasks import attachment_variants_sweep
from offenders.models import Photo
from offenders.tasks import photo_variants_sweep
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.django_db
BUCKET = "dtac-files"


@pytest.fixture(scope="module")
def s3_server() -> Any:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def s3(s3_server: str, settings: Any) -> Any:
    keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "eu-west-2"}
    client = boto3.client("s3", endpoint_url=s3_server, **keys)
    client.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"}
    )
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "common.s3.PrivateStore",
            "OPTIONS": {
                "bucket_name": BUCKET, "endpoint_url": s3_server, "region_name": "eu-west-2",
                "access_key": "k", "secret_key": "s", "file_overwrite": False,
                "signature_version": "s3v4", "addressing_style": "path",
            },
        }
    }  # fmt: skip
    yield client
    for found in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=found["Key"])
    client.delete_bucket(Bucket=BUCKET)


def names(s3: Any) -> set[str]:
    return {found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}


def test_photos_go_to_the_store_and_come_back_by_rights(cast: Cast, s3: Any, client_of) -> None:
    report = factories.report(cast.staff, cast.shop, files=[factories.upload()])
    attachment_variants_sweep()
    photo = Attachment.objects.get(report=report)
    assert str(photo.original.name) in names(s3)
    assert {photo.variant_path(size) for size in photo.VARIANT_SIZES} <= names(s3)
    assert not (Path(default_storage.location or "/nowhere") / str(photo.original.name)).exists()
    for size in ("card", "large"):
        answer = client_of("staff").get(f"/photos/{photo.uuid}/{size}/")
        assert answer["Content-Type"] == "image/jpeg"
        assert b"".join(answer).startswith(b"\xff\xd8")
        assert "Location" not in answer
        assert client_of("other").get(f"/photos/{photo.uuid}/{size}/").status_code == 404


def test_a_size_that_is_gone_is_a_placeholder(cast: Cast, s3: Any, client_of) -> None:
    version = factories.published(cast.intel)
    photo_variants_sweep()
    photo = Photo.objects.get(subject=version.subject)
    s3.delete_object(Bucket=BUCKET, Key=photo.variant_path("card"))
    answer = client_of("staff").get(f"/photos/{photo.uuid}/card/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")


def test_sizes_are_made_again_in_place(cast: Cast, s3: Any) -> None:
    factories.published(cast.intel)
    photo_variants_sweep()
    before = names(s3)
    Photo.objects.update(variants_ready_at=None)
    photo_variants_sweep()
    assert names(s3) == before


def test_the_store_hands_out_no_address(cast: Cast, s3: Any) -> None:
    factories.published(cast.intel)
    photo = Photo.objects.get()
    with pytest.raises(NotImplementedError):
        default_storage.url(str(photo.original.name))
    acl = s3.get_object_acl(Bucket=BUCKET, Key=str(photo.original.name))
    everybody = "http://acs.amazonaws.com/groups/global/AllUsers"
    assert all(grant["Grantee"].get("URI") != everybody for grant in acl["Grants"])


def test_a_backup_knows_its_files_and_strays_are_found(cast: Cast, s3: Any, monkeypatch) -> None:
    factories.published(cast.intel)
    photo_variants_sweep()
    assert {name for name, _ in stored_files()} == names(s3)
    assert orphans.orphans_delete() == 0
    assert default_storage.exists("originals")
    assert not default_storage.exists("packs")


def test_nginx_sends_a_file_once_rights_are_clear(cast: Cast, client_of, settings) -> None:
    settings.DTAC_ACCEL_PREFIX = "/stored/"
    report = factories.report(cast.staff, cast.shop, files=[factories.upload()])
    attachment_variants_sweep()
    photo = Attachment.objects.get(report=report)
    answer = client_of("staff").get(f"/photos/{photo.uuid}/card/")
    assert answer["X-Accel-Redirect"] == f"/stored/{photo.variant_path('card')}"
    assert answer.content == b""
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "private, no-store"
    refused = client_of("other").get(f"/photos/{photo.uuid}/card/")
    assert refused.status_code == 404
    assert "X-Accel-Redirect" not in refused
    marked = client_of("staff").get(f"/photos/{photo.uuid}/large/")
    assert "X-Accel-Redirect" not in marked  # it bears the viewer's name, so it is drawn here
    assert marked.content.startswith(b"\xff\xd8")
    default_storage.delete(photo.variant_path("card"))
    gone = client_of("staff").get(f"/photos/{photo.uuid}/card/")
    assert gone["Content-Type"] == "image/svg+xml"


def test_a_full_disk_is_said_so_that_a_phone_sends_it_again(
    cast: Cast, client_of, monkeypatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    client = client_of("staff")
    owner = client.post("/log/phone/").json()["owner"]
    fields = dict(sighting(str(cast.shop.pk))) | {"owner": owner, "made_at": "0"}
    monkeypatch.setattr(FileSystemStorage, "_save", full)
    answer = client.post("/log/", fields | {"uploads": [factories.upload()]})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert "no room for files" in answer.content.decode()
    monkeypatch.undo()
    taken = client.post("/log/", fields | {"uploads": [factories.upload()]})
    assert taken.status_code in (200, 302)
    assert Attachment.objects.count() == 1
