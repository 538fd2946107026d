"""What people see when something can't be answered. Each page says what to do."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: cookies are off, the page is very old, or a forged request."""
    return render(request, "403_csrf.html", status=403)
