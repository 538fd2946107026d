"""The manager's work queue: what needs doing next, and nothing else."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.services import record
from common import dates
from common.http import query_text
from dtac.queue import waiting_besides_reports
from dtac.queue.reports import Asked, reports_to_review
from incidents import actions
from incidents.models import ReviewStep
from members.access import roles_only, user_of
from members.models import Area, OutboundEmail, Role

MAIL_MAY_FAIL = dt.timedelta(minutes=30)
"""A mail server that restarts is nobody's work."""


@require_safe
@roles_only(Role.INTEL)
def queue(request: HttpRequest) -> HttpResponse:
    """Reports to review, notices that need a step, profiles due for review, and the rest."""
    user = user_of(request)
    asked = Asked.of(query_text(request, "show"), query_text(request, "area"))
    review = reports_to_review(user, asked)
    others = waiting_besides_reports(user)
    parts = [review.part, *others]
    refs = [ref for part in parts for ref in part.refs]
    record(actions.REPORTS_LISTED, by=user, subjects=refs, show="queue")
    no_mail_since = _no_mail_since()
    tiles = [tile for part in parts for tile in part.tiles]
    context = {
        "tiles": tiles,
        "total": sum(tile.number for tile in tiles) + (no_mail_since is not None),
        "review": review,
        "parts": others,
        "areas": Area.objects.all(),
        "asked": asked,
        "no_mail_since": no_mail_since,
        "lately": ReviewStep.objects.lately_by(user),
        "greeting": _greeting(),
        "now": timezone.now(),
    }
    return render(request, "dtac/queue.html", context)


def _no_mail_since() -> dt.datetime | None:
    """Return since when e-mail that is due does not go out, None if it does or only just failed."""
    outage = OutboundEmail.objects.outage()
    if outage is None or timezone.now() - outage.since <= MAIL_MAY_FAIL:
        return None
    return outage.since


def _greeting() -> str:
    hour = timezone.now().astimezone(dates.LONDON).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"
