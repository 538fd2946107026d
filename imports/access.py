"""One import, or 404."""

from django.http import Http404

from members.models import User

from .models import ImportRun


def get_run(user: User, ref: str) -> ImportRun:
    """Return an import that this user may see. Raises Http404."""
    runs = ImportRun.objects.visible_to(user)
    run = runs.select_related("uploaded_by", "written_by", "undone_by").filter(ref=ref).first()
    if run is None:
        raise Http404
    return run  # type: ignore[no-any-return]
