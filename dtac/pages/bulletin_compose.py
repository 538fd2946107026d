"""Composing a bulletin: a new draft, or one that is changed before it is sent."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from audit.services import record
from common.http import add_problems, form_status, plain_text, typed
from dtac.bulletin_presets import PRESETS, preset_versions
from members.access import roles_only, user_of
from members.audience import covers
from members.models import Role
from offenders import actions
from offenders.access import get_bulletin
from offenders.forms import BulletinForm
from offenders.forms.bulletins import is_key
from offenders.models import Bulletin
from offenders.services import bulletin_change, bulletin_create, entries_now


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def bulletin_new(request: HttpRequest) -> HttpResponse:
    """Compose a bulletin. It is a draft until it is sent from its own page."""
    user = user_of(request)

    def save(form: BulletinForm) -> Bulletin:
        return bulletin_create(
            by=user,
            fields=form.values(),
            versions=list(form.cleaned_data["profiles"]),
            client_id=form.cleaned_data["client_id"],
        )

    page = {"page_title": "New bulletin", "action": "Make the draft"}
    return _compose(request, BulletinForm(request.POST or None), save, page)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def bulletin_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a draft: its words, profiles and audience. A time that is set stays set."""
    user = user_of(request)
    found = get_bulletin(user, ref)
    if found.sent_at is not None:
        messages.warning(request, "It is sent: what is sent can’t be changed.")
        return redirect("bulletin", ref=found.ref)
    shown, gone, narrowed = entries_now(found)
    initial = {
        "client_id": found.client_id,
        "revision": found.revision,
        "headline": found.headline,
        "opening": found.opening,
        "audience": found.audience,
        "audience_areas": found.audience_areas,
        "audience_sectors": found.audience_sectors,
        "profiles": [version.pk for version in shown],
    }

    def save(form: BulletinForm) -> Bulletin:
        return bulletin_change(
            by=user,
            bulletin=found,
            revision=form.cleaned_data["revision"] or 0,
            fields=form.values(),
            versions=list(form.cleaned_data["profiles"]),
        )

    lost = len(gone) + len(narrowed)
    page = {
        "bulletin": found,
        "page_title": "Change the draft",
        "action": "Save the draft",
        "said": _lost_words(lost) if lost and request.method == "GET" else "",
    }
    return _compose(request, BulletinForm(request.POST or None, initial=initial), save, page)


def _lost_words(number: int) -> str:
    if number == 1:
        return "1 is not ticked any more: it is no longer published to this bulletin’s readers."
    return f"{number} are not ticked any more: no longer published to this bulletin’s readers."


def _compose(
    request: HttpRequest,
    form: BulletinForm,
    save: Callable[[BulletinForm], Bulletin],
    page: dict[str, Any],
) -> HttpResponse:
    """Show the form, look for profiles as it asks, or save it and go to the bulletin's page."""
    preset = plain_text(request.POST.get("preset") or request.GET.get("preset"))
    if preset in PRESETS:
        form, page["said"] = _with_preset(form, preset)
    elif "look" in request.POST:  # only looking for a profile: nothing is judged yet
        form = BulletinForm(initial=typed(form))
    elif request.method == "POST" and form.is_valid():
        try:
            return redirect("bulletin", ref=save(form).ref)
        except ValidationError as error:
            add_problems(form, error)
    choices = list(form.fields["profiles"].queryset)  # type: ignore[attr-defined]
    record(
        actions.SUBJECTS_LISTED,
        by=user_of(request),
        subjects=[version.subject.ref for version in choices],
        q=plain_text(form["find"].value()),
    )
    context = {"form": form, "profiles": choices, "presets": PRESETS, **page}
    return render(request, "offenders/bulletin_form.html", context, status=form_status(form))


def _with_preset(form: BulletinForm, preset: str) -> tuple[BulletinForm, str]:
    """Return the form as typed with a preset's profiles ticked too, and what was done, in words."""
    meant = form.meant_for()
    found = list(preset_versions(preset)[: BulletinForm.MOST + 1])
    fit = [version for version in found if covers(version, meant)]
    kept = [str(pk) for pk in form["profiles"].value() or [] if is_key(pk)]
    ticked = list(dict.fromkeys([*kept, *(str(version.pk) for version in fit)]))
    initial = typed(form) | {"profiles": ticked[: BulletinForm.MOST], "find": ""}
    said = f"{PRESETS[preset]}: {len(fit)} ticked."
    if len(found) > len(fit):
        said += f" {len(found) - len(fit)} left out: published to fewer people than you chose."
    if len(ticked) > BulletinForm.MOST:
        said += f" One bulletin holds {BulletinForm.MOST} at most."
    return BulletinForm(initial=initial), said
