"""The manager's work queue: what needs doing next, and nothing else."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.services import record
from common import dates
from common.http import query_text
from common.lists import chips
from dtac.exclusion_queue import exclusions_waiting
from dtac.member_queue import applications_waiting
from dtac.presenters import (
    Label,
    Row,
    names_for,
    people_words,
    photo_url,
    report_tags,
    report_title,
)
from dtac.record_queue import records_waiting, viewing_waiting
from dtac.report_queue import reports_due
from dtac.upkeep_queue import reminders
from exclusions.querysets import breaches
from incidents import actions
from incidents.matching import Likely, likely_subjects
from incidents.models import IntelligenceReport, Report, ReviewStep
from members.access import roles_only, user_of
from members.models import Area, OutboundEmail, Role, User
from offenders.models import Bulletin, ProfileVersion, Subject

SHOWN = 20
REVIEW_SOON = dt.timedelta(days=14)
MAIL_MAY_FAIL = dt.timedelta(minutes=30)
"""A mail server that restarts is nobody's work."""


PARTS = [
    ("all", "All"),
    ("incident", "Incidents"),
    ("sighting", "Sightings"),
    ("violence", "Violence"),
    ("unknown", "Unknown person"),
    ("photo", "With a photo"),
    ("answered", "Answered"),
]


@require_safe
@roles_only(Role.INTEL)
def queue(request: HttpRequest) -> HttpResponse:
    """Reports to review, notices that need a step, profiles due for review."""
    user = user_of(request)
    show, area = query_text(request, "show"), query_text(request, "area")
    show = show if show in dict(PARTS) else "all"
    waiting = Report.objects.to_review()
    facts = waiting.queue_counts()
    narrowed = waiting.queue_part(show)
    if area:
        narrowed = narrowed.filter(area__slug=area)
    to_grade = IntelligenceReport.objects.visible_to(user).part("submitted", user)
    due = ProfileVersion.objects.due_for_review(by=dates.today() + REVIEW_SOON)
    records = records_waiting(most=SHOWN)
    viewing = viewing_waiting(user, most=SHOWN)
    exclusions = exclusions_waiting(user, most=SHOWN)
    applications = applications_waiting(most=SHOWN)
    upkeep = reminders(user)
    bulletins = list(Bulletin.objects.with_problems()[:SHOWN])
    board_reports = reports_due(user, most=SHOWN)
    no_mail_since = _no_mail_since()
    counts = {
        "mail": int(no_mail_since is not None),
        "bulletins": len(bulletins),
        "applications": len(applications),
        "board_reports": len(board_reports),
        "upkeep": len(upkeep),
        "records": records.count,
        "viewing": len(viewing),
        "reports": facts["all"],
        **exclusions.counts,
        "profiles": due.count(),
        "intelligence": to_grade.count(),
    }
    shown = list(narrowed.for_list(user)[:SHOWN])
    likely = likely_subjects(shown)
    profiles = list(due.for_list().order_by("review_on")[:SHOWN])
    record(
        actions.REPORTS_LISTED,
        by=user,
        subjects=[
            *_shown_in(shown, likely),
            *records.refs,
            *exclusions.refs,
            *[version.subject.ref for version in profiles],
        ],
        show="queue",
    )
    context = {
        "counts": counts,
        "matching": narrowed.count() if area else facts[show],
        "total": sum(counts.values()),
        "oldest": facts["oldest"],
        "reports": _report_rows(user, shown, likely),
        "chips": chips(PARTS, show, counts=facts, keep={"area": area} if area else {}),
        "areas": Area.objects.all(),
        "area": area,
        "show": show,
        "steps": exclusions.rows,
        "records": records.rows,
        "viewing": viewing,
        "applications": applications,
        "board_reports": board_reports,
        "upkeep": upkeep,
        "bulletins": [_bulletin_row(row) for row in bulletins],
        "profiles": [_profile_row(version) for version in profiles],
        "no_mail_since": no_mail_since,
        "lately": ReviewStep.objects.lately_by(user),
        "greeting": _greeting(),
        "now": timezone.now(),
    }
    return render(request, "dtac/queue.html", context)


def _no_mail_since() -> dt.datetime | None:
    """Return since when e-mail that is due does not go out, None if it does or only just failed."""
    outage = OutboundEmail.objects.outage()
    if outage is None or timezone.now() - outage.since <= MAIL_MAY_FAIL:
        return None
    return outage.since


def _shown_in(reports: list[Report], likely: dict[int, Likely]) -> list[str]:
    """Return the subjects that the rows of reports show: linked, and suggested."""
    people = [person for report in reports for person in report.people.all()]
    linked = [person.subject.ref for person in people if person.subject]
    return linked + [likely[person.pk].subject.ref for person in people if person.pk in likely]


def _greeting() -> str:
    hour = timezone.now().astimezone(dates.LONDON).hour
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"


def _report_rows(user: User, reports: list[Report], likely: dict[int, Likely]) -> list[Row]:
    subjects = [p.subject for report in reports for p in report.people.all() if p.subject]
    names = names_for(user, subjects)
    faces = Subject.objects.faces(names)
    broken = set(breaches().filter(report__in=reports).values_list("report_id", flat=True))
    rows = []
    for report in reports:
        face = next((faces.get(p.subject_id) for p in report.people.all() if p.subject_id), None)
        meta = [report.ref, dates.in_words(report.occurred_at), people_words(report, names)]
        meta += _likely_words(report, likely)
        if getattr(report, "has_photo", False):  # from for_list()
            meta.append("photo attached")
        if report.to_finish:
            meta.append("more to come")
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


def _likely_words(report: Report, likely: dict[int, Likely]) -> list[str]:
    """Return whom the unknown people of a report look like, with the reasons."""
    found = [likely[person.pk] for person in report.people.all() if person.pk in likely]
    return [
        f"may be {best.subject.ref} {best.subject.shown_name} ({', '.join(best.reasons)})"
        for best in found
    ]


def _profile_row(version: ProfileVersion) -> Row:
    overdue = version.review_on < dates.today()
    behind = getattr(version, "behind", False)  # from due_for_review()
    meta = f"Version {version.number}, review by {dates.short_date(version.review_on)}."
    if behind:
        meta = f"Version {version.number} shows a name or a warning that the record lost."
    photo = version.main_photo
    return Row(
        title=f"{version.subject.ref} · {version.shown_name}",
        url=reverse("subject", args=[version.subject.ref]),
        meta=meta,
        photo_url=photo_url(photo.uuid if photo else None, "thumb"),
        tags=[Label("Overdue", "warning")] * overdue
        + [Label("Behind the record", "warning")] * behind,
        action="Review",
        action_url=reverse("subject_publish", args=[version.subject.ref]),
    )


def _bulletin_row(bulletin: Bulletin) -> Row:
    stopped = bulletin.stopped_at is not None
    where = reverse("bulletin" if stopped else "bulletin_deliveries", args=[bulletin.ref])
    return Row(
        title=f"{bulletin.ref} · {bulletin.headline}",
        url=where,
        meta="It could not start at its time." if stopped else "Not everybody’s e-mail arrived.",
        tags=[Label("Not sent" if stopped else "Not delivered", "warning")],
        action="Look at it",
        action_url=where if stopped else f"{where}?show=failed",
    )
