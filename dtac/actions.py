"""What the project itself writes to the log."""

from audit.actions import register

DIGEST_QUEUED = register("dtac.digest.queued", "queued the weekly digest")
