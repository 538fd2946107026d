"""What the records app writes to the log."""

from audit.actions import register

RULE_CHANGED = register("records.rule.changed", "changed a rule of retention")
POLICY_VIEWED = register("records.rule.tried", "tried out a rule of retention", is_read=True)
LIST_VIEWED = register("records.retention.listed", "listed what is due to be deleted", is_read=True)
RUN_VIEWED = register("records.run.viewed", "opened the report of a night", is_read=True)
RUN_RELEASED = register("records.run.released", "let a night delete unusually much")
RUN_SEEN = register("records.run.seen", "has seen the report of a night")
SHARES_LISTED = register("records.share.listed", "listed the sharing register", is_read=True)
SHARE_VIEWED = register("records.share.viewed", "opened an entry of sharing", is_read=True)
ENTRIES_DELETED = register(
    "records.entries.deleted", "deleted old entries of the log and the sharing register"
)
HOLD_PLACED = register("records.hold.placed", "placed a hold on a record")
HOLD_RENEWED = register("records.hold.renewed", "renewed a hold on a record")
HOLD_ENDED = register("records.hold.ended", "ended a hold on a record")
HOLDS_LISTED = register("records.hold.listed", "listed holds", is_read=True)
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
COMPLAINTS_LISTED = register("records.complaint.listed", "listed complaints", is_read=True)
COMPLAINT_VIEWED = register("records.complaint.viewed", "opened a complaint", is_read=True)
COMPLAINT_RECORDED = register("records.complaint.recorded", "recorded a complaint")
COMPLAINT_ACKNOWLEDGED = register("records.complaint.acknowledged", "acknowledged a complaint")
COMPLAINT_STEP = register("records.complaint.looked_into", "looked into a complaint")
COMPLAINT_DECIDED = register("records.complaint.decided", "decided a complaint")
COMPLAINT_TOLD = register("records.complaint.told", "told the outcome of a complaint")
BREACHES_LISTED = register("records.data_breach.listed", "listed data breaches", is_read=True)
BREACH_VIEWED = register("records.data_breach.viewed", "opened a data breach", is_read=True)
BREACH_RECORDED = register("records.data_breach.recorded", "recorded a data breach")
BREACH_ASSESSED = register("records.data_breach.assessed", "noted what is known of a data breach")
BREACH_REGULATOR = register(
    "records.data_breach.regulator", "told the regulator of a data breach, or noted why not"
)
BREACH_PEOPLE = register(
    "records.data_breach.people", "told the people of a data breach, or noted why not"
)
BREACH_CLOSED = register("records.data_breach.closed", "closed a data breach")
PRIVACY_LISTED = register("records.privacy.listed", "listed privacy notices", is_read=True)
PRIVACY_GIVEN = register("records.privacy.given", "gave somebody a privacy notice")
PRIVACY_WITHHELD = register("records.privacy.withheld", "withheld a privacy notice for now")
ACCESS_LISTED = register("records.access.listed", "listed requests for access", is_read=True)
ACCESS_VIEWED = register("records.access.viewed", "opened a request for access", is_read=True)
ACCESS_ITEM_VIEWED = register(
    "records.access.item_viewed", "opened what was found for a request for access", is_read=True
)
ACCESS_RECORDED = register("records.access.recorded", "recorded a request for access")
ACCESS_IDENTIFIED = register("records.access.identified", "noted how a person was identified")
ACCESS_EXTENDED = register("records.access.extended", "took longer to answer a request for access")
ACCESS_SEARCHED = register("records.access.searched", "searched everything held on a person")
ACCESS_ITEM = register("records.access.decided", "decided what is given of an item")
ACCESS_ANSWERED = register("records.access.answered", "answered a request for access")
ACCESS_PACK_ORDERED = register("records.access.ordered", "ordered an access pack")
ACCESS_PACK_MADE = register("records.access.made", "made an access pack")
ACCESS_PACK_FAILED = register("records.access.failed", "could not make an access pack")
ACCESS_PACK_READ = register("records.access.read", "read an access pack", is_read=True)
ACCESS_FORGOTTEN = register("records.access.forgotten", "deleted what was found, after 90 days")
BODIES_LISTED = register("records.body.listed", "listed controllers and processors", is_read=True)
BODY_ENTERED = register("records.body.entered", "entered a controller or processor")
BODY_CHANGED = register("records.body.changed", "changed a controller or processor")
AGREEMENTS_VIEWED = register("records.agreements.viewed", "opened the agreements", is_read=True)
ENTRY_FORGOTTEN = register(
    "records.entry.forgotten", "took names and words out of a matter answered long ago"
)
