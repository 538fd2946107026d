"""Photos and scans of notices as they were signed: the proof of service."""

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from common.db import StoredImage
from exclusions.querysets import SignedCopyQuerySet
from members.models import User

from .notice import Notice

MOST_COPIES = 10
"""Pages that are kept of one notice: it has two, and the list of premises."""


class SignedCopy(StoredImage):
    """A page of the copy that was signed when a notice was served. The bytes as sent are proof.

    No sizes are made of it to be shown: it is opened as it was sent, by the few who may.
    """

    # Kept from going with the notice by the way: whoever deletes one sees to its files first.
    notice = models.ForeignKey(
        Notice, on_delete=models.PROTECT, related_name="signed_copies", db_comment="Which notice"
    )
    number = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MOST_COPIES)],
        db_comment="1, 2, 3 ... within the notice",
    )
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who sent it"
    )

    objects = SignedCopyQuerySet.as_manager()

    class Meta:
        db_table_comment = "Photos and scans of signed exclusion notices, kept as proof of service"
        ordering = ["notice", "number"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "number"], name="signed_copy_number_once"),
            models.UniqueConstraint(fields=["notice", "sha256"], name="signed_copy_once"),
            models.CheckConstraint(
                name="signed_copy_ten_at_most",
                condition=Q(number__gte=1, number__lte=MOST_COPIES),
                violation_error_message=f"{MOST_COPIES} pages of a notice are kept at most.",
            ),
            models.CheckConstraint(
                name="signed_copy_is_paper",
                condition=Q(content_type="application/pdf") | Q(content_type__startswith="image/"),
                violation_error_message="Only photos and PDFs are kept of a signed copy.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["added_at"], condition=Q(scanned_at=None), name="signed_copy_unscanned"
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="signed_copy_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "notice", "number", "uuid", "original", "content_type", "sha256", "byte_size",
                    "added_at", "added_by",
                ),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.notice_id}: page {self.number}"

    @property
    def form_words(self) -> str:
        """What sort of file it is: "JPEG photo", "PDF"."""
        form = self.content_type.partition("/")[2].upper()
        return form if form == "PDF" else f"{form} photo"
