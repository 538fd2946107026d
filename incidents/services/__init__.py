"""Writes of the incidents app."""

from .alerts import (
    AlertInput,
    alert_outcome,
    alert_raise,
    alert_watchers,
    alert_withdraw,
    alerts_follow,
    may_withdraw,
    people_nearby,
)
from .change import is_theirs, locked_people, may_change, report_change
from .evidence import evidence_check, evidence_release
from .questions import may_answer, question_answer, question_ask
from .review import (
    involvement_link,
    involvement_rule_out,
    involvement_to_subject,
    locked_together,
    report_accept,
    report_merge,
    report_reject,
    stands_on,
)
from .submit import EARLIEST, ItemInput, PersonInput, ReportInput, report_submit
from .undo import step_undo

__all__ = [
    "EARLIEST",
    "AlertInput",
    "ItemInput",
    "PersonInput",
    "ReportInput",
    "alert_outcome",
    "alert_raise",
    "alert_watchers",
    "alert_withdraw",
    "alerts_follow",
    "evidence_check",
    "evidence_release",
    "involvement_link",
    "involvement_rule_out",
    "involvement_to_subject",
    "is_theirs",
    "locked_people",
    "locked_together",
    "may_answer",
    "may_change",
    "may_withdraw",
    "people_nearby",
    "question_answer",
    "question_ask",
    "report_accept",
    "report_change",
    "report_merge",
    "report_reject",
    "report_submit",
    "stands_on",
    "step_undo",
]
