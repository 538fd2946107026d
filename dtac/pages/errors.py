"""What people see when something can't be answered. Each page says what to do."""

import datetime as dt
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from common.dates import LONDON

WAIT: Final = dt.timedelta(minutes=2)
"""A little more than the minute for which tries from one address are counted."""


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: cookies are off, the page is very old, or a forged request."""
    return render(request, "403_csrf.html", status=403)


@login_not_required
def too_many(request: HttpRequest) -> HttpResponse:
    """Too many tries came from one place or for one account; it says when to try again."""
    again = timezone.localtime(timezone.now() + WAIT, LONDON)
    answer = render(request, "429.html", {"again": again}, status=429)
    answer["Retry-After"] = str(int(WAIT.total_seconds()))
    return answer
