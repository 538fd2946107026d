"""What of this app's tables goes with a subject, and with a report. Thin: the caller commits."""

from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, Q, Value
from django.db.models.fields import BigIntegerField

from common import dates
from common.db import StoredImage
from common.forgetting import Words, forget
from common.purging import Figure, Gone, Purged
from incidents.models import (
    Alert,
    Attachment,
    IntelligenceReport,
    Involvement,
    NotSamePerson,
    Report,
    ReportEdit,
    ReporterQuestion,
    ReviewStep,
    StolenItem,
)


def purge_subject(keys: Sequence[int], words: Words) -> Purged:
    """Take a person (the keys of their records) out of reports, alerts and intelligence.

    What a report says of who else was there stays, without their name. Of their row in it nothing
    stays: how a witness saw them is about them.
    """
    theirs = Involvement.objects.filter(subject__in=keys)
    reports = set(theirs.values_list("report", flat=True))
    reports |= set(theirs.exclude(from_report=None).values_list("from_report", flat=True))
    reports |= set(Report.objects.filter(duplicate_of__in=reports).values_list("pk", flat=True))
    told = IntelligenceReport.objects.filter(subjects__in=keys)
    given = set(told.values_list("pk", flat=True))
    steps = ReviewStep.objects.filter(Q(subject__in=keys) | Q(involvement__in=theirs))
    steps.update(before={}, subject=None, involvement=None)
    NotSamePerson.objects.filter(subject__in=keys).delete()
    theirs.delete()
    _not_likely(keys)
    Alert.objects.filter(subject__in=keys).delete()
    for key in keys:
        named = Alert.objects.filter(names__contains=[key])
        forget(named, words)
        array = ArrayField(BigIntegerField())
        names = Func("names", Value(key), function="array_remove", output_field=array)
        named.update(names=names)
    for row in IntelligenceReport.objects.filter(pk__in=given):
        row.subjects.remove(*keys)
    look_at = forget_in_reports(reports, words)
    look_at |= forget(IntelligenceReport.objects.filter(pk__in=given), words)
    return Purged(look_at=look_at)


def companions_of(keys: Sequence[int]) -> set[int]:
    """Return the keys of who else is on a report, or in intelligence, with these (keys)."""
    theirs = Involvement.objects.filter(subject__in=keys).values("report")
    with_them = Involvement.objects.filter(report__in=theirs, subject__isnull=False)
    found = set(with_them.values_list("subject", flat=True))
    told = IntelligenceReport.objects.filter(subjects__in=keys)
    found |= set(told.values_list("subjects", flat=True)) - {None}
    return found - set(keys)


def _not_likely(keys: Sequence[int]) -> None:
    """Let nobody unknown be taken for them any more."""
    for key in keys:
        for row in Involvement.objects.filter(likely__contains=[{"subject": key}]):
            row.likely = [match for match in row.likely if match["subject"] != key]
            row.save(update_fields=["likely"])


def forget_in_reports(reports: set[int], words: Words) -> set[str]:
    """Take these words out of reports (keys) and what hangs on them; return what to look at."""
    found = forget(Report.objects.filter(pk__in=reports), words)
    for rows in (
        Involvement.objects.filter(report__in=reports),
        StolenItem.objects.filter(report__in=reports),
        ReportEdit.objects.filter(report__in=reports),
        ReporterQuestion.objects.filter(report__in=reports),
        Alert.objects.filter(report__in=reports),
        Attachment.objects.filter(report__in=reports),
    ):
        found |= forget(rows, words, told="report__ref")
    return found


def purge_reports(reports: Sequence[Report]) -> Purged:
    """Delete reports in which nobody is kept and that nothing cites; their files go along."""
    keys = [report.pk for report in reports]
    files: list[str] = []
    for row in Attachment.objects.filter(report__in=keys):
        files.append(str(row.original.name))
        files += [row.variant_path(size) for size in StoredImage.VARIANT_SIZES]
    gone = [_gone(report) for report in reports]
    Involvement.objects.filter(from_report__in=keys).exclude(report__in=keys).update(
        from_report=None
    )
    doubles = Report.objects.filter(pk__in=keys, duplicate_of__isnull=False)
    doubles.update(status=Report.Status.REJECTED, duplicate_of=None)
    Involvement.objects.filter(report__in=keys).delete()
    Report.objects.filter(pk__in=keys).delete()
    return Purged(files=files, gone=gone)


def purge_intelligence(rows: Sequence[IntelligenceReport]) -> Purged:
    """Delete intelligence reports; whom and what they were about stays."""
    gone = [
        Gone("intelligence", row.ref, row.grade, row.status, dates.london_date(row.submitted_at))
        for row in rows
    ]
    IntelligenceReport.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return Purged(gone=gone)


def _gone(report: Report) -> Gone:
    figures: tuple[Figure, ...] = ()
    if report.kind == Report.Kind.INCIDENT and report.status == Report.Status.ACCEPTED:
        figures = (
            Figure(
                "incident",
                dates.london_date(report.occurred_at),
                report.area_id,
                report.member_id,
                report.type_id,
                report.value_stolen,
                report.value_recovered,
            ),
        )
    day = dates.london_date(report.sent_at)
    return Gone("report", report.ref, report.kind, report.status, day, figures)
