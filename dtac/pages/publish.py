"""Publishing a target profile: from the record to what members see, with a look at it first."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from audit.services import record
from common.http import add_problems, form_status
from dtac.presenters import card, photo_url, profile_ribbon
from dtac.publish_draft import is_reworded, starting_draft
from exclusions.activity import active_areas, latest_activity, shown_until
from exclusions.models import Notice
from members.access import roles_only, user_of
from members.models import Role
from offenders import actions
from offenders.access import get_subject
from offenders.forms import PublishForm
from offenders.models import ProfileVersion, Subject
from offenders.publication import (
    ProfileDraft,
    changes_between,
    needs_override,
    override_of,
    publication_problems,
)
from offenders.services import profile_preview, profile_publish


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def subject_publish(request: HttpRequest, ref: str) -> HttpResponse:
    """Publish a target profile: a frozen version of what is on this page."""
    user = user_of(request)
    found = get_subject(user, ref)
    latest = found.versions.order_by("-number").first()
    until = shown_until(found)
    form = PublishForm(
        request.POST or None,
        subject=found,
        until_by_rule=until,
        initial=starting_draft(found, latest, until_by_rule=until),
    )
    preview: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            preview = _preview(found, latest, form.draft())
        else:
            try:
                version = profile_publish(
                    by=user,
                    subject=found,
                    revision=form.cleaned_data["revision"],
                    draft=form.draft(),
                    active_at=latest_activity(found.pk),
                    areas=active_areas(found.pk),
                )
                messages.success(request, f"Version {version.number} is published.")
                return redirect("subject", ref=found.ref)
            except ValidationError as error:
                add_problems(form, error)
    record(actions.SUBJECT_VIEWED, by=user, ref=found.ref, subjects=[found.ref])
    context = {
        "form": form,
        "subject": found,
        "latest": latest,
        "reworded": is_reworded(found, latest),
        "photos": list(found.photos.all()),
        "held": list(found.restrictions.holding().values_list("because", flat=True)),
        "needs_override": needs_override(found),
        "override": override_of(found),
        "page_title": f"Publish {found.ref}",
        **preview,
    }
    status = 200 if preview else form_status(form)
    return render(request, "offenders/publish.html", context, status=status)


def _preview(
    subject: Subject, latest: ProfileVersion | None, draft: ProfileDraft
) -> dict[str, Any]:
    """What members would see, what differs from what they see now, and what stands in the way."""
    version = profile_preview(subject=subject, draft=draft)
    notice = Notice.objects.in_force().filter(subject=subject).order_by("-ends_on").first()
    ribbon = profile_ribbon(version, notice.known_until if notice else None)
    return {
        "version": version,
        "notice": notice,
        "ribbon": ribbon,
        "face": photo_url(draft.photos[0].uuid if draft.photos else None, "card"),
        "card": card(version, notice.known_until if notice else None),
        "changes": changes_between(latest, version, draft.photos) if latest else [],
        "problems": publication_problems(subject, draft),
    }
