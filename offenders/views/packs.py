"""Printing a bulletin for one business."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from common.http import add_problems, download, form_status, query_text
from members.access import roles_only, user_of
from members.models import Role
from members.signin.proof import proof_needed
from offenders.access import get_bulletin
from offenders.forms import BulletinPackForm
from offenders.services.packs import (
    LIFE,
    RULES,
    may_print,
    pack_members,
    pack_print,
    shown_no_longer,
)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL, Role.MANAGER)
@proof_needed(posts_only=True)
def bulletin_pack(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask for which business, and give one numbered copy. No such page where there is none."""
    user = user_of(request)
    found = get_bulletin(user, ref)
    if not may_print(user, found):
        raise Http404
    q = query_text(request, "q").strip()
    members = pack_members(by=user, bulletin=found)
    fitting = members.search(q)  # type: ignore[attr-defined]
    form = BulletinPackForm(request.POST or None, members=members, found=fitting)
    if request.method == "POST" and form.is_valid():
        try:
            row, pdf = pack_print(by=user, bulletin=found, **form.cleaned_data)
            return download(pdf, f"{row.ref}.pdf", "application/pdf")
        except ValidationError as error:
            if getattr(error, "code", "") == "changed":
                form.renew()
            add_problems(form, error)
    packs = found.packs.select_related("member", "made_by")
    if not user.is_intel:
        packs = packs.filter(member=user.member_id)
    copies = list(packs[:50])
    context = {
        "bulletin": found,
        "form": form,
        "q": q,
        "matching": fitting.count(),
        "offered": BulletinPackForm.OFFERED,
        "packs": copies,
        "fetch_back": shown_no_longer(copies),
        "rules": RULES,
        "days": LIFE.days,
        "page_title": "Print a pack",
    }
    return render(request, "offenders/bulletin_pack.html", context, status=form_status(form))
