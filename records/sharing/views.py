"""Pages of the sharing register."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from common.http import query_text
from members.access import roles_only, user_of
from members.models import Role, SharingRecord
from members.sharing import share_by_hand
from records import actions
from records.access import get_share
from records.pages import entry_new, page_of

from .forms import GivenForm


@require_safe
@roles_only(Role.INTEL)
def share_list(request: HttpRequest) -> HttpResponse:
    """What was given to whom, the newest first; by a reference or a recipient."""
    user = user_of(request)
    text = query_text(request, "q")
    rows = SharingRecord.objects.visible_to(user).found(text)
    page = page_of(request, rows.select_related("shared_by__member").order_by("-id"))
    refs = [ref for row in page.object_list for ref in row.subjects]
    said: dict[str, Any] = {"q": text} if text else {}
    record(actions.SHARES_LISTED, by=user, subjects=refs, page=page.number, **said)
    context = {"page": page, "q": text, "page_title": "Sharing register"}
    return render(request, "records/share_list.html", context)


@require_safe
@roles_only(Role.INTEL)
def share(request: HttpRequest, ref: str) -> HttpResponse:
    """One entry, whole."""
    user = user_of(request)
    found = get_share(user, ref)
    record(actions.SHARE_VIEWED, by=user, ref=found.ref, subjects=found.subjects)
    return render(request, "records/share.html", {"row": found, "page_title": found.ref})


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def share_new(request: HttpRequest) -> HttpResponse:
    """Enter what was told, shown, sent or handed over."""
    user = user_of(request)
    return entry_new(
        request,
        partial(GivenForm, user=user),
        lambda form: share_by_hand(
            by=user, sharing=form.sharing(), how=form.cleaned_data["how"], at=form.moment()
        ),
        view="share",
        said="{} is in the register.",
        button="Enter it",
        back="share_list",
        page_title="Data was given",
    )
