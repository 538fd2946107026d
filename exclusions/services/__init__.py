"""Writes of the exclusions app."""

from .appeals import (
    AppealInput,
    appeal_acknowledge,
    appeal_decide,
    appeal_decline,
    appeal_panel_add,
    appeal_receive,
    appeal_tell,
    appeal_withdraw,
)
from .breach_steps import breach_step_add
from .case_files import (
    MOST_INCIDENTS,
    StatementInput,
    case_change,
    case_close,
    case_incident_change,
    case_open,
    case_pick,
    pack_order,
    pack_release,
    statement_add,
    statement_change,
    statement_remove,
)
from .ending import endings_tell, expiries_record, notice_let_go, notice_revoke
from .on_the_spot import (
    MOST_NUMBERS,
    Spot,
    arrests_of,
    notice_confirm,
    notice_serve_on_the_spot,
    number_void,
    numbers_issue,
)
from .raising import Asked, citable_reports, notice_raise
from .serving import Attempt, Service, attempt_record, notice_record_service
from .signed import signed_copies_add, signed_copy_release
from .varying import Variation, notice_vary
from .warning import Giving, matters_let_go, warning_give, warning_raise, warning_withdraw

__all__ = [
    "MOST_INCIDENTS",
    "MOST_NUMBERS",
    "AppealInput",
    "Asked",
    "Attempt",
    "Giving",
    "Service",
    "Spot",
    "StatementInput",
    "Variation",
    "appeal_acknowledge",
    "appeal_decide",
    "appeal_decline",
    "appeal_panel_add",
    "appeal_receive",
    "appeal_tell",
    "appeal_withdraw",
    "arrests_of",
    "attempt_record",
    "breach_step_add",
    "case_change",
    "case_close",
    "case_incident_change",
    "case_open",
    "case_pick",
    "citable_reports",
    "endings_tell",
    "expiries_record",
    "matters_let_go",
    "notice_confirm",
    "notice_let_go",
    "notice_raise",
    "notice_record_service",
    "notice_revoke",
    "notice_serve_on_the_spot",
    "notice_vary",
    "number_void",
    "numbers_issue",
    "pack_order",
    "pack_release",
    "signed_copies_add",
    "signed_copy_release",
    "statement_add",
    "statement_change",
    "statement_remove",
    "warning_give",
    "warning_raise",
    "warning_withdraw",
]
