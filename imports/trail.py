"""What the log says of subjects as an import takes over, and as one is undone."""

from collections import defaultdict
from typing import Final

from django.db.models import QuerySet

from audit.actions import Action
from audit.services import record_many
from common.bulk import Taken
from exclusions.models import Notice
from incidents.models import Involvement
from offenders.models import Association, Photo, Subject

from . import actions, undo
from .kinds import Kind
from .models import ImportRun

TAKEN: Final = {
    "subjects": actions.SUBJECT_TAKEN_OVER,
    "associations": actions.ASSOCIATION_TAKEN_OVER,
    "incidents": actions.REPORT_TAKEN_OVER,
    "notices": actions.NOTICE_TAKEN_OVER,
}
Entries = list[tuple[str, list[str]]]
"""References, each with those of the subjects that it is about."""


def taken_over(run: ImportRun, kind: Kind, lines: list[Taken]) -> None:
    """Note of each subject, and of each report and notice about one, that it was taken over."""
    action = TAKEN.get(kind.code)
    if action is None:
        return
    keys = {key for line in lines for key in kind.subjects_of(line)}
    refs = dict(Subject.objects.filter(pk__in=keys).values_list("pk", "ref"))
    entries: Entries = [
        (str(getattr(line.main, "ref", refs[about[0]])), [refs[key] for key in about])
        for line in lines
        if (about := kind.subjects_of(line))
    ]
    record_many(action, by=run.written_by, entries=entries, run=run.ref)


def photos_added(run: ImportRun, lines: list[Taken]) -> None:
    """Note of each subject whose record was here that photos were added to it."""
    entries = [(line.main.ref, [line.main.ref]) for line in lines]
    record_many(actions.PHOTOS_ADDED, by=run.written_by, entries=entries, run=run.ref)


def about_subjects(made: undo.Made) -> list[tuple[Action, Entries]]:
    """Return what is to be noted once these rows are deleted: asked while they are there."""
    subjects = Subject.objects.filter(pk__in=list(made.get("offenders.subject", {})))
    notices = Notice.objects.filter(pk__in=list(made.get("exclusions.notice", {})))
    people = Involvement.objects.filter(report__in=list(made.get("incidents.report", {})))
    reports: dict[str, list[str]] = defaultdict(list)
    named = people.filter(subject__isnull=False).order_by("report", "pk")
    for ref, about in named.values_list("report__ref", "subject__ref"):
        reports[ref].append(about)
    of_notices = notices.order_by("pk").values_list("ref", "subject__ref")
    photos = Photo.objects.filter(pk__in=list(made.get("offenders.photo", {})))
    faced = Subject.objects.filter(photos__in=photos).exclude(pk__in=subjects).distinct()
    pairs = Association.objects.filter(pk__in=list(made.get("offenders.association", {})))
    named_in = pairs.order_by("pk").values_list("first__ref", "second__ref")
    return [
        (actions.ASSOCIATION_REMOVED, [(one, [one, other]) for one, other in named_in]),
        (actions.PHOTOS_REMOVED, [(ref, [ref]) for ref in _refs(faced)]),
        (actions.SUBJECT_REMOVED, [(ref, [ref]) for ref in _refs(subjects)]),
        (actions.REPORT_REMOVED, list(reports.items())),
        (actions.NOTICE_REMOVED, [(ref, [about]) for ref, about in of_notices]),
    ]


def _refs(rows: "QuerySet[Subject]") -> list[str]:
    return list(rows.order_by("pk").values_list("ref", flat=True))


def removed(run: ImportRun, noted: list[tuple[Action, Entries]]) -> None:
    """Note of each subject, and of each report and notice about one, that it was deleted."""
    for action, entries in noted:
        record_many(action, by=run.undone_by, entries=entries, run=run.ref)
