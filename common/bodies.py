"""What people send, on its way in: all of it or none of it, and big files beside the data.

A phone that loses its signal in the middle ends its connection. The web server then hands over
what came as if it were all, and a form's last photo would be missing from its report for ever.
"""

import codecs
import io
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import render

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
AFTERWARDS = 64  # bytes that may follow the last boundary


def said_length(request: HttpRequest) -> int:
    """Return the bytes that a request says its body has; 0 where it says none or nonsense."""
    said = request.META.get("CONTENT_LENGTH") or ""
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else 0


class WholeBody(io.IOBase):
    """A request's body that fails, instead of just ending, where it was cut short."""

    def __init__(self, stream: Any, length: int, boundary: str) -> None:
        self.stream = stream
        self.left = length
        self.close_mark = f"--{boundary}--".encode() if boundary else b""
        self.tail = b""

    def read(self, size: int = -1, /) -> bytes:
        """Return `size` bytes, or what is left. Raises OSError where the sender stopped."""
        wanted = self.left if size is None or size < 0 else min(size, self.left)
        data: bytes = self.stream.read(wanted)
        while len(data) < wanted:
            more = self.stream.read(wanted - len(data))
            if not more:
                raise OSError(f"the body ended {self.left - len(data)} bytes early")
            data += more
        return self._passed(data)

    def readline(self, size: int | None = -1, /) -> bytes:
        """Return a line of up to `size` bytes. Raises OSError where the sender stopped."""
        data: bytes = self.stream.readline(size)
        if not data and self.left and size != 0:
            raise OSError(f"the body ended {self.left} bytes early")
        return self._passed(data)

    def _passed(self, data: bytes) -> bytes:
        self.left -= len(data)
        if self.close_mark and data:
            self.tail = (self.tail + data)[-(len(self.close_mark) + AFTERWARDS) :]
            if self.left <= 0 and self.close_mark not in self.tail:
                raise OSError("the body ended before its last boundary")
        return data


class WholeBodyMiddleware:
    """Answers 408 to a form that broke off on its way, before any page takes it for all there is.

    Stands before the check for forged forms, which is the first to read one.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        said = request.encoding
        if said and codecs.lookup(said).name != "utf-8":  # no page of ours asks for another
            raise BadRequest("Forms must be sent as UTF-8.")
        is_form = request.content_type == "multipart/form-data"
        boundary = request.content_params.get("boundary", "") if is_form else ""
        request._stream = WholeBody(request._stream, said_length(request), boundary)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Read the form, or say that it did not arrive whole."""
        if request.method != "POST":
            return None
        try:
            len(request.POST)
        except Exception as error:
            for handler in request.upload_handlers:
                file = getattr(handler, "file", None)
                if file:
                    file.close()  # and with that it is deleted
            if not isinstance(error, UnreadablePostError):
                raise
            logger.warning("a form broke off: %s", error)
            return render(request, "408.html", status=408)
        return None


class UploadsWhenSignedInMiddleware:
    """Reads nothing large from somebody who is not signed in; stands after the authentication."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        large = said_length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if not large or request.user.is_authenticated:
            return self.get_response(request)
        if request.headers.get("Accept", "").startswith("application/json"):
            return JsonResponse({"state": "signed-out"}, status=401)
        return redirect_to_login(request.path)


def arriving_folder() -> Path:
    """Return the folder of large files on their way in: beside the data, so that they are moved
    into place and not copied, and the nightly sweep finds what a killed worker left."""
    return Path(settings.DATA_DIR) / "arriving"


class ArrivingFile(TemporaryUploadedFile):
    """A large file on its way in, under a name that has nothing of the sender's in it."""

    def __init__(
        self,
        name: str,
        content_type: str | None,
        size: int | None,
        charset: str | None,
        content_type_extra: Any = None,
    ) -> None:
        folder = arriving_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = tempfile.NamedTemporaryFile(suffix=".upload", dir=folder)  # noqa: SIM115
        UploadedFile.__init__(self, file, name, content_type, size, charset, content_type_extra)


class ArrivingFileHandler(TemporaryFileUploadHandler):
    """Streams a large file into the folder of arriving files; never held in memory."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Open the file that what follows is written to."""
        super(TemporaryFileUploadHandler, self).new_file(*args, **kwargs)
        self.file = ArrivingFile(
            self.file_name or "", self.content_type, 0, self.charset, self.content_type_extra
        )
