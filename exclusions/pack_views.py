"""Pages of an evidence pack: how far it is, to be read, and handed out on record."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from audit.services import record
from common.http import add_problems, form_status
from common.stores import stored_response
from members.access import roles_only, user_of
from members.models import Role, SharingRecord, User
from members.sharing_forms import ShareForm
from members.signin.proof import proof_needed

from . import actions
from .access import get_pack
from .models import EvidencePack
from .services import pack_check, pack_release


@require_safe
@roles_only(Role.INTEL)
def evidence_pack(request: HttpRequest, ref: str) -> HttpResponse:
    """How far a pack is; then to be read and handed out. A part of it is asked for as it grows."""
    user = user_of(request)
    pack = get_pack(user, ref)
    if request.headers.get("HX-Target") == "progress" and pack.is_open:
        return render(request, "exclusions/includes/pack_progress.html", {"pack": pack})
    answer = _page(request, user, pack, ShareForm(user=user))
    if request.headers.get("HX-Target") == "progress":
        answer["HX-Refresh"] = "true"  # it is over: the whole page has more to say
    return answer


def _page(request: HttpRequest, user: User, pack: EvidencePack, form: ShareForm) -> HttpResponse:
    case = pack.case
    record(actions.PACK_VIEWED, by=user, ref=case.ref, subjects=[case.subject.ref], pack=pack.ref)
    context: dict[str, Any] = {
        "pack": pack,
        "case": case,
        "form": form,
        "shares": SharingRecord.objects.visible_to(user).of_record(pack.ref),
        "changed": pack.made_at is not None and pack.case_revision != case.revision,
    }
    return render(request, "exclusions/evidence_pack.html", context, status=form_status(form))


@require_safe
@roles_only(Role.INTEL)
@proof_needed(download=True)
def pack_document(request: HttpRequest, ref: str) -> HttpResponse:
    """The PDF of a pack, to be read before anybody gets it."""
    user = user_of(request)
    pack = get_pack(user, ref)
    if not pack.has_files:
        raise Http404
    try:
        pack_check(pack.pdf, pack.pdf_sha256)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect("evidence_pack", ref=pack.ref)
    record(actions.PACK_READ, by=user, ref=pack.case.ref, subjects=pack.subject_refs, pack=pack.ref)
    return _file(pack.pdf, f"{pack.ref}.pdf", "application/pdf")


@require_POST
@roles_only(Role.INTEL)
@proof_needed()
def pack_share(request: HttpRequest, ref: str) -> HttpResponse:
    """Enter in the register who receives a pack, and give the ZIP with everything."""
    user = user_of(request)
    pack = get_pack(user, ref)
    form = ShareForm(request.POST, user=user)
    if form.is_valid():
        try:
            pack_release(by=user, pack=pack, shared=form.shared())
            return _file(pack.archive, f"{pack.ref}.zip", "application/zip")
        except ValidationError as error:
            form.renew()
            add_problems(form, error)
    return _page(request, user, pack, form)


def _file(stored: str, name: str, content_type: str) -> HttpResponse:
    answer = stored_response(stored, as_attachment=True, filename=name, content_type=content_type)
    answer["Cache-Control"] = "private, no-store"
    return answer
