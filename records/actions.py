"""What the records app writes to the log."""

from audit.actions import register

RULE_CHANGED = register("records.rule.changed", "changed a rule of retention")
POLICY_VIEWED = register("records.rule.tried", "tried out a rule of retention", is_read=True)
LIST_VIEWED = register("records.retention.listed", "listed what is due to be deleted", is_read=True)
RUN_VIEWED = register("records.run.viewed", "opened the report of a night", is_read=True)
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
DELETED_LISTED = register("records.deleted.listed", "listed what was deleted", is_read=True)
REGISTERS_VIEWED = register("records.registers.viewed", "opened records and rights", is_read=True)
REGISTER_EXPORTED = register("records.register.exported", "exported a register", is_read=True)
REQUESTS_LISTED = register("records.request.listed", "listed requests", is_read=True)
REQUEST_VIEWED = register("records.request.viewed", "opened a request", is_read=True)
REQUEST_RECORDED = register("records.request.recorded", "recorded a request about a record")
REQUEST_IDENTIFIED = register("records.request.identified", "noted how a person was identified")
REQUEST_EXTENDED = register("records.request.extended", "took longer to answer a request")
REQUEST_DECIDED = register("records.request.decided", "decided a request")
REQUEST_TOLD = register("records.request.told", "told a person what was decided")
REQUEST_LIFTED = register("records.request.lifted", "lifted a restriction")
RECIPIENT_TOLD = register("records.request.recipient_told", "told a recipient of a request")
