"""What the exclusions app writes to the log."""

from audit.actions import register

NOTICE_RAISED = register("exclusions.notice.raised", "raised an exclusion notice")
NOTICE_SERVED = register("exclusions.notice.served", "recorded service of an exclusion notice")
NOTICE_REVOKED = register("exclusions.notice.revoked", "revoked an exclusion notice")
NOTICE_EXPIRED = register("exclusions.notice.expired", "exclusion notice ended")
NOTICE_VIEWED = register("exclusions.notice.viewed", "opened an exclusion notice", is_read=True)
NOTICES_LISTED = register("exclusions.notice.listed", "listed exclusion notices", is_read=True)
NOTICE_PRINTED = register("exclusions.notice.printed", "printed an exclusion notice", is_read=True)
POLICY_CHANGED = register("exclusions.policy.changed", "changed the exclusion protocol")
ATTEMPT_RECORDED = register(
    "exclusions.notice.attempted", "recorded an attempt to serve a notice that failed"
)
NOTICE_LAPSED = register("exclusions.notice.lapsed", "notice served on the spot lapsed")
NOTICE_LET_GO = register("exclusions.notice.let_go", "decided not to renew an exclusion notice")
NOTICE_ON_THE_SPOT = register(
    "exclusions.notice.on_the_spot", "served an exclusion notice on the spot"
)
NOTICE_CONFIRMED = register(
    "exclusions.notice.confirmed", "confirmed a notice that was served on the spot"
)
NUMBERS_ISSUED = register("exclusions.number.issued", "gave out numbered notices")
NUMBER_VOIDED = register("exclusions.number.voided", "took a numbered notice back")
NUMBER_PRINTED = register("exclusions.number.printed", "printed a numbered notice without a name")
BREACH_STEP = register("exclusions.breach.step", "recorded a step after a breach")
APPEALS_LISTED = register("exclusions.appeal.listed", "listed appeals", is_read=True)
APPEAL_VIEWED = register("exclusions.appeal.viewed", "opened an appeal's case file", is_read=True)
APPEAL_PRINTED = register(
    "exclusions.appeal.printed", "printed a letter to who appealed", is_read=True
)
APPEAL_RECEIVED = register("exclusions.appeal.received", "typed in an appeal")
APPEAL_ACKNOWLEDGED = register("exclusions.appeal.acknowledged", "acknowledged an appeal")
APPEAL_PANEL_ADDED = register("exclusions.appeal.panel", "asked a Board member to decide an appeal")
APPEAL_DECLINED = register("exclusions.appeal.declined", "stood back from an appeal")
APPEAL_DECIDED = register("exclusions.appeal.decided", "decided an appeal")
APPEAL_WITHDRAWN = register("exclusions.appeal.withdrawn", "recorded that an appeal was taken back")
APPEAL_TOLD = register("exclusions.appeal.told", "recorded that an appeal's outcome was sent")
REGISTER_EXPORTED = register(
    "exclusions.register.exported", "exported the register of exclusions", is_read=True
)
NOTICE_VARIED = register("exclusions.notice.varied", "varied an exclusion notice")
CASES_LISTED = register("exclusions.case.listed", "listed case files", is_read=True)
CASE_VIEWED = register("exclusions.case.viewed", "opened a case file", is_read=True)
CASE_OPENED = register("exclusions.case.opened", "began a case file")
CASE_CHANGED = register("exclusions.case.changed", "changed a case file")
CASE_CLOSED = register("exclusions.case.closed", "closed a case file")
PACK_ORDERED = register("exclusions.pack.ordered", "ordered an evidence pack")
PACK_MADE = register("exclusions.pack.made", "evidence pack made")
PACK_FAILED = register("exclusions.pack.failed", "evidence pack could not be made")
PACK_VIEWED = register("exclusions.pack.viewed", "looked at an evidence pack", is_read=True)
PACK_READ = register("exclusions.pack.read", "read an evidence pack", is_read=True)
PACK_RELEASED = register("exclusions.pack.released", "handed out an evidence pack")
PACK_DELETED = register("exclusions.pack.deleted", "deleted the files of an evidence pack")
SIGNED_ADDED = register(
    "exclusions.notice.signed_added", "added pages of the signed copy of an exclusion notice"
)
SIGNED_REMOVED = register(
    "exclusions.notice.signed_removed",
    "took a page out of the signed copy of an exclusion notice",
)
SIGNED_OPENED = register(
    "exclusions.notice.signed_opened",
    "opened the signed copy of an exclusion notice",
    is_read=True,
)
WARNINGS_LISTED = register("exclusions.warning.listed", "listed warning letters", is_read=True)
WARNING_VIEWED = register("exclusions.warning.viewed", "opened a warning letter", is_read=True)
WARNING_PRINTED = register("exclusions.warning.printed", "printed a warning letter", is_read=True)
WARNING_RAISED = register("exclusions.warning.raised", "wrote a warning letter")
WARNING_GIVEN = register("exclusions.warning.given", "recorded that a warning letter was given")
WARNING_WITHDRAWN = register("exclusions.warning.withdrawn", "withdrew a warning letter")
MATTERS_LET_GO = register(
    "exclusions.warning.let_go", "decided on no notice for a matter after a warning"
)
