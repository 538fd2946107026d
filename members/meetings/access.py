"""One meeting, or 404."""

from django.http import Http404

from members.models import Meeting, User


def get_meeting(user: User, ref: str) -> Meeting:
    """Return a meeting that this user may see, as for_list() gives it. Raises Http404."""
    found: Meeting | None = Meeting.objects.visible_to(user).for_list().filter(ref=ref).first()
    if found is None:
        raise Http404
    return found
