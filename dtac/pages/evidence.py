"""Evidence: an exhibit's record with its chain of custody, and the file as it was sent."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from audit.actions import words_for
from audit.querysets import events_of_exhibit
from audit.services import record
from common.originals import original_download
from common.scanning import held_words
from incidents import actions
from incidents.access import get_exhibit
from incidents.services import evidence_check, evidence_release
from members.access import roles_only, user_of
from members.models import Role
from members.signin.proof import proof_needed


@require_safe
@roles_only(Role.INTEL, Role.MANAGER)
def exhibit(request: HttpRequest, name: uuid.UUID) -> HttpResponse:
    """What is known of a file: hash, sender, time, and everybody who has had it in hand."""
    found = get_exhibit(user_of(request), name)
    record(actions.EVIDENCE_VIEWED, by=user_of(request), ref=found.report.ref, exhibit=found.number)
    chain = [
        {"event": event, "words": words_for(event.action), "intact": event.detail.get("intact")}
        for event in events_of_exhibit(found.report.ref, found.number)
    ]
    held = held_words(found)
    context = {"exhibit": found, "report": found.report, "chain": chain, "held": held}
    return render(request, "incidents/exhibit.html", context)


@require_POST
@roles_only(Role.INTEL, Role.MANAGER)
def exhibit_check(request: HttpRequest, name: uuid.UUID) -> HttpResponse:
    """Compare the stored file with its hash."""
    found = get_exhibit(user_of(request), name)
    try:
        intact = evidence_check(by=user_of(request), attachment=found)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect("exhibit", name=found.uuid)
    if intact:
        messages.success(request, "The file is what was sent, to the last bit.")
    else:
        messages.warning(request, "The file is not what was sent any more. Tell the administrator.")
    return redirect("exhibit", name=found.uuid)


@require_POST
@roles_only(Role.INTEL, Role.MANAGER)
@proof_needed()
def exhibit_file(request: HttpRequest, name: uuid.UUID) -> HttpResponse:
    """The file as it was sent, to be saved; never opened inside a page of ours."""
    found = get_exhibit(user_of(request), name)
    try:
        evidence_release(by=user_of(request), attachment=found)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect("exhibit", name=found.uuid)
    return original_download(found, found.exhibit_ref.replace("/", "-"))
