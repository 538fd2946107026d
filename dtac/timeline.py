"""Everything that happened with a subject, newest first."""

import datetime as dt
from typing import Any

from django.db.models import Q

from common import dates
from exclusions.models import MatterLetGo, Notice, WarningLetter
from exclusions.querysets import breaches
from incidents.models import Report
from offenders.models import LegalFact, ProfileVersion, Subject, SubjectMerge
from offenders.querysets import parts_of


def timeline(
    subject: Subject,
    notices: list[Notice],
    letters: list[WarningLetter],
    versions: list[ProfileVersion],
    facts: list[LegalFact],
) -> list[dict[str, Any]]:
    """Return reports, notices, warnings, breaches, publications, merges and court facts.

    Merges of records that are part of this one too. Each has `at` and `kind`, and the row it tells
    of. Of reports the latest hundred.
    """
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
    events += [event for letter in letters for event in _of_letter(letter)]
    decisions = MatterLetGo.objects.filter(letter__in=letters)
    for decision in decisions.select_related("letter", "report", "decided_by"):
        events.append({"at": decision.decided_at, "kind": "let_go", "decision": decision})
    for version in versions:
        events.append({"at": version.published_at, "kind": "published", "version": version})
        if version.withdrawn_at:
            events.append({"at": version.withdrawn_at, "kind": "withdrawn", "version": version})
    for fact in facts:
        events.append({"at": dates.london_midnight(fact.happened_on), "kind": "fact", "fact": fact})
    merges = SubjectMerge.objects.filter(Q(kept__in=parts_of(subject.pk)) | Q(gone=subject))
    for merge in merges.select_related("kept", "gone", "merged_by", "undone_by"):
        events.append({"at": merge.merged_at, "kind": "merged", "merge": merge})
        if merge.undone_at:
            events.append({"at": merge.undone_at, "kind": "unmerged", "merge": merge})
    return sorted(events, key=lambda event: event["at"], reverse=True)


def _of_letter(letter: WarningLetter) -> list[dict[str, Any]]:
    """Return what happened with a warning letter."""
    moments = {
        "written": letter.raised_at,
        "given": letter.given_at,
        "taken_back": letter.withdrawn_at,
    }
    if letter.state == "over" and letter.ends_on:
        moments["ended"] = dates.london_midnight(letter.ends_on + dt.timedelta(days=1))
    return [{"at": at, "kind": kind, "letter": letter} for kind, at in moments.items() if at]
