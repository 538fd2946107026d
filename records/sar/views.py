"""Pages of subject access: requests, one with its searches and items, an item, a pack."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from common.edits import Edits, edits_from
from common.http import add_problems, form_status
from common.lists import chips
from common.wording import counted
from exclusions.services.case_files import pack_check
from members.access import roles_only, user_of
from members.models import Role, SharingRecord
from members.signin.proof import proof_needed
from offenders.forms.crop import edits_in_query, query_of
from offenders.models import Subject
from records import actions
from records.access import get_access, get_access_item, get_access_pack
from records.models import AccessItem, AccessPack, AccessRequest
from records.pages import entry_new, page_of, shown
from records.steps import Step, steps_of
from records.subjects import leads_of

from . import forms
from .pack import pack_hand_out, pack_order
from .redaction import blacked_out
from .services import (
    access_answer,
    access_extend,
    access_identify,
    access_record,
    access_search,
    item_decide,
    items_give,
)
from .sources import SOURCES, found_words

SHOWS = [("open", "Open"), ("all", "All")]
STEPS = {
    "identify": Step(forms.IdentifyForm, access_identify, "Noted."),
    "search": Step(forms.SearchForm, access_search, "Searched. What is found is listed."),
    "extend": Step(forms.ExtendForm, access_extend, "Noted: it takes longer."),
    "order": Step(forms.OrderForm, pack_order, "Ordered. It is made within a minute."),
    "answer": Step(forms.AnswerForm, access_answer, "Noted: they are answered."),
}


@require_safe
@roles_only(Role.INTEL)
def access_list(request: HttpRequest) -> HttpResponse:
    """Requests for access, the first due first."""
    user = user_of(request)
    show = shown(request, SHOWS)
    seen = AccessRequest.objects.visible_to(user)
    page = page_of(request, seen.open() if show == "open" else seen)
    refs = [ref for row in page.object_list for ref in row.subject_refs]
    record(actions.ACCESS_LISTED, by=user, subjects=refs, show=show, page=page.number)
    context = {
        "page": page,
        "show": show,
        "chips": chips(SHOWS, show),
        "page_title": "Subject access",
    }
    return render(request, "records/access_list.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def access_new(request: HttpRequest) -> HttpResponse:
    """Record a request for access."""
    user = user_of(request)
    return entry_new(
        request,
        forms.AccessForm,
        lambda form: access_record(
            by=user, client_id=form.cleaned_data["client_id"], data=form.recorded()
        ),
        view="access_request",
        said="{} is on record. Answer it within a month.",
        button="Record it",
        back="access_list",
        page_title="A request for access",
    )


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def access_request(request: HttpRequest, ref: str) -> HttpResponse:
    """A request for access: who, what was searched and found, what is given, the packs."""
    user = user_of(request)
    found = get_access(user, ref)
    start: dict[str, Any] = {
        "revision": found.revision, "due_on": found.longest, "names": found.names,
        "born": found.born, "subject_refs": leads_of(found.subjects.all()),
    }  # fmt: skip
    page = steps_of(request, STEPS, found=found, name="access", **start)
    if page.done:
        return redirect("access_request", ref=found.ref)
    searched = _searched(found)
    shown = {*found.subject_refs, *(row.ref for row in searched["candidates"])}
    record(actions.ACCESS_VIEWED, by=user, ref=found.ref, subjects=sorted(shown))
    context = {
        "one": found,
        "forms": page.forms,
        **searched,
        **_found(found),
        "packs": list(found.packs.select_related("ordered_by")),
        "page_title": f"Subject access {found.ref}",
    }
    return render(request, "records/access.html", context, status=page.status)


def _searched(found: AccessRequest) -> dict[str, Any]:
    """Return the searches, and the records with a name like it that the latest one found."""
    searches = list(found.searches.select_related("made_by"))
    refs = searches[0].candidates if searches else []
    like = {row.ref: row for row in Subject.objects.filter(ref__in=refs)}
    return {
        "searches": [(search, found_words(search.found)) for search in searches],
        "candidates": [like[ref] for ref in refs if ref in like],
    }


def _found(found: AccessRequest) -> dict[str, Any]:
    """Return what was found by its kind, in the order of the pack, and what is to be decided."""
    items = list(found.items.defer("text"))
    groups = []
    for code, source in SOURCES.items():
        rows = [item for item in items if item.source == code]
        left = sum(item.given is None for item in rows)
        if rows:
            groups.append((code, source.label, rows, left))
    waiting = [item.pk for item in items if item.given is None]
    return {
        "groups": groups,
        "to_decide": len(waiting),
        "following": waiting[0] if waiting else None,
    }


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def access_item(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Something that was found: give it, without what is others', or leave it out."""
    user = user_of(request)
    item = get_access_item(user, ref, pk)
    form = forms.ItemForm(request.POST or None, item=item)
    if request.method == "POST" and form.is_valid():
        try:
            item_decide(by=user, item=item, **form.decided())
            return _next(request, item)
        except ValidationError as error:
            add_problems(form, error)
    refs = [*item.request.subject_refs, *item.about]
    record(actions.ACCESS_ITEM_VIEWED, by=user, ref=item.request.ref, subjects=refs)
    context = {
        "one": item.request,
        "boxes": query_of(edits_from(item.boxes)) if item.image else "",
        "item": item,
        "form": form,
        "kind": SOURCES[item.source].label,
        "page_title": item.title,
    }
    return render(request, "records/access_item.html", context, status=form_status(form))


def _next(request: HttpRequest, item: AccessItem) -> HttpResponse:
    """Lead to the next item that is to be decided, or back to the request."""
    after = item.request.items.filter(given=None).exclude(pk=item.pk).order_by("source", "on", "pk")
    following = after.first()
    if following is None:
        messages.success(request, "Everything is decided.")
        return redirect("access_request", ref=item.request.ref)
    return redirect("access_item", ref=item.request.ref, pk=following.pk)


READ_AT_ONCE = 25


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def access_read(request: HttpRequest, ref: str, source: str) -> HttpResponse:
    """The texts of one kind that are to be decided, on one page: read, then given as marked."""
    user = user_of(request)
    found = get_access(user, ref)
    if source not in SOURCES:
        raise Http404
    waiting = found.items.filter(source=source, given=None, linked=True, image="")
    items = list(waiting.order_by("on", "pk")[:READ_AT_ONCE])
    data = request.POST or None
    form = forms.ReadForm(data, items=items, initial={"revision": found.revision})
    if request.method == "POST" and form.is_valid():
        try:
            given = items_give(by=user, access=found, **form.cleaned_data)
            messages.success(request, f"{counted(given, 'item')} given.")
            return redirect("access_request", ref=found.ref)
        except ValidationError as error:
            add_problems(form, error)
    refs = [*found.subject_refs, *(ref for item in items for ref in item.about)]
    record(actions.ACCESS_ITEM_VIEWED, by=user, ref=found.ref, subjects=refs, source=source)
    context = {
        "one": found,
        "form": form,
        "texts": [(item, forms.marked(item)) for item in items],
        "kind": SOURCES[source].label,
        "page_title": f"Read: {SOURCES[source].label.lower()}",
    }
    return render(request, "records/access_read.html", context, status=form_status(form))


@require_safe
@roles_only(Role.INTEL)
def access_look(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """A photo of an item, blacked out as the query says: what the pack will show."""
    user = user_of(request)
    item = get_access_item(user, ref, pk)
    if not item.image:
        raise Http404
    try:
        edits = edits_in_query(request.GET)
    except ValidationError:
        edits = Edits()
    try:
        with default_storage.open(item.image, "rb") as stored:
            content = blacked_out(stored, edits)
    except OSError as error:
        raise Http404 from error
    refs = [*item.request.subject_refs, *item.about]
    record(actions.ACCESS_ITEM_VIEWED, by=user, ref=item.request.ref, subjects=refs)
    answer = HttpResponse(content, content_type="image/jpeg")
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
@proof_needed(posts_only=True)
def access_pack(request: HttpRequest, ref: str) -> HttpResponse:
    """Hand a pack out: an entry in the register of sharing, then the ZIP."""
    user = user_of(request)
    pack = get_access_pack(user, ref)
    initial = {"client_id": uuid.uuid4(), "recipient": "The person who asked"}
    form = forms.HandOutForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            pack_hand_out(by=user, pack=pack, **form.cleaned_data)
            return _file(pack.archive, f"{pack.ref}.zip", "application/zip")
        except ValidationError as error:
            add_problems(form, error)
            form.renew()
    refs = pack.request.subject_refs
    record(actions.ACCESS_VIEWED, by=user, ref=pack.request.ref, subjects=refs, pack=pack.ref)
    context = {
        "pack": pack,
        "one": pack.request,
        "form": form,
        "shares": SharingRecord.objects.visible_to(user).of_record(pack.ref),
        "page_title": f"Access pack {pack.ref}",
    }
    return render(request, "records/access_pack.html", context, status=form_status(form))


@require_safe
@roles_only(Role.INTEL)
@proof_needed(download=True)
def access_document(request: HttpRequest, ref: str) -> HttpResponse:
    """The PDF of a pack, to be read before it is handed out."""
    user = user_of(request)
    pack: AccessPack = get_access_pack(user, ref)
    if not pack.has_files:
        raise Http404
    try:
        pack_check(pack.pdf, pack.pdf_sha256)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect("access_pack", ref=pack.ref)
    refs = pack.request.subject_refs
    record(actions.ACCESS_PACK_READ, by=user, ref=pack.request.ref, subjects=refs, pack=pack.ref)
    return _file(pack.pdf, f"{pack.ref}.pdf", "application/pdf")


def _file(stored: str, name: str, content_type: str) -> HttpResponse:
    answer = FileResponse(
        default_storage.open(stored, "rb"),
        as_attachment=True,
        filename=name,
        content_type=content_type,
    )
    answer["Cache-Control"] = "private, no-store"
    return answer  # type: ignore[return-value]
