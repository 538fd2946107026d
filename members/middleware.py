"""Nothing personal before the current data-sharing agreement is accepted."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from .models import User

FREE_OF_AGREEMENT = frozenset(
    {
        "agreement",
        "account_login",
        "account_logout",
        "account_inactive",
        "healthz",
        "readyz",
        "mail_stop",
        "apply",
        "applied",
        "invited",
        "exclusion_rules",
        "exclusion_rules_premises",
    }
)


class AccessMiddleware:
    """Sends a signed-in user who hasn't accepted the current agreement to it, from any page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        user = request.user
        if not isinstance(user, User) or not user.must_accept_agreement:
            return None
        match = request.resolver_match
        if match is not None and match.view_name in FREE_OF_AGREEMENT:
            return None
        return HttpResponseRedirect(agreement_url(request))


def agreement_url(request: HttpRequest) -> str:
    """Return the agreement's address, with where the user was going: the page after it.

    A page is what a browser asks for as HTML; what scripts ask for leads nowhere afterwards.
    """
    page = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    if not page or request.headers.get("HX-Request"):
        return reverse("agreement")
    return f"{reverse('agreement')}?{urlencode({'next': request.get_full_path()})}"
