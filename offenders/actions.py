"""What the offenders app writes to the log."""

from audit.actions import register

SUBJECT_CREATED = register("offenders.subject.created", "made a subject's record")
SUBJECT_UPDATED = register("offenders.subject.updated", "changed a subject's record")
SUBJECT_VIEWED = register("offenders.subject.viewed", "opened a working record", is_read=True)
SUBJECTS_LISTED = register("offenders.subject.listed", "listed working records", is_read=True)
PHOTO_ADDED = register("offenders.photo.added", "added a photo")
PHOTO_UPDATED = register("offenders.photo.updated", "changed what is known of a photo")
PHOTO_VIEWED = register("offenders.photo.viewed", "opened a photo at full size", is_read=True)
PROFILE_PUBLISHED = register("offenders.profile.published", "published a target profile")
PROFILE_WITHDRAWN = register("offenders.profile.withdrawn", "withdrew a target profile")
PROFILE_VIEWED = register("offenders.profile.viewed", "opened a target profile", is_read=True)
GALLERY_VIEWED = register("offenders.gallery.viewed", "looked at the gallery", is_read=True)
GALLERY_SEARCHED = register("offenders.gallery.searched", "searched the gallery", is_read=True)
BULLETIN_CREATED = register("offenders.bulletin.created", "composed a bulletin")
BULLETIN_SENT = register("offenders.bulletin.sent", "sent a bulletin")
BULLETIN_QUEUED = register("offenders.bulletin.queued", "queued a bulletin's e-mails")
BULLETIN_VIEWED = register("offenders.bulletin.viewed", "opened a bulletin", is_read=True)
