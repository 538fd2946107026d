"""A bulletin's page: the profiles in it, with their exclusions."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.services import record
from dtac.presenters import cards
from members.access import READERS, roles_only, user_of
from members.audience import users_of_audience
from members.models import User
from offenders import actions
from offenders.access import get_bulletin
from offenders.models import Bulletin, ProfileVersion


@require_safe
@roles_only(*READERS)
def bulletin(request: HttpRequest, ref: str) -> HttpResponse:
    """One bulletin, with the profiles as this user may see them now."""
    user = user_of(request)
    found = get_bulletin(user, ref)
    entries = list(found.entries.all())
    versions = {
        version.subject_id: version
        for version in ProfileVersion.objects.visible_to(user)
        .filter(subject__in=[entry.subject_id for entry in entries])
        .for_list()
    }
    shown = [versions[entry.subject_id] for entry in entries if entry.subject_id in versions]
    record(
        actions.BULLETIN_VIEWED,
        by=user,
        ref=found.ref,
        subjects=[version.subject.ref for version in shown],
    )
    context: dict[str, Any] = {
        "bulletin": found,
        "faces": cards(shown),
        "gone": len(entries) - len(shown) if user.is_intel else 0,
    }
    if user.is_intel:
        context |= _progress(found)
    return render(request, "offenders/bulletin.html", context)


def _progress(bulletin: Bulletin) -> dict[str, Any]:
    """What the manager sees of the sending."""
    recipients = User.objects.bulletin_recipients().filter(users_of_audience(bulletin))
    failed = bulletin.deliveries.filter(email__state="failed").select_related("user", "email")
    return {
        "progress": Bulletin.objects.filter(pk=bulletin.pk).with_progress().first(),
        "recipients_now": recipients.count(),
        "failed": failed[:20],
    }
