"""What comes before any page: a session within its time, a second step, the agreement."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from .models import User
from .signin.factors import needs_second_factor
from .signin.sessions import session_close, session_over, session_touch

FREE_OF_AGREEMENT = frozenset(
    {
        "agreement",
        "account_login",
        "account_logout",
        "account_inactive",
        "healthz",
        "readyz",
        "csp_report",
        "mail_stop",
        "apply",
        "applied",
        "invited",
        "exclusion_rules",
        "exclusion_rules_premises",
    }
)

FREE_OF_FACTOR = FREE_OF_AGREEMENT - {"agreement"} | {
    "mfa_authenticate",
    "prove",
    "second_factor",
    "second_factor_app",
    "second_factor_passkey",
    "second_factor_codes",
}
"""What a role that needs a second step sees before it has given one."""
FREE_OF_AGREEMENT |= FREE_OF_FACTOR | {"sessions"}
BY_ITSELF = frozenset(
    {"csp_report", "alert_poll", "log_phone", "service_worker", "manifest", "log_offline"}
)
"""What a page or the phone asks for by itself: nobody is there, so no session is kept alive."""


class AccessMiddleware:
    """Leads a signed-in user from any page to what comes first.

    A session that is over by time: to sign-in. A role that needs a second step in a session that
    hasn't given one: to set it up. The current agreement not accepted: to it. None of it asks the
    database: the session and the user that are loaded anyhow say it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        user = request.user
        if not isinstance(user, User):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if why := session_over(request.session, user):
            return _signed_out(request, user, why, view)
        if name not in BY_ITSELF:
            session_touch(request.session)
        if must_give_second(request, user) and name not in FREE_OF_FACTOR:
            return HttpResponseRedirect(reverse("second_factor"))
        if user.must_accept_agreement and name not in FREE_OF_AGREEMENT:
            return HttpResponseRedirect(agreement_url(request))
        return None


def must_give_second(request: HttpRequest, user: User) -> bool:
    """Whether this session needs a second step and hasn't given it."""
    return needs_second_factor(user) and request.session.get("second_factor") != user.pk


def _signed_out(request: HttpRequest, user: User, why: str, view: object) -> HttpResponse | None:
    """Close a session that is over; go on where no account is needed, else to sign-in."""
    session_close(request, user, why)
    request.user = AnonymousUser()
    if not getattr(view, "login_required", True):
        return None
    return redirect_to_login(request.get_full_path(), reverse("account_login"))


def agreement_url(request: HttpRequest) -> str:
    """Return the agreement's address, with where the user was going: the page after it.

    A page is what a browser asks for as HTML; what scripts ask for leads nowhere afterwards.
    """
    page = request.method == "GET" and "text/html" in request.headers.get("Accept", "")
    if not page or request.headers.get("HX-Request"):
        return reverse("agreement")
    return f"{reverse('agreement')}?{urlencode({'next': request.get_full_path()})}"
