"""One award or bid, or 404."""

from django.http import Http404

from members.models import Award, AwardEntry, User


def get_award(slug: str) -> Award:
    """Return an award. Raises Http404."""
    found: Award | None = Award.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def get_entry(user: User, ref: str) -> AwardEntry:
    """Return a bid that this user may see, as for_list() gives it. Raises Http404."""
    found: AwardEntry | None = (
        AwardEntry.objects.visible_to(user).for_list().filter(ref=ref).first()
    )
    if found is None:
        raise Http404
    return found
