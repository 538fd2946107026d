"""One notice, or 404."""

from django.http import Http404

from members.models import User

from .models import Notice


def get_notice(user: User, ref: str) -> Notice:
    """Return a notice that this user may see. Raises Http404."""
    notice = (
        Notice.objects.visible_to(user)
        .filter(ref=ref.upper())
        .with_face(user)
        .select_related(
            "authorised_by", "service_recorded_by", "service_premises", "revoked_by", "policy"
        )
        .first()
    )
    if notice is None:
        raise Http404
    return notice  # type: ignore[no-any-return]
