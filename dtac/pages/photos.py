"""Photos, through a permission check each time."""

import uuid
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.services import record
from common import dates
from common.db import StoredImage
from common.stores import stored_response
from common.watermark import drawable, watermarked
from incidents import actions as incident_actions
from incidents.models import Attachment
from members.access import user_of
from members.models import User
from offenders import actions as offender_actions
from offenders.access import get_photo


@require_safe
def photo(request: HttpRequest, name: uuid.UUID, size: str) -> HttpResponse | FileResponse:
    """A photo that this user may see, in one of three sizes; a placeholder while it is being made.

    Opening the large size is logged, and who opens it when is written across it; cards and thumbs
    are part of the page that lists them. No browser or proxy keeps any of the three.
    """
    if size not in StoredImage.VARIANT_SIZES:
        raise Http404
    user = user_of(request)
    image, note = _find(user, name)
    if size == "large":
        record(by=user, **note)  # type: ignore[arg-type]
    if image.variants_ready_at is None:
        return _placeholder()
    name_of_size = image.variant_path(size)
    try:
        if size != "large":
            return _closed(stored_response(name_of_size, content_type="image/jpeg"))
        with default_storage.open(name_of_size, "rb") as stream:
            marked = watermarked(stream, _mark(user))
    except FileNotFoundError:
        return _placeholder()
    return _closed(HttpResponse(marked, content_type="image/jpeg"))


def _closed(answer: HttpResponse) -> HttpResponse:
    """Keep a photo out of other sites' pages; that nothing keeps it is the default of all pages."""
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _mark(user: User) -> str:
    """Return who looks and when, as London's clocks show it, in letters that can be drawn."""
    now = timezone.now().astimezone(dates.LONDON)
    who = drawable(user.name, instead=user.email)
    at = drawable(user.member.name, instead=f"member {user.member_id}")
    return f"{who}\n{at}\n{now:%-d %b %Y %H:%M}"


def _find(user: User, name: uuid.UUID) -> tuple[StoredImage, dict[str, object]]:
    of_subject = get_photo(user, name)
    if of_subject:
        ref = of_subject.subject.ref
        return of_subject, {
            "action": offender_actions.PHOTO_VIEWED,
            "ref": ref,
            "subjects": [ref],
        }
    attachments = Attachment.objects.visible_to(user).filter(uuid=name, kind="photo")
    of_report = attachments.select_related("report").first()
    if of_report is None:
        raise Http404
    return of_report, {
        "action": incident_actions.PHOTO_VIEWED,
        "ref": of_report.report.ref,
        "exhibit": of_report.number,
    }


def _placeholder() -> FileResponse:
    path = finders.find("img/face.svg")
    if not isinstance(path, str):
        raise Http404
    return FileResponse(Path(path).open("rb"), content_type="image/svg+xml")
