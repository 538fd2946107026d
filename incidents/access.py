"""One report, or 404."""

from django.http import Http404

from members.models import User

from .models import Report


def get_report(user: User, ref: str) -> Report:
    """Return a report that this user may see, with what its page shows. Raises Http404."""
    report = (
        Report.objects.visible_to(user)
        .filter(ref=ref.upper())
        .select_related("type", "premises", "member", "area", "reporter", "reviewed_by")
        .first()
    )
    if report is None:
        raise Http404
    return report  # type: ignore[no-any-return]
