"""The log form: a sighting or an incident, from the shop floor."""

import json
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from common.http import add_problems, form_status, plain_text, query_text
from common.refs import parse_subject_ref
from dtac.faces import profiles_called
from dtac.presenters import Card, cards
from exclusions.querysets import breached_by
from incidents import actions
from incidents.access import get_report
from incidents.forms import Entry
from incidents.forms.entry import entry_of
from incidents.models import Report
from incidents.phone import is_owner
from incidents.services import (
    alert_outcome,
    is_theirs,
    locked_people,
    report_change,
    report_submit,
)
from members.access import READERS, roles_only, user_of
from members.models import Premises, User
from offenders.models import ProfileVersion

MATCHES = 6
REVIEWED = "This has been reviewed. Ask the Intelligence Manager to change it."
SITES = 8


def wants_json(request: HttpRequest) -> bool:
    """Whether the phone's outbox is asking, not a browser that shows pages."""
    return request.headers.get("Accept", "").startswith("application/json")


def faces(user: User, text: str) -> list[Card]:
    """Return the published people that a text may mean, best first."""
    if text == "unknown":
        return []
    return cards(profiles_called(user, text, MATCHES), size="thumb")


def seen_here_lately(user: User) -> list[Card]:
    """Return published people whom the user's own business has reported lately, newest first."""
    subjects = Report.objects.lately_at(user).values_list("people__subject", flat=True)
    seen = list(dict.fromkeys(pk for pk in subjects if pk))[:MATCHES]
    found = ProfileVersion.objects.visible_to(user).for_list().filter(subject__in=seen)
    return cards(sorted(found, key=lambda row: seen.index(row.subject_id)), size="thumb")


@require_http_methods(["GET", "POST"])
@roles_only(*READERS)
def log(request: HttpRequest) -> HttpResponse:
    """Log a sighting or an incident, on one page."""
    user = user_of(request)
    if request.method != "POST":
        who = query_text(request, "who")
        people = [{"who": who}] if who else None
        return log_page(request, Entry(user=user, initial={"what": "seen"}, people=people))
    if wants_json(request) and not is_owner(user, request.POST.get("owner", "")):
        text = "Somebody else is signed in. Sign in as yourself to send it."
        return JsonResponse({"state": "other-user", "text": text}, status=409)
    entry = Entry(user=user, data=request.POST, files=request.FILES)
    if "find" in request.POST or "add" in request.POST:  # without JavaScript: nothing is judged yet
        return log_page(request, entry.reshown(add_person="add" in request.POST))
    if entry.is_valid():
        try:
            report = report_submit(by=user, data=entry.report())
            return _logged(request, report, alert=entry.form.cleaned_data["alert"])
        except ValidationError as error:
            add_problems(entry.form, error)
        except PermissionDenied:
            if not wants_json(request):
                raise
            entry.form.add_error(None, "This is not yours to report. Check where and who.")
    if wants_json(request):
        return JsonResponse({"state": "refused", "problems": entry.problems()}, status=422)
    return log_page(request, entry)


def log_page(request: HttpRequest, entry: Entry, report: Report | None = None) -> HttpResponse:
    """Show the form; faces that it shows are logged."""
    user = user_of(request)
    people = [_person_block(user, form) for form in entry.people]
    shown = [face.ref for block in people for face in block["faces"]]
    sought = [block["sought"] for block in people if block["sought"]]
    if shown or sought:
        record(actions.PEOPLE_OFFERED, by=user, subjects=shown, q=" / ".join(sought))
    context = form_context(entry) | {
        "people": people,
        "sites": _sites(user, plain_text(entry.form.data.get("premises_text", ""))),
        "site": _chosen_site(user, entry),
        "report": report,
        "locked": _locked(user, report),
    }
    return render(request, "incidents/log.html", context, status=form_status(entry.form))


def file_limits() -> dict[str, int]:
    """Return how much may be sent, in bytes, and how many files: the phone refuses more at once."""
    return {
        "photo": settings.DTAC_PHOTO_MAX_BYTES,
        "document": settings.DTAC_DOCUMENT_MAX_BYTES,
        "video": settings.DTAC_VIDEO_MAX_BYTES,
        "total": settings.DTAC_REQUEST_MAX_BYTES,
        "files": settings.DTAC_FILES_PER_REPORT,
    }


def form_context(entry: Entry) -> dict[str, Any]:
    """Return what the form shows whoever is looking: the same for the copy kept on a phone."""
    return {
        "entry": entry,
        "form": entry.form,
        "items": entry.items,
        "asks": ";".join(f"{kind.code}={','.join(kind.asks)}" for kind in entry.form.types),
        "limits": json.dumps(file_limits()),
        "common_types": ["seen", *[kind.code for kind in entry.form.types if kind.is_common]],
    }


def _person_block(user: User, form: Any) -> dict[str, Any]:
    who = plain_text(form["who"].value())
    sought = plain_text(form["named_as"].value())
    # A reference means one person: who became part of another record is found through that one.
    picked = next(iter(faces(user, who)), None) if parse_subject_ref(who) else None
    return {
        "form": form,
        "index": int(form.prefix.rpartition("-")[2]),
        "checked": picked.ref if picked else who,
        "banned": bool(picked and picked.until),
        "faces": [picked] if picked else faces(user, sought),
        "sought": "" if picked else sought,
    }


def _locked(user: User, report: Report | None) -> list[Any]:
    if report is None:
        return []
    keys = locked_people(user, report)
    people = report.people.visible_to(user).select_related("subject")
    return [person for person in people if person.pk in keys]


def _sites(user: User, text: str) -> list[Premises]:
    if not text:
        return []
    return list(Premises.objects.reportable_by(user).search(text)[:SITES])


def _chosen_site(user: User, entry: Entry) -> Premises | None:
    if not entry.form["premises"].is_hidden:
        return None
    chosen = plain_text(entry.form["premises"].value())
    if not chosen.isdecimal() or len(chosen) > 18:
        return None
    return Premises.objects.reportable_by(user).filter(pk=int(chosen)).first()


def _logged(request: HttpRequest, report: Report, *, alert: bool) -> HttpResponse:
    breached = breached_by(report)
    text = f"{report.ref} sent. Thank you."
    if breached:
        text = f"{report.ref} sent. This is a breach of {breached}."
    if report.to_finish:
        text += " You can add the rest until it is reviewed."
    raised, said = alert_outcome(report) if alert else (True, "")
    if raised and said:
        text += f" {said}"
    if breached:
        messages.warning(request, text, extra_tags="banned")
    else:
        messages.success(request, text)
    if not raised:
        messages.warning(request, said)
    answer = redirect("report", ref=report.ref)
    if wants_json(request):
        return JsonResponse({"state": "sent", "ref": report.ref, "url": answer.url})
    return answer


@require_safe
@roles_only(*READERS)
def log_who(request: HttpRequest) -> HttpResponse:
    """Faces for the log form as the name is typed; with nothing typed, those seen here lately."""
    user = user_of(request)
    text = query_text(request, "q")
    index = query_text(request, "n", limit=2)
    found = faces(user, text) if text else seen_here_lately(user)
    record(actions.PEOPLE_OFFERED, by=user, subjects=[face.ref for face in found], q=text)
    context = {"faces": found, "sought": text, "index": int(index) if index.isdecimal() else 0}
    return render(request, "incidents/includes/matches.html", context)


@require_safe
@roles_only(*READERS)
def log_where(request: HttpRequest) -> HttpResponse:
    """Premises for the log form as the name is typed."""
    user = user_of(request)
    text = query_text(request, "q")
    return render(
        request, "incidents/includes/sites.html", {"sites": _sites(user, text), "sought": text}
    )


@require_http_methods(["GET", "POST"])
@roles_only(*READERS)
def report_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Correct a report or add to it, until it is reviewed."""
    user = user_of(request)
    report = get_report(user, ref)
    if not is_theirs(user, report):
        raise PermissionDenied
    if request.method != "POST":
        if not report.is_open:
            messages.warning(request, REVIEWED)
            return redirect("report", ref=report.ref)
        return log_page(request, entry_of(report, user), report)
    entry = Entry(
        user=user,
        report=report,
        data=request.POST,
        files=request.FILES,
        initial={"locked": _locked(user, report)},
    )
    if "find" in request.POST or "add" in request.POST:
        return log_page(request, entry.reshown(add_person="add" in request.POST), report)
    valid = entry.is_valid()
    if not report.is_open:
        entry.form.add_error(None, REVIEWED)
    elif valid:
        try:
            revision = entry.form.cleaned_data["revision"] or 0
            report_change(by=user, report=report, revision=revision, data=entry.report())
            messages.success(request, f"{report.ref} changed.")
            answer = redirect("report", ref=report.ref)
            if wants_json(request):
                return JsonResponse({"state": "sent", "ref": report.ref, "url": answer.url})
            return answer
        except ValidationError as error:
            add_problems(entry.form, error)
    if wants_json(request):
        return JsonResponse({"state": "refused", "problems": entry.problems()}, status=422)
    return log_page(request, entry, report)
