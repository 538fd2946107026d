"""What the project itself writes to the log."""

from audit.actions import register

DIGEST_QUEUED = register("dtac.digest.queued", "queued the weekly digest")
BACKUP_MADE = register("dtac.backup.made", "made a backup and read it back")
BACKUP_RESTORED = register("dtac.backup.restored", "put a backup back")
FILE_HELD = register("dtac.file.held", "held back a file: the scanner found a virus")
SCHEME_BEGUN = register("dtac.scheme.begun", "began the scheme")
