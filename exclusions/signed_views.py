"""Pages of the signed copy: added by who served the notice, opened by the few who may."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from common.http import add_problems, form_status
from common.originals import original_download
from members.access import roles_only, user_of
from members.models import Role, User

from . import actions
from .access import get_proven_notice, get_signed_copy
from .forms import RemoveForm, SignedForm
from .models import MOST_COPIES, Notice, SignedCopy
from .services import GONE, signed_copies_add, signed_copy_release, signed_copy_remove


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL, Role.MANAGER)
def signed_copies(request: HttpRequest, ref: str) -> HttpResponse:
    """The pages of a notice's signed copy, and more of them."""
    user = user_of(request)
    found = get_proven_notice(user, ref)
    if not found.is_served:
        messages.warning(request, "This notice is not served yet. Pages are added with service.")
        return redirect("notice", ref=found.ref)
    sent = request.method == "POST"
    form = SignedForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        try:
            made = signed_copies_add(by=user, notice=found, files=form.cleaned_data["uploads"])
            messages.success(request, _said(len(made)))
            return redirect("notice", ref=found.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(actions.NOTICE_VIEWED, by=user, ref=found.ref, subjects=[found.subject.ref])
    copies = copies_of(user, found)
    context = {
        "notice": found,
        "form": form,
        "signed": copies,
        "may_remove": user.is_intel,
        "room": MOST_COPIES - len(copies),
        "page_title": f"Signed copy of {found.ref}",
    }
    return render(request, "exclusions/signed.html", context, status=form_status(form))


def copies_of(user: User, notice: Notice) -> list[SignedCopy]:
    """Return the pages of a notice's signed copy that this user may open."""
    seen = SignedCopy.objects.visible_to(user).filter(notice=notice)
    return list(seen.select_related("added_by").order_by("number"))


def _said(pages: int) -> str:
    if not pages:
        return "This was on record already."
    return "1 page added." if pages == 1 else f"{pages} pages added."


@require_safe
@roles_only(Role.INTEL, Role.MANAGER, Role.BOARD)
def signed_copy(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """A page of the signed copy as it was sent, to be saved."""
    user = user_of(request)
    found = get_signed_copy(user, ref, number)
    try:
        signed_copy_release(by=user, copy=found)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        # The Board has the notice in the appeal's case file only.
        back = ("appeal_list",) if user.role == Role.BOARD else ("notice", found.notice.ref)
        return redirect(*back)
    return original_download(found, f"{found.notice.ref}-signed-{found.number}")


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def signed_remove(request: HttpRequest, ref: str, page: uuid.UUID) -> HttpResponse:
    """Take out a page that was sent by mistake.

    It is named by what it is, not by its number: that may be another page's by now.
    """
    user = user_of(request)
    notice = get_proven_notice(user, ref)
    pages = SignedCopy.objects.visible_to(user).select_related("added_by")
    found = pages.filter(notice=notice, uuid=page).first()
    if found is None:
        messages.warning(request, GONE)
        return redirect("signed_copies", ref=notice.ref)
    form = RemoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            signed_copy_remove(by=user, copy=found, why=form.cleaned_data["why"])
            messages.success(request, f"Page {found.number} is taken out, and its file deleted.")
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
        return redirect("signed_copies", ref=notice.ref)
    record(actions.NOTICE_VIEWED, by=user, ref=notice.ref, subjects=[notice.subject.ref])
    title = f"Take out page {found.number}"
    context = {"notice": notice, "copy": found, "form": form, "page_title": title}
    return render(request, "exclusions/signed_remove.html", context, status=form_status(form))
