"""The exclusion protocol: its page, the rules that anybody may read, and the list of premises."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from common.http import add_problems, form_status, query_text
from common.lists import chips
from members.access import READERS, roles_only, user_of
from members.models import Member, Premises, Role

from .forms import PolicyForm
from .models import ExclusionPolicy, PremisesList
from .policy import policy_change, policy_current

SHOWS = [("covered", "Covered"), ("unsigned", "Not signed")]


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def policy(request: HttpRequest) -> HttpResponse:
    """The protocol in force. Saving makes the next version; notices keep the one they had."""
    held = policy_current()
    form = PolicyForm(request.POST or None, policy=held)
    if request.method == "POST" and form.is_valid():
        try:
            made = policy_change(by=user_of(request), **form.change())
            messages.success(request, f"Version {made.number} holds from now on.")
            return redirect("exclusion_policy")
        except ValidationError as error:
            add_problems(form, error)
    context = {
        "form": form,
        "policy": held,
        "versions": ExclusionPolicy.objects.select_related("made_by")[:20],
        "page_title": "Exclusion protocol",
    }
    return render(request, "exclusions/policy.html", context, status=form_status(form))


@login_not_required
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """What an exclusion is, how to appeal, one's data: for anybody, about nobody."""
    context = {
        "policy": policy_current(),
        "contact": settings.DTAC_CONTACT_EMAIL,
        "page_title": "Exclusion from members’ premises",
    }
    return render(request, "exclusions/rules.html", context)


@login_not_required
@require_safe
def rules_premises(request: HttpRequest) -> HttpResponse:
    """The premises that people are excluded from today: for anybody, about nobody."""
    text = query_text(request, "q")
    sites = Premises.objects.covered().select_related("member")
    found = sites.search(text) if text else sites.order_by("name", "pk")
    page = Paginator(found, 100).get_page(query_text(request, "page"))
    context = {"page": page, "q": text, "page_title": "Premises covered today"}
    return render(request, "exclusions/rules_premises.html", context)


@require_safe
@roles_only(*READERS, Role.BOARD)
def premises_list(request: HttpRequest) -> HttpResponse:
    """Where exclusions hold; the manager and the Board see too which members haven't signed."""
    user = user_of(request)
    sees_unsigned = user.role in (Role.INTEL, Role.BOARD)
    text, show = query_text(request, "q"), query_text(request, "show")
    show = show if sees_unsigned and show == "unsigned" else "covered"
    unsigned = Member.objects.unsigned()
    rows: Any
    if show == "unsigned":
        rows = unsigned.search(text).select_related("area").order_by("name")
    else:
        sites = Premises.objects.covered().select_related("member", "area")
        rows = sites.search(text) if text else sites.order_by("name", "pk")
    counts = {}
    if sees_unsigned:
        counts = {"covered": Premises.objects.covered().count(), "unsigned": unsigned.count()}
    context = {
        "page": Paginator(rows, 50).get_page(query_text(request, "page")),
        "show": show,
        "q": text,
        "chips": chips(SHOWS, show, counts=counts, q=text) if sees_unsigned else [],
        "latest": PremisesList.objects.defer("rows").first(),
        "page_title": "Premises covered",
    }
    return render(request, "exclusions/premises_list.html", context)
