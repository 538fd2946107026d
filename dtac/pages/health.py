"""Whether the process lives, and whether the system can do its work."""

import logging

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

HEARTBEAT = "worker-heartbeat"
HEARTBEAT_LIFE = 90  # seconds; beat asks for one every 20


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
    client = Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=2,
        socket_connect_timeout=2,
        retry=Retry(NoBackoff(), 0),
    )
    return bool(client.ping())


def _worker() -> bool:
    return cache.get(HEARTBEAT) is not None


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, broker and a worker's heartbeat, each true or false; 503 if any is false."""
    answers = {}
    for name, check in (("database", _database), ("broker", _broker), ("worker", _worker)):
        try:
            answers[name] = check()
        except Exception:  # noqa: BLE001  (whatever the driver raises, the answer is no)
            logger.warning("not ready: %s", name)
            answers[name] = False
    return JsonResponse(answers, status=200 if all(answers.values()) else 503)


def beat() -> None:
    """Note that a worker is alive; the note fades by itself."""
    cache.set(HEARTBEAT, timezone.now().isoformat(), HEARTBEAT_LIFE)
