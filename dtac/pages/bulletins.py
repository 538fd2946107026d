"""A bulletin's page: the profiles in it with their exclusions, the e-mail, when it starts."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from audit.services import record
from common import dates
from common.emails import RenderedEmail
from common.http import add_problems, form_status
from dtac.presenters import cards
from members.access import READERS, roles_only, user_of
from members.audience import users_of_audience
from members.letters import NothingToSay, letter_render
from members.models import MailKind, Role, User
from offenders import actions
from offenders.access import get_bulletin
from offenders.bulletin_letter import bulletin_entries, shows_people
from offenders.forms import ScheduleForm
from offenders.models import Bulletin
from offenders.services import bulletin_schedule, entries_now
from offenders.services.packs import may_print


@require_safe
@roles_only(*READERS)
def bulletin(request: HttpRequest, ref: str) -> HttpResponse:
    """One bulletin, with the profiles as this user may see them now."""
    found = get_bulletin(user_of(request), ref)
    form = ScheduleForm(initial={"send_at": _shown(found), "revision": found.revision})
    return _page(request, found, form)


@require_POST
@roles_only(Role.INTEL)
def schedule(request: HttpRequest, ref: str) -> HttpResponse:
    """Set the time at which a draft starts by itself."""
    user = user_of(request)
    found = get_bulletin(user, ref)
    if found.sent_at:
        messages.warning(request, "It is sent: a time can’t be set any more.")
        return redirect("bulletin", ref=found.ref)
    form = ScheduleForm(request.POST)
    if form.is_valid():
        at = form.cleaned_data["send_at"]
        try:
            bulletin_schedule(
                by=user, bulletin=found, at=at, revision=form.cleaned_data["revision"]
            )
            messages.success(request, f"{found.ref} starts {dates.in_words(at)}.")
            return redirect("bulletin", ref=found.ref)
        except ValidationError as error:
            if getattr(error, "code", "") == "stale":  # sent or changed meanwhile: as it is now
                messages.warning(request, " ".join(error.messages))
                return redirect("bulletin", ref=found.ref)
            add_problems(form, error)
    return _page(request, found, form)


def _shown(found: Bulletin) -> Any:
    return found.send_at.astimezone(dates.LONDON) if found.send_at else None


def _page(request: HttpRequest, found: Bulletin, form: ScheduleForm) -> HttpResponse:
    user = user_of(request)
    entries = bulletin_entries(found, user)
    shown = list(dict.fromkeys(version for _, version in entries))
    record(
        actions.BULLETIN_VIEWED,
        by=user,
        ref=found.ref,
        subjects=[version.subject.ref for version in shown],
    )
    context: dict[str, Any] = {
        "bulletin": found,
        "faces": cards(shown),
        "moved": [(ref, now.subject.ref) for ref, now in entries if ref != now.subject.ref],
        "form": form,
        "may_print": may_print(user, found),
    }
    if user.is_intel:
        context |= _sent(found, len(entries)) if found.sent_at else _draft(found, user)
    return render(request, "offenders/bulletin.html", context, status=form_status(form))


def _draft(found: Bulletin, user: User) -> dict[str, Any]:
    """What the manager sees before it is sent: the e-mail as it will be, and what is amiss."""
    _, gone, narrowed = entries_now(found)
    audience = users_of_audience(found)
    return {
        "recipients_now": User.objects.bulletin_recipients().filter(audience).count(),
        "to_agree": User.objects.bulletin_recipients_to_agree().filter(audience).count(),
        "email": _email(found, user),
        "shows_people": shows_people(found),
        "gone": len(gone),
        "narrowed": len(narrowed),
    }


def _email(found: Bulletin, user: User) -> RenderedEmail | None:
    """Return the letter as it would go now; its pictures are shown from the site instead."""
    context = {
        "ref": found.ref,
        "headline": found.headline,
        "path": reverse("bulletin", args=[found.ref]),
    }
    try:
        made = letter_render(
            template="bulletin", kind=MailKind.BULLETIN, user=user, context=context
        )
    except NothingToSay:
        return None
    html = made.html
    for image in made.images:
        name = image.cid.partition("@")[0]
        html = html.replace(f"cid:{image.cid}", reverse("photo", args=[name, "thumb"]))
    return RenderedEmail(subject=made.subject, text=made.text, html=html, images=made.images)


def _sent(found: Bulletin, shown: int) -> dict[str, Any]:
    """What the manager sees of the sending."""
    left_out = found.entries.exclude(left_out="").select_related("subject")
    return {
        "progress": found.deliveries.counts(),
        "left_out": left_out,
        "gone": found.entries.filter(left_out="").count() - shown,
    }
