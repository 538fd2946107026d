"""Writes of the offenders app."""

from offenders.publication import ProfileDraft, publication_problems

from .bulletin_mail import (
    bulletin_mail_end,
    bulletin_problems_seen,
    bulletin_queue,
    delivery_bounced,
)
from .bulletins import (
    bulletin_cancel,
    bulletin_change,
    bulletin_create,
    bulletin_discard,
    bulletin_schedule,
    bulletin_send,
    bulletin_start,
    entries_now,
)
from .photos import (
    edits_follow,
    files_delete,
    files_of,
    photo_discard,
    photo_edit,
    photo_release,
)
from .profiles import (
    profile_preview,
    profile_publish,
    profile_recheck,
    profile_until,
    profile_withdraw,
    profiles_active,
)
from .recognition import recognition_decide, recognition_give, subject_identify
from .restrictions import (
    subject_release,
    subject_restrict,
    subject_show_meanwhile,
    subject_shown_no_longer,
)
from .subjects import (
    PhotoFacts,
    locked_subject,
    photo_add,
    photo_update,
    photos_copy,
    subject_create,
    subject_unmake,
    subject_update,
)
from .viewing import viewing_answer, viewing_opened, viewing_watch
from .visits import gallery_visit

__all__ = [
    "PhotoFacts",
    "ProfileDraft",
    "bulletin_cancel",
    "bulletin_change",
    "bulletin_create",
    "bulletin_discard",
    "bulletin_mail_end",
    "bulletin_problems_seen",
    "bulletin_queue",
    "bulletin_schedule",
    "bulletin_send",
    "bulletin_start",
    "delivery_bounced",
    "edits_follow",
    "entries_now",
    "files_delete",
    "files_of",
    "gallery_visit",
    "locked_subject",
    "photo_add",
    "photo_discard",
    "photo_edit",
    "photo_release",
    "photo_update",
    "photos_copy",
    "profile_preview",
    "profile_publish",
    "profile_recheck",
    "profile_until",
    "profile_withdraw",
    "profiles_active",
    "publication_problems",
    "recognition_decide",
    "recognition_give",
    "subject_create",
    "subject_identify",
    "subject_release",
    "subject_restrict",
    "subject_show_meanwhile",
    "subject_shown_no_longer",
    "subject_unmake",
    "subject_update",
    "viewing_answer",
    "viewing_opened",
    "viewing_watch",
]
