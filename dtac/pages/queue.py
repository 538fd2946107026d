"""The manager's work queue: what needs doing next, and nothing else."""

import datetime as dt

from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.services import record
from common import dates
from dtac.presenters import (
    Label,
    Row,
    names_for,
    people_words,
    photo_url,
    report_tags,
    report_title,
)
from exclusions.models import Notice
from exclusions.querysets import breaches
from incidents import actions
from incidents.models import Report
from members.access import roles_only, user_of
from members.models import Role, User
from offenders.models import ProfileVersion, Subject

SHOWN = 20
ENDING = dt.timedelta(days=30)
REVIEW_SOON = dt.timedelta(days=14)


@require_safe
@roles_only(Role.INTEL)
def queue(request: HttpRequest) -> HttpResponse:
    """Reports to review, notices that need a step, profiles due for review."""
    user = user_of(request)
    reports = Report.objects.to_review()
    to_serve = Notice.objects.show("to_serve")
    ending = Notice.objects.in_force().filter(ends_on__lte=dates.today() + ENDING)
    due = ProfileVersion.objects.live().filter(review_on__lte=dates.today() + REVIEW_SOON)
    waiting = Report.objects.filter(status="submitted").aggregate(
        n=Count("pk"), oldest=Min("sent_at")
    )
    counts = {
        "reports": waiting["n"],
        "to_serve": to_serve.count(),
        "ending": ending.count(),
        "profiles": due.count(),
    }
    shown = list(reports.for_list()[:SHOWN])
    steps = [*to_serve.with_face(user)[:SHOWN], *ending.with_face(user).order_by("ends_on")[:SHOWN]]
    profiles = list(due.for_list().order_by("review_on")[:SHOWN])
    rows = _report_rows(user, shown)
    record(
        actions.REPORTS_LISTED,
        by=user,
        subjects=[
            *[p.subject.ref for report in shown for p in report.people.all() if p.subject],
            *[notice.subject.ref for notice in steps],
            *[version.subject.ref for version in profiles],
        ],
        show="queue",
    )
    context = {
        "counts": counts,
        "total": sum(counts.values()),
        "oldest": waiting["oldest"],
        "reports": rows,
        "steps": [_notice_row(notice) for notice in steps],
        "profiles": [_profile_row(version) for version in profiles],
        "greeting": _greeting(),
        "now": timezone.now(),
    }
    return render(request, "dtac/queue.html", context)


def _greeting() -> str:
    hour = timezone.now().astimezone(dates.LONDON).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"


def _report_rows(user: User, reports: list[Report]) -> list[Row]:
    subjects = [p.subject for report in reports for p in report.people.all() if p.subject]
    names = names_for(user, subjects)
    faces = dict(Subject.objects.filter(pk__in=names).with_face().values_list("pk", "face"))
    broken = set(breaches().filter(report__in=reports).values_list("report_id", flat=True))
    rows = []
    for report in reports:
        face = next((faces.get(p.subject_id) for p in report.people.all() if p.subject_id), None)
        meta = [report.ref, dates.in_words(report.occurred_at), people_words(report, names)]
        if getattr(report, "has_photo", False):  # from for_list()
            meta.append("photo attached")
        rows.append(
            Row(
                title=report_title(report),
                url=reverse("report_review", args=[report.ref]),
                meta=" · ".join(part for part in meta if part),
                photo_url=photo_url(face, "thumb"),
                tags=report_tags(report, breach=report.pk in broken),
                action="Review",
                action_url=reverse("report_review", args=[report.ref]),
            )
        )
    return rows


def _notice_row(notice: Notice) -> Row:
    to_serve = notice.state == "to_serve"
    if to_serve:
        days = (timezone.now() - notice.raised_at).days
        ago = "today" if days == 0 else f"{days} day{'s' if days > 1 else ''} ago"
        meta, tag = f"Raised {ago}, not yet served.", Label("Not served", "warning")
    else:
        assert notice.ends_on is not None
        left = (notice.ends_on - dates.today()).days
        meta = "Ends today." if left == 0 else f"Ends in {left} day{'s' if left > 1 else ''}."
        tag = Label("Ending", "")
    return Row(
        title=f"{notice.ref} · {notice.subject.shown_name}",
        url=reverse("notice", args=[notice.ref]),
        meta=meta,
        photo_url=photo_url(getattr(notice, "face", None), "thumb"),
        tags=[tag],
        action="Record service" if to_serve else "Look at it",
        action_url=reverse("notice_serve" if to_serve else "notice", args=[notice.ref]),
    )


def _profile_row(version: ProfileVersion) -> Row:
    overdue = version.review_on < dates.today()
    photo = version.main_photo
    return Row(
        title=f"{version.subject.ref} · {version.shown_name}",
        url=reverse("subject", args=[version.subject.ref]),
        meta=f"Version {version.number}, review by {dates.short_date(version.review_on)}.",
        photo_url=photo_url(photo.uuid if photo else None, "thumb"),
        tags=[Label("Overdue", "warning")] if overdue else [],
        action="Review",
        action_url=reverse("subject_publish", args=[version.subject.ref]),
    )
