"""Whatever comes to point to a person, a report or a paper must say what becomes of it.

A table that is new tomorrow fails here until its app's retention.py takes it along (or it goes by
itself, with what it hangs on) and it is listed. Were it forgotten all the same, the database would
refuse the deletion: the night says so, and keeps the record.
"""

from django.apps import apps
from django.db import models

from exclusions.models import CaseFile, Notice, WarningLetter
from incidents.models import IntelligenceReport, Involvement, Report
from offenders.models import Bulletin, Photo, ProfileVersion, Subject

POINTS = {
    Subject: {
        "exclusions.casefile.subject", "exclusions.notice.subject",
        "exclusions.warningletter.subject", "incidents.alert.subject",
        "incidents.intelligencereport_subjects.subject", "incidents.involvement.subject",
        "incidents.notsameperson.subject", "incidents.reviewstep.subject",
        "offenders.ageoverride.subject", "offenders.agereview.subject", "offenders.alias.subject",
        "offenders.association.first",
        "offenders.association.second", "offenders.bulletinprofile.subject",
        "offenders.differentpeople.first", "offenders.differentpeople.second",
        "offenders.legalfact.subject", "offenders.photo.subject",
        "offenders.profileversion.subject", "offenders.recognition.subject",
        "offenders.restriction.subject", "records.accessrequest_subjects.subject",
        "records.privacynotice.subject",
        "records.rightsrequest.subject",
        "offenders.subject.merged_into", "offenders.subjectmerge.gone",
        "offenders.subjectmerge.kept", "offenders.subjectwarning.subject",
        "offenders.toptenchoice.subject", "offenders.toptenplace.subject",
        "offenders.unusualviewing.subject",  # goes by itself, with whom it is about
        "offenders.vehicle.subject", "records.extension.subject", "records.retentionhold.subject",
    },
    Report: {
        "exclusions.breachstep.report", "exclusions.caseincident.report",
        "exclusions.matterletgo.report", "exclusions.noticeground.report",
        "exclusions.warningground.report", "incidents.alert.report",
        "incidents.attachment.report", "incidents.intelligencereport_reports.report",
        "incidents.involvement.from_report", "incidents.involvement.report",
        "incidents.report.duplicate_of", "incidents.reportedit.report",
        "incidents.reporterquestion.report", "incidents.reviewstep.report",
        "incidents.stolenitem.report",
    },
    Notice: {
        "exclusions.appeal.notice", "exclusions.breachstep.notice",
        "exclusions.noticeground.notice", "exclusions.noticevariation.notice",
        "exclusions.serviceattempt.notice", "exclusions.signedcopy.notice",
        "exclusions.spotnumber.notice",
    },
    WarningLetter: {"exclusions.matterletgo.letter", "exclusions.warningground.letter"},
    CaseFile: {
        "exclusions.caseincident.case", "exclusions.casestatement.case",
        "exclusions.evidencepack.case",
    },
    Involvement: {"incidents.notsameperson.involvement", "incidents.reviewstep.involvement"},
    Photo: {
        "offenders.photo.edit_of", "offenders.profilephoto.photo",
        "offenders.profileversion.main_photo",
    },
    ProfileVersion: {"offenders.bulletinprofile.version", "offenders.profilephoto.version"},
    IntelligenceReport: {
        "incidents.intelligencereport_reports.intelligencereport",
        "incidents.intelligencereport_subjects.intelligencereport",
    },
    Bulletin: {
        "offenders.bulletindelivery.bulletin", "offenders.bulletinprofile.bulletin",
        "offenders.printedpack.bulletin",
    },
}  # fmt: skip


def pointing_to(target: type[models.Model]) -> set[str]:
    """Return the columns that point to a table's rows."""
    return {
        f"{model._meta.label_lower}.{column.name}"
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
        for column in model._meta.concrete_fields
        if column.is_relation and column.related_model is target
    }


def test_all_that_points_to_what_is_deleted_is_known() -> None:
    for target, known in POINTS.items():
        assert pointing_to(target) == known, target
