"""Files that come with a report: photos, PDF documents, MP4 and MOV videos.

A file's name and declared type are never believed; the bytes decide. Nothing is read whole.
"""

import struct
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File

from common.images import CheckedFile, check_photo

NOT_A_FILE = "This file can’t be taken. Send a photo, a PDF, or an MP4 or MOV video."
CUT_SHORT = "This file is damaged or was cut short. Choose it again."
# The first brand of an ISO media file, ISO/IEC 14496-12; photos of the same family are not here.
MP4_BRANDS = {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ",
              b"MSNV", b"dash", b"3gp4", b"3gp5", b"3gp6"}  # fmt: skip
MOV_BRAND = b"qt  "
MAX_BOXES = 10_000


def check_file(upload: "File[Any]") -> CheckedFile:
    """Return what kind of file this is. Raises ValidationError with words for the sender."""
    if not upload.size:
        raise ValidationError("This file is empty. Choose it again.", code="empty")
    stream: Any = upload.file
    stream.seek(0)
    head = stream.read(16)
    stream.seek(0)
    if head.startswith(b"%PDF-"):
        found = _check_pdf(stream, upload.size)
    elif head[4:8] == b"ftyp" and (head[8:12] in MP4_BRANDS or head[8:12] == MOV_BRAND):
        found = _check_video(stream, upload.size, is_mov=head[8:12] == MOV_BRAND)
    else:
        try:
            return check_photo(upload)
        except ValidationError as error:
            if error.code == "kind":
                raise ValidationError(NOT_A_FILE, code="kind") from error
            raise
    upload.checked = found  # type: ignore[attr-defined]
    return found


def _refuse_over(size: int, limit: int, what: str) -> None:
    if size > limit:
        raise ValidationError(
            f"This {what} is over {limit // (1024 * 1024)} MB. Send a shorter one, or hand it to"
            " the Intelligence Manager.",
            code="bytes",
        )


def _check_pdf(stream: IO[bytes], size: int) -> CheckedFile:
    _refuse_over(size, settings.DTAC_DOCUMENT_MAX_BYTES, "document")
    stream.seek(max(0, size - 2048))
    tail = stream.read()
    stream.seek(0)
    if b"%%EOF" not in tail:
        raise ValidationError(CUT_SHORT, code="damaged")
    return CheckedFile("application/pdf", "pdf", "document")


def _check_video(stream: IO[bytes], size: int, *, is_mov: bool) -> CheckedFile:
    """Walk the file's boxes: a whole one has its index (moov) and ends where its last box does."""
    _refuse_over(size, settings.DTAC_VIDEO_MAX_BYTES, "video")
    place, boxes = 0, set()
    for _ in range(MAX_BOXES):
        if place >= size:
            break
        stream.seek(place)
        length, name = _box(stream)
        if length == 0:  # to the end of the file
            length = size - place
        if length < 8:
            raise ValidationError(CUT_SHORT, code="damaged")
        boxes.add(name)
        place += length
    stream.seek(0)
    if place != size or b"moov" not in boxes:
        raise ValidationError(CUT_SHORT, code="damaged")
    kind = ("video/quicktime", "mov") if is_mov else ("video/mp4", "mp4")
    return CheckedFile(*kind, "video")


def _box(stream: IO[bytes]) -> tuple[int, bytes]:
    """Return the length and name of the box that begins here."""
    head = stream.read(8)
    if len(head) < 8:
        raise ValidationError(CUT_SHORT, code="damaged")
    length, name = struct.unpack(">I4s", head)
    if length == 1:  # the length is in the next eight bytes
        long = stream.read(8)
        if len(long) < 8:
            raise ValidationError(CUT_SHORT, code="damaged")
        (length,) = struct.unpack(">Q", long)
        if not length:  # "to the end" is said in the first four bytes alone
            raise ValidationError(CUT_SHORT, code="damaged")
    return length, name
