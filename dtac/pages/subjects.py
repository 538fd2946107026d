"""The working record with everything that hangs on it, and publishing from it."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from common import dates
from common.http import add_problems, form_status, query_text
from common.lists import chips
from dtac.presenters import profile_ribbon
from exclusions.models import Notice
from exclusions.querysets import breaches
from incidents.models import Report
from members.access import roles_only, user_of
from members.models import Role
from offenders import actions
from offenders.access import get_subject
from offenders.forms import PublishForm
from offenders.models import ProfileVersion, Subject
from offenders.services import profile_publish

SHOWS = [
    ("all", "All"),
    ("known", "Known"),
    ("id_sought", "ID sought"),
    ("unpublished", "Unpublished"),
]


@require_safe
@roles_only(Role.INTEL)
def subject_list(request: HttpRequest) -> HttpResponse:
    """All working records, searched and filtered."""
    user = user_of(request)
    text, show = query_text(request, "q"), query_text(request, "show")
    show = show if show in dict(SHOWS) else "all"
    found = Subject.objects.visible_to(user).with_face().with_publication().search(text)
    page = Paginator(found.show(show), 30).get_page(query_text(request, "page"))
    until = Notice.objects.until_by_subject(subject.pk for subject in page.object_list)
    record(
        actions.SUBJECTS_LISTED,
        by=user,
        subjects=[subject.ref for subject in page.object_list],
        show=show,
        page=page.number,
        **({"q": text} if text else {}),
    )
    context = {
        "page": page,
        "rows": [(subject, until.get(subject.pk)) for subject in page.object_list],
        "chips": chips(SHOWS, show, q=text),
        "q": text,
        "show": show,
    }
    return render(request, "offenders/subject_list.html", context)


@require_safe
@roles_only(Role.INTEL)
def subject(request: HttpRequest, ref: str) -> HttpResponse:
    """One working record: facts, figures, timeline, and what members see of it."""
    user = user_of(request)
    found = get_subject(user, ref)
    versions = list(found.versions.select_related("published_by").order_by("-number"))
    live = next((version for version in versions if _is_live(version)), None)
    notices = list(found.notices.select_related("authorised_by").order_by("-raised_at"))
    in_force = next((notice for notice in notices if notice.in_force_on()), None)
    reports = Report.objects.about(found.pk)
    year = reports.accepted_incidents().filter(occurred_on__gt=_a_year_ago())
    record(
        actions.SUBJECT_VIEWED,
        by=user,
        ref=found.ref,
        subjects=[found.ref],
    )
    context = {
        "subject": found,
        "aliases": list(found.aliases.values_list("name", flat=True)),
        "photos": list(found.photos.all()),
        "live": live,
        "in_force": in_force,
        "to_serve": next((notice for notice in notices if notice.state == "to_serve"), None),
        "ribbon": profile_ribbon(live, in_force.ends_on if in_force else None) if live else None,
        "figures": year.losses(),
        "breach_count": breaches().filter(subject=found).count(),
        "timeline": _timeline(found, notices, versions),
        "unpublished_changes": _changes(found, live) if live else [],
    }
    return render(request, "offenders/subject.html", context)


def _is_live(version: ProfileVersion) -> bool:
    return (
        version.superseded_at is None
        and version.withdrawn_at is None
        and version.expires_on >= dates.today()
    )


def _a_year_ago() -> dt.date:
    return dates.add_months(dates.today(), -12)


def _timeline(
    subject: Subject, notices: list[Notice], versions: list[ProfileVersion]
) -> list[dict[str, Any]]:
    reports = Report.objects.about(subject.pk).for_list().order_by("-occurred_at")[:100]
    broken = dict(breaches().filter(subject=subject).values_list("report_id", "notice_ref"))
    events: list[dict[str, Any]] = [
        {
            "at": report.occurred_at,
            "kind": "report",
            "report": report,
            "breach": broken.get(report.pk),
        }
        for report in reports
    ]
    for notice in notices:
        events.append({"at": notice.raised_at, "kind": "raised", "notice": notice})
        if notice.served_at:
            events.append({"at": notice.served_at, "kind": "served", "notice": notice})
        if notice.revoked_at:
            events.append({"at": notice.revoked_at, "kind": "revoked", "notice": notice})
        if notice.state == "expired" and notice.ends_on:
            ended = dates.london_midnight(notice.ends_on + dt.timedelta(days=1))
            events.append({"at": ended, "kind": "expired", "notice": notice})
    for version in versions:
        events.append({"at": version.published_at, "kind": "published", "version": version})
        if version.withdrawn_at:
            events.append({"at": version.withdrawn_at, "kind": "withdrawn", "version": version})
    return sorted(events, key=lambda event: event["at"], reverse=True)


def _changes(subject: Subject, live: ProfileVersion) -> list[str]:
    """Name what differs between the record and what members see."""
    aliases = sorted(subject.aliases.values_list("name", flat=True))
    pairs = {
        "name": (subject.name, live.name),
        "aliases": (aliases, sorted(live.aliases)),
        "description": (subject.description, live.description),
        "MO": (subject.mo, live.mo),
    }
    return [name for name, (record_value, shown) in pairs.items() if record_value != shown]


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def subject_publish(request: HttpRequest, ref: str) -> HttpResponse:
    """Publish a target profile: a frozen version of what is on this page."""
    user = user_of(request)
    found = get_subject(user, ref)
    latest = found.versions.order_by("-number").first()
    form = PublishForm(request.POST or None, subject=found, initial=_draft(found, latest))
    if request.method == "POST" and form.is_valid():
        try:
            version = profile_publish(
                by=user,
                subject=found,
                revision=form.cleaned_data["revision"],
                draft=form.draft(),
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
        "photos": list(found.photos.all()),
        "page_title": f"Publish {found.ref}",
    }
    return render(request, "offenders/publish.html", context, status=form_status(form))


def _draft(subject: Subject, latest: ProfileVersion | None) -> dict[str, Any]:
    """What the form starts with: the record's words, and the last version's decisions."""
    today = dates.today()
    last = (
        Report.objects.accepted_incidents()
        .filter(people__subject=subject)
        .order_by("-occurred_on")
        .values_list("occurred_on", flat=True)
        .first()
    )
    # Twelve months after the last qualifying incident (behaviour 28); a sighting doesn't count.
    expires = max(dates.last_day_of_year_from(last or today), today)
    draft: dict[str, Any] = {
        "description": subject.description,
        "mo": subject.mo,
        "review_on": min(dates.add_months(today, 6), expires),
        "expires_on": expires,
        "photos": [p.pk for p in subject.photos.all() if p.may_publish and p.bystanders_clear],
    }
    if latest:
        draft |= {
            "line": latest.line,
            "warnings": latest.warnings,
            "ground": latest.ground,
            "necessity": latest.necessity,
            "audience": latest.audience,
            "audience_areas": latest.audience_areas,
            "audience_sectors": latest.audience_sectors,
        }
    return draft
