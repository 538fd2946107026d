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
