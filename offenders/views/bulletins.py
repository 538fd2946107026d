"""Pages of bulletins that need no other app."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from audit.querysets import first_reads_of
from audit.services import record
from common import dates
from common.http import query_text
from common.lists import chips
from members import actions as member_actions
from members.access import READERS, roles_only, user_of
from members.models import Role
from offenders import actions
from offenders.access import get_bulletin, get_delivery
from offenders.forms import BouncedForm, SeenForm
from offenders.models import Bulletin
from offenders.readers import readers_of
from offenders.services import (
    bulletin_cancel,
    bulletin_discard,
    bulletin_problems_seen,
    bulletin_send,
    delivery_bounced,
)

PARTS = [
    ("all", "All"),
    ("waiting", "Waiting"),
    ("sent", "Sent"),
    ("failed", "Refused"),
    ("given_up", "Given up"),
    ("bounced", "Bounced"),
    ("left_out", "Not sent"),
]


@require_safe
@roles_only(*READERS)
def bulletin_list(request: HttpRequest) -> HttpResponse:
    """Bulletins meant for this user; the manager sees drafts and how far each was sent."""
    user = user_of(request)
    bulletins = Bulletin.objects.visible_to(user).newest_first()
    if user.is_intel:
        bulletins = bulletins.with_progress()
    page = Paginator(bulletins, 20).get_page(query_text(request, "page"))
    return render(request, "offenders/bulletin_list.html", {"page": page})


@require_POST
@roles_only(Role.INTEL)
def bulletin_send_now(request: HttpRequest, ref: str) -> HttpResponse:
    """Send a draft: on the site at once, by e-mail as fast as the mail server takes it."""
    user = user_of(request)
    found = get_bulletin(user, ref)
    seen = SeenForm(request.POST)
    try:
        if not seen.is_valid():
            raise ValidationError("Open the draft again, look at it and send it then.")
        bulletin_send(by=user, bulletin=found, revision=seen.cleaned_data["revision"])
        messages.success(request, f"{found.ref} is on the site. The e-mails are on their way.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("bulletin", ref=found.ref)


@require_POST
@roles_only(Role.INTEL)
def bulletin_cancel_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Take back the time at which a bulletin would start."""
    user = user_of(request)
    found = get_bulletin(user, ref)
    try:
        bulletin_cancel(by=user, bulletin=found)
        messages.success(request, f"{found.ref} is a draft again. Nothing was sent.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("bulletin", ref=found.ref)


@require_POST
@roles_only(Role.INTEL)
def bulletin_discard_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Throw a draft away."""
    user = user_of(request)
    found = get_bulletin(user, ref)
    try:
        bulletin_discard(by=user, bulletin=found)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return redirect("bulletin", ref=found.ref)
    messages.success(request, f"{found.ref} is thrown away. Nothing was sent.")
    return redirect("bulletin_list")


@require_POST
@roles_only(Role.INTEL)
def bulletin_seen(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a bulletin's problems off the work queue."""
    user = user_of(request)
    found = get_bulletin(user, ref)
    bulletin_problems_seen(by=user, bulletin=found)
    return redirect("queue")


@require_safe
@roles_only(Role.INTEL)
def bulletin_deliveries(request: HttpRequest, ref: str) -> HttpResponse:
    """Each recipient of a bulletin: where their e-mail stands, what the mail server said."""
    found = get_bulletin(user_of(request), ref)
    show = query_text(request, "show")
    show = show if show in dict(PARTS) else "all"
    page = Paginator(found.deliveries.show(show), 50).get_page(query_text(request, "page"))
    counts = found.deliveries.counts()
    context = {
        "bulletin": found,
        "page": page,
        "show": show,
        "chips": chips(PARTS, show, counts=counts),
        "problems": counts["failed"] + counts["given_up"],
    }
    return render(request, "offenders/bulletin_deliveries.html", context)


@require_POST
@roles_only(Role.INTEL)
def bulletin_bounced(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Say that an e-mail came back: its address gets no more until it is cleared."""
    user = user_of(request)
    delivery = get_delivery(user, ref, pk)
    form = BouncedForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError(list(form.errors["reason"]))
        delivery_bounced(by=user, delivery=delivery, reason=form.cleaned_data["reason"])
        messages.success(request, f"{delivery.user.email} gets no more mail until you clear it.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("bulletin_deliveries", ref=delivery.bulletin.ref)


@require_safe
@roles_only(Role.INTEL)
def bulletin_readers(request: HttpRequest, ref: str) -> HttpResponse:
    """Who opened a bulletin on the site, by business."""
    user = user_of(request)
    found = get_bulletin(user, ref)
    reads = first_reads_of(actions.BULLETIN_VIEWED.code, found.ref)
    members = readers_of(found, reads)
    page = Paginator(members, 50).get_page(query_text(request, "page"))
    record(member_actions.LOG_VIEWED, by=user, ref=found.ref)
    context = {
        "bulletin": found,
        "page": page,
        "opened": sum(1 for member in members if member.people),
        "businesses": len(members),
        "people": sum(len(member.people) for member in members),
        "since": dates.in_words(found.sent_at) if found.sent_at else "",
    }
    return render(request, "offenders/bulletin_readers.html", context)
