"""The working record with everything that hangs on it, and publishing from it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.services import record
from common import dates
from common.http import query_text
from common.lists import chips
from dtac.network import known_companions
from dtac.presenters import Label, profile_ribbon
from dtac.publish_draft import is_reworded
from dtac.queue.warnings import warnings_about
from dtac.timeline import timeline
from exclusions.harm import harm_scores
from exclusions.querysets import breaches, until_by_subject
from incidents.models import Report
from members.access import roles_only, user_of
from members.models import Role, User
from offenders import actions
from offenders.access import get_subject
from offenders.models import Method, Photo, ProfileVersion, Subject, SubjectWarning
from offenders.publication import override_of
from offenders.querysets import SubjectQuerySet, parts_of

SHOWS = [
    ("all", "All"),
    ("known", "Known"),
    ("id_sought", "ID sought"),
    ("unpublished", "Unpublished"),
]
PAGE = 30


@require_safe
@roles_only(Role.INTEL)
def subject_list(request: HttpRequest) -> HttpResponse:
    """All working records, searched and filtered."""
    user = user_of(request)
    text, show = query_text(request, "q"), query_text(request, "show")
    show = show if show in dict(SHOWS) else "all"
    rows = _records(user).show(show)
    page = _page(rows, text, query_text(request, "page"))
    until = until_by_subject(subject.pk for subject in page.object_list)
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


def _records(user: User) -> SubjectQuerySet:
    """Return the records of the list: those that became part of another are found through it."""
    rows = Subject.objects.visible_to(user).filter(merged_into=None)
    return rows.with_face().with_publication()


def _page(rows: SubjectQuerySet, text: str, number: str) -> Page[Any]:
    """Return one page of the records. What is searched is compared once, for count and page."""
    if not text:
        return Paginator(rows.order_by("-updated_at", "-pk"), PAGE).get_page(number)
    keys = rows.found(text)
    page: Page[Any] = Paginator(keys, PAGE).get_page(number)
    page.object_list = rows.in_this_order(list(page.object_list))
    return page


@require_safe
@roles_only(Role.INTEL)
def subject(request: HttpRequest, ref: str) -> HttpResponse:
    """One working record: facts, figures, timeline, and what members see of it."""
    user = user_of(request)
    found = get_subject(user, ref)
    versions = _versions(found)
    live = next((each for each in versions if each.subject == found and _is_live(each)), None)
    notices = list(found.notices.select_related("authorised_by").order_by("-raised_at"))
    facts = list(found.legal_facts.all())
    aliases = list(found.aliases.values_list("name", flat=True))
    warnings = list(found.warnings.filter(ended_at=None).select_related("added_by"))
    warned = warnings_about(found)
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
        "aliases": aliases,
        "photos": list(found.photos.select_related("bystanders_by")),
        **_shown(live),
        "live": live,
        "withdrawn": versions[0] if versions and versions[0].withdrawn_at else None,
        "in_force": in_force,
        "to_serve": next((notice for notice in notices if notice.state == "to_serve"), None),
        "ribbon": _ribbon(found, live, in_force.known_until if in_force else None),
        "figures": year.losses(),
        "breach_count": breaches().filter(subject=found).count(),
        **warned,
        "timeline": timeline(found, notices, warned["letters"], versions, facts),
        "unpublished_changes": _changes(found, live, aliases, warnings) if live else [],
        "warnings": warnings,
        "vehicles": list(found.vehicles.all()),
        "facts": facts,
        "cases": list(found.case_files.all()),
        "methods": [Method(code).label for code in found.methods],
        "companions": known_companions(found),
        "standing": _standing(found),
        "recognitions": list(found.recognitions.filter(outcome="").select_related("given_by")),
        "override": override_of(found),
        "today": dates.today(),
    }
    return render(request, "offenders/subject.html", context)


def _versions(subject: Subject) -> list[ProfileVersion]:
    """Return what was published of a record and of those that are part of it, the newest first."""
    versions = ProfileVersion.objects.filter(subject__in=parts_of(subject.pk))
    return list(versions.select_related("subject", "published_by").order_by("-published_at", "-pk"))


def _shown(live: ProfileVersion | None) -> dict[str, Any]:
    """Which photos members see now, and whether one of them was cropped or blurred since."""
    if live is None:
        return {"shown_photos": set(), "photos_edited": False}
    shown = set(live.photos.values_list("pk", flat=True))
    whole = Photo.objects.filter(pk__in=shown).values(key=Coalesce("edit_of_id", "pk"))
    edited = Photo.objects.filter(edit_of__in=whole, added_at__gt=live.published_at)
    return {"shown_photos": shown, "photos_edited": edited.exists()}


def _standing(subject: Subject) -> dict[str, Any]:
    """The harm score with its parts, the place on the Top 10, and what the manager chose."""
    return {
        "parts": harm_scores(subjects=[subject.pk]).get(subject.pk),
        "place": subject.top_ten_places.filter(until=None).first(),
        "choice": subject.top_ten_choices.filter(ended_at=None).first(),
    }


def _ribbon(subject: Subject, live: ProfileVersion | None, until: dt.date | None) -> Label | None:
    """What members see over the face; said to be so where the record knows more by now."""
    if live is None:
        return None
    shown = profile_ribbon(live, until)
    if shown and shown.tone == "sought" and subject.status == Subject.Status.KNOWN:
        return Label("MEMBERS STILL SEE: ID SOUGHT", shown.tone)
    return shown


def _is_live(version: ProfileVersion) -> bool:
    return (
        version.superseded_at is None
        and version.withdrawn_at is None
        and version.expires_on >= dates.today()
    )


def _a_year_ago() -> dt.date:
    return dates.add_months(dates.today(), -12)


def _changes(
    subject: Subject,
    live: ProfileVersion,
    aliases: Iterable[str],
    warnings: Iterable[SubjectWarning],
) -> list[str]:
    """Name what the record says otherwise than members see; what was chosen so is no change."""
    held = {subject.name, *aliases}
    known = subject.status == Subject.Status.KNOWN
    markers = {warning.marker for warning in warnings}
    changes = {
        "name": known != live.known or (live.known and live.name not in held),
        "aliases": not set(live.aliases) <= held,
        "description or MO": is_reworded(subject, live),
        "warnings": not set(live.warnings) <= markers,
    }
    return [what for what, changed in changes.items() if changed]
