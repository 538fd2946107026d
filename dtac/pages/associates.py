"""Noting who acts with whom: what points to a report is checked where reports are known."""

from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from incidents.models import Report
from members.access import roles_only, user_of
from members.models import Role
from offenders.access import get_subject
from offenders.forms.record import AssociationForm
from offenders.models import Subject
from offenders.querysets import parts_of
from offenders.views.record import ASSOCIATES, part_page


class ReportedAssociationForm(AssociationForm):
    """As it is, and the report that it points to is on record and names one of the two."""

    subject: Subject

    def clean_report(self) -> str:
        """Return the report's reference. Raises ValidationError for one that isn't on record."""
        ref = super().clean_report()
        if ref and not Report.objects.filter(ref=ref).exists():
            raise ValidationError("No report has this reference. Check it.", code="unknown")
        return ref

    def clean(self) -> dict[str, Any]:
        """Return what was typed. Raises ValidationError for a report that names neither of them."""
        data = dict(super().clean() or {})
        report, other = data.get("report"), data.get("other")
        if report and other:
            named = Q(people__subject__in=parts_of(self.subject.pk))
            named |= Q(people__subject__in=parts_of(other.pk))
            if not Report.objects.filter(named, ref=report).exists():
                raise ValidationError({"report": "This report names neither of them. Check it."})
        return data


def _form_about(subject: Subject) -> type[ReportedAssociationForm]:
    """Return the form for what somebody does with this subject."""
    return type("AssociationForm", (ReportedAssociationForm,), {"subject": subject})


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def associate_add(request: HttpRequest, ref: str) -> HttpResponse:
    """Note that a subject acts with another, how we know, and the report that says so."""
    subject = get_subject(user_of(request), ref)
    return part_page(request, subject, replace(ASSOCIATES, form=_form_about(subject)))
