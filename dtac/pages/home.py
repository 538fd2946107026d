"""The first page, by role."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from members.access import user_of
from members.models import Role

HOME = {
    Role.REPORTER: "gallery",
    Role.MANAGER: "gallery",
    Role.AGENCY: "gallery",
    Role.INTEL: "queue",
    Role.BOARD: "board",
    Role.ADMIN: "admin:index",
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send each role to where its work is."""
    return redirect(HOME[Role(user_of(request).role)])
