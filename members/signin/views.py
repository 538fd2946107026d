"""Pages of signing in: asking again, second steps, where one is signed in."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from audit.services import record
from common.http import add_problems, form_status, query_text
from members import actions
from members.access import user_of

from . import factors
from .devices import device_words
from .forms import AppForm, PasskeyForm, ProveForm
from .proof import is_download, kept_form, path_after, proof_needed, proved
from .qr import qr_svg
from .sessions import OVER, session_end, sessions_end_others, sessions_of


class SignInView(LoginView):  # type: ignore[misc]
    """E-mail and password; after a session that is over it says why."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add why the session before is over."""
        over = OVER.get(self.request.session.get("over", ""), "")
        return {**super().get_context_data(**kwargs), "over": over}


sign_in = SignInView.as_view()


class SecondStepView(AuthenticateView):  # type: ignore[misc]
    """A code, a recovery code or a passkey, after the password."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the browser is asked, where there is a passkey."""
        context = super().get_context_data(**kwargs)
        asked = context["js_data"]["request_options"]["publicKey"]
        has_one = bool(asked.get("allowCredentials"))
        return {**context, "passkey_options": json.dumps(_plain(asked)) if has_one else ""}


second_step = SecondStepView.as_view()


@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "POST"])
def prove(request: HttpRequest) -> HttpResponse:
    """Ask again who it is, then go on where it was."""
    user = user_of(request)
    wanted = path_after(query_text(request, "next", limit=2000))
    form = ProveForm(request.POST or None, request=request, user=user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            record(actions.PROOF_GIVEN, by=user)
            proved(request)
        return _go_on(request, wanted)
    kinds = {row.type for row in factors.factors_of(user)}
    options = _options(webauthn.begin_authentication(user)) if "webauthn" in kinds else ""
    context = {"form": form, "has_app": "totp" in kinds, "passkey_options": options}
    return render(request, "account/prove.html", context, status=form_status(form))


def _go_on(request: HttpRequest, wanted: str) -> HttpResponse:
    """Return where the request was: its page, or a button where a form or a file waits."""
    kept = kept_form(request, wanted)
    if kept is None and not is_download(wanted):
        return redirect(wanted)
    context = {"kept": kept, "wanted": wanted, "is_download": is_download(wanted)}
    return render(request, "account/go_on.html", context)


@require_http_methods(["GET", "POST"])
@proof_needed(posts_only=True)
def second_factor(request: HttpRequest) -> HttpResponse:
    """One's second steps: what is set up, what can be added, what is taken off."""
    user = user_of(request)
    if request.method == "POST" and request.POST.get("end", "").isdecimal():
        return _end(request)
    rows = list(factors.factors_of(user))
    needs = factors.needs_second_factor(user)
    if rows and needs and request.session.get("second_factor") != user.pk:
        logout(request)  # set up elsewhere since: this session has not given it
        return redirect("account_login")
    context = {
        "factors": [_row(row) for row in rows],
        "has_app": any(row.type == factors.Type.TOTP for row in rows),
        "codes_left": factors.codes_left(user) if rows else 0,
        "is_needed": needs,
        "must_set_up": needs and not rows,
        "page_title": "Second step",
    }
    return render(request, "account/second_factor.html", context)


def _end(request: HttpRequest) -> HttpResponse:
    device = device_words(request)
    try:
        number = int(request.POST["end"][:12])
        if factors.factor_end(by=user_of(request), factor=number, device=device):
            messages.success(request, "Taken off.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("second_factor")


def _row(row: Any) -> dict[str, Any]:
    is_key = row.type == factors.Type.WEBAUTHN
    name = row.data.get("name", "") if is_key else ""
    return {"pk": row.pk, "kind": factors.WORDS[row.type], "name": name, "at": row.created_at,
            "used": row.last_used_at}  # fmt: skip


@sensitive_post_parameters("secret", "code")
@require_http_methods(["GET", "POST"])
@proof_needed()
def second_factor_app(request: HttpRequest) -> HttpResponse:
    """Set up an app that shows codes: scan, type the code, note the recovery codes."""
    user = user_of(request)
    form = AppForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            codes = factors.app_add(by=user, device=device_words(request), **data)
            return _set_up(request, codes)
        except ValidationError as error:
            add_problems(form, error)
    secret = form.shown_secret()
    context = {
        "form": form,
        "secret": secret,
        "mark": form.marked(secret),
        "square": qr_svg(user.email, secret),
        "page_title": "Set up an app",
    }
    return render(request, "account/second_factor_app.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@proof_needed()
def second_factor_passkey(request: HttpRequest) -> HttpResponse:
    """Set up a passkey: this device, or a security key."""
    user = user_of(request)
    form = PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = factors.passkey_add(by=user, device=device_words(request), **form.cleaned_data)
            return _set_up(request, codes)
        except ValidationError as error:
            add_problems(form, error)
    context = {
        "form": form,
        "passkey_options": _options(webauthn.begin_registration(user, passwordless=False)),
        "page_title": "Set up a passkey",
    }
    return render(request, "account/second_factor_passkey.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@proof_needed(posts_only=True)
def second_factor_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes, and show them once."""
    user = user_of(request)
    if request.method == "POST" and "new" in request.POST:
        try:
            codes = factors.codes_new(by=user, device=device_words(request))
            return _show_codes(request, codes)
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
            return redirect("second_factor")
    context = {"left": factors.codes_left(user), "page_title": "Recovery codes"}
    return render(request, "account/second_factor_codes.html", context)


def _set_up(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """Go on after a second step was set up: this session has just shown that it can give it."""
    request.session["second_factor"] = user_of(request).pk
    proved(request)
    if codes:
        return _show_codes(request, codes)
    messages.success(request, "Set up. It is asked when you sign in next.")
    return redirect("second_factor")


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    context = {"codes": codes, "page_title": "Your recovery codes"}
    return render(request, "account/second_factor_codes.html", context)


@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in; end one of them, or all others."""
    user = user_of(request)
    key = request.session.session_key
    if request.method == "POST":
        if "others" in request.POST:
            count = sessions_end_others(by=user, but=key)
            messages.success(request, f"Ended: {count}." if count else "There are no others.")
        elif (name := _uuid(request.POST.get("end", ""))) and session_end(by=user, name=name):
            messages.success(request, "Ended. Its next page is the sign-in.")
        return redirect("sessions")
    rows = list(sessions_of(user))
    context = {"rows": rows, "here": key, "others": any(row.pk != key for row in rows)}
    context["page_title"] = "Where you are signed in"
    return render(request, "members/sessions.html", context)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _options(options: dict[str, Any]) -> str:
    """Return what the browser needs for a passkey, as the page carries it."""
    return json.dumps(_plain(options["publicKey"]))


def _plain(value: Any) -> Any:
    """Return the library's objects as JSON takes them."""
    if isinstance(value, Mapping):
        return {key: _plain(value[key]) for key in value}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value
