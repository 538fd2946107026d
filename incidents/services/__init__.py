"""Writes of the incidents app."""

from .review import involvement_link, involvement_to_subject, report_accept, report_reject
from .submit import ItemInput, PersonInput, ReportInput, report_submit

__all__ = [
    "ItemInput",
    "PersonInput",
    "ReportInput",
    "involvement_link",
    "involvement_to_subject",
    "report_accept",
    "report_reject",
    "report_submit",
]
