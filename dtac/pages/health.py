"""Whether the process lives, whether the system can do its work, and what is wrong in words."""

import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from dtac.health import State, all_signs
from dtac.health.heartbeat import is_alive
from dtac.health.machine import redis_client
from dtac.metrics import metrics_text
from members.access import roles_only
from members.models import Role

logger = logging.getLogger(__name__)


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers. Touches nothing else."""
    return JsonResponse({"ok": True})


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


def _broker() -> bool:
    # No retries of its own: the answer is wanted now, and "no" is an answer.
    return bool(redis_client().ping())


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, broker and a worker's heartbeat, each true or false; 503 if any is false."""
    answers = {}
    for name, check in (("database", _database), ("broker", _broker), ("worker", is_alive)):
        try:
            answers[name] = check()
        except Exception:  # noqa: BLE001  (whatever the driver raises, the answer is no)
            logger.warning("not ready: %s", name)
            answers[name] = False
    return JsonResponse(answers, status=200 if all(answers.values()) else 503)


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers for monitoring, for whoever has the token; to anybody else there is no such page."""
    token = settings.DTAC_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not constant_time_compare(given, token):
        raise Http404
    return HttpResponse(metrics_text(), content_type=CONTENT_TYPE_LATEST)


@require_safe
@roles_only(Role.ADMIN)
def health(request: HttpRequest) -> HttpResponse:
    """How everything is, in words, what is wrong first."""
    signs = sorted(all_signs().values(), key=lambda sign: list(State)[::-1].index(sign.state))
    count = {state: sum(sign.state is state for sign in signs) for state in State}
    context: dict[str, Any] = {"signs": signs, "bad": count[State.BAD], "soon": count[State.SOON]}
    return render(request, "dtac/health.html", context)
