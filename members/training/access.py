"""One course, session or certificate, or 404."""

from django.http import Http404

from members.models import Course, TrainingPlace, TrainingSession, User


def get_course(slug: str) -> Course:
    """Return a course. Raises Http404."""
    found: Course | None = Course.objects.filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def get_session(ref: str) -> TrainingSession:
    """Return a session with its course and how many places are taken. Raises Http404."""
    found: TrainingSession | None = TrainingSession.objects.for_list().filter(ref=ref).first()
    if found is None:
        raise Http404
    return found


def get_certificate(user: User, number: str) -> TrainingPlace:
    """Return who has a certificate that this user may see. Raises Http404."""
    found: TrainingPlace | None = (
        TrainingPlace.objects.visible_to(user).certified().for_list().filter(certificate=number)
    ).first()
    if found is None:
        raise Http404
    return found
