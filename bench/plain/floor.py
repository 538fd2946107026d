"""The floor: who is signed in gets bytes that lie ready."""

import functools
import json
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse


def folder() -> Path:
    """Return where what lies ready is kept."""
    made = Path(settings.DATA_DIR) / "floor"
    made.mkdir(exist_ok=True)
    return made


def keep(name: str, head: dict[str, str], body: bytes) -> None:
    """Keep an answer of D-TAC's, compressed as it was."""
    told = {each: head[each] for each in ("content-type", "content-encoding") if each in head}
    (folder() / f"{name}.json").write_text(json.dumps(told))
    (folder() / f"{name}.body").write_bytes(body)


@functools.cache
def _ready(name: str) -> tuple[dict[str, str], bytes]:
    told = json.loads((folder() / f"{name}.json").read_text())
    return told, (folder() / f"{name}.body").read_bytes()


@login_required
def floor(request: HttpRequest, name: str) -> HttpResponse:
    """The bytes of that name."""
    told, body = _ready(name)
    return HttpResponse(body, headers=told)
