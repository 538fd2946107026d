""" "Deleted on ... because ...": one include for the page of every record that has a day."""

from typing import Any

from django import template

from exclusions.models import CaseFile
from incidents.models import IntelligenceReport, Report
from offenders.models import Bulletin, Subject
from records.retention.told import (
    bulletin_told,
    case_told,
    intelligence_told,
    report_told,
    subject_clock_told,
)

register = template.Library()


@register.inclusion_tag("records/includes/deleted_on.html")
def deleted_on(subject: Subject, *, actions: bool = False) -> dict[str, Any]:
    """Say when and why a subject's record is deleted, and with it what hangs on it."""
    clock, told = subject_clock_told(subject)
    return {
        "told": told,
        "place_hold": subject.ref if actions and not clock.hold_until else "",
        "put_off": subject.ref if actions and clock.may_be_put_off else "",
    }


@register.inclusion_tag("records/includes/deleted_on.html")
def report_deleted_on(report: Report) -> dict[str, Any]:
    """Say when and why a report is deleted."""
    return {"told": report_told(report)}


@register.inclusion_tag("records/includes/deleted_on.html")
def case_deleted_on(case: CaseFile) -> dict[str, Any]:
    """Say when and why a case file is deleted."""
    return {"told": case_told(case)}


@register.inclusion_tag("records/includes/deleted_on.html")
def intelligence_deleted_on(row: IntelligenceReport) -> dict[str, Any]:
    """Say when and why an intelligence report is deleted."""
    return {"told": intelligence_told(row)}


@register.inclusion_tag("records/includes/deleted_on.html")
def bulletin_deleted_on(row: Bulletin) -> dict[str, Any]:
    """Say when and why a bulletin is deleted."""
    return {"told": bulletin_told(row)}


@register.inclusion_tag("records/includes/held_for.html")
def held_for(subject: Subject) -> dict[str, Any]:
    """Say which requests hold what members see of a subject, or where one is recorded."""
    return {"held": list(subject.restrictions.standing()), "ref": subject.ref}
