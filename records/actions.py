"""What the records app writes to the log."""

from audit.actions import register

RULE_CHANGED = register("records.rule.changed", "changed a rule of retention")
POLICY_VIEWED = register("records.rule.tried", "tried out a rule of retention", is_read=True)
LIST_VIEWED = register("records.retention.listed", "listed what is due to be deleted", is_read=True)
RUN_VIEWED = register("records.run.viewed", "opened the report of a night", is_read=True)
RUN_RELEASED = register("records.run.released", "let a night delete unusually much")
RUN_SEEN = register("records.run.seen", "has seen the report of a night")
HOLD_PLACED = register("records.hold.placed", "placed a hold on a record")
HOLD_RENEWED = register("records.hold.renewed", "renewed a hold on a record")
HOLD_ENDED = register("records.hold.ended", "ended a hold on a record")
HOLD_VIEWED = register("records.hold.viewed", "opened a hold on a record", is_read=True)
PUT_OFF = register("records.subject.put_off", "put off the deletion of a record, once")
SUBJECT_DELETED = register("records.subject.deleted", "deleted a record by the rule of retention")
REPORT_DELETED = register("records.report.deleted", "deleted a report by the rule of retention")
OTHER_DELETED = register(
    "records.record.deleted", "deleted intelligence or a case file by the rule of retention"
)
STANDARD_CHANGED = register("records.standard.changed", "changed what accreditation asks for")
STANDARD_REMOVED = register("records.standard.removed", "took a requirement off the list")
STANDARDS_EXPORTED = register(
    "records.standards.exported", "exported the evidence for accreditation", is_read=True
)
DELETED_LISTED = register("records.deleted.listed", "listed what was deleted", is_read=True)
