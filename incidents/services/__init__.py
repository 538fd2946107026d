"""Writes of the incidents app."""

from .review import involvement_link, involvement_to_subject, report_accept, report_reject
from .submit import EARLIEST, ItemInput, PersonInput, ReportInput, report_submit

__all__ = [
    "EARLIEST",
    "ItemInput",
    "PersonInput",
    "ReportInput",
    "involvement_link",
    "involvement_to_subject",
    "report_accept",
    "report_reject",
    "report_submit",
]
