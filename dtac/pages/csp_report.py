"""What a browser refused to load for a page of ours: a mistake of ours, or somebody's attempt."""

import json
import logging
import re
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

logger = logging.getLogger("dtac.csp")

LONGEST: Final = 16 * 1024
"""Bytes of a report; browsers send some hundred."""
NO_CONTENT: Final = 204


@csrf_exempt
@login_not_required
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Take a report of the content security policy (CSP level 3, report-uri) into the log.

    Anybody can send one, so nothing of it is kept but which directive, which kind of page, and the
    host of what was refused: no address, which may hold a reference, and no sample of a script.
    """
    done = HttpResponse(status=NO_CONTENT)
    if not ratelimit.consume(request, action="csp_report"):
        return done
    said = request.META.get("CONTENT_LENGTH") or "0"
    if not said.isdecimal() or not 0 < int(said) <= LONGEST:
        return done
    try:
        report = json.loads(request.read(LONGEST))["csp-report"]
        directive = report.get("effective-directive") or report.get("violated-directive")
        page, blocked = _page(report.get("document-uri")), _host(report.get("blocked-uri"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return done
    logger.warning("refused by a browser: %s from %s on %s", _word(directive), blocked, page)
    return done


def _word(value: Any) -> str:
    """Return the first plain word of what was sent, and no more of it."""
    found = re.match(r"[a-z-]{1,40}", str(value))
    return found.group() if found else "?"


def _host(value: Any) -> str:
    """Return a word such as "inline", or the scheme and host of an address."""
    text = str(value)
    if "://" not in text:
        return _word(text)
    host = urlsplit(text).hostname or ""
    return host if re.fullmatch(r"[a-z0-9.-]{1,253}", host) else "?"


def _page(value: Any) -> str:
    """Return the name of the page of ours at an address, without what stands in it."""
    try:
        return resolve(urlsplit(str(value)).path).view_name
    except (Resolver404, ValueError):
        return "?"
