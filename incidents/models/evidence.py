"""Files sent with reports, kept as evidence; and what a report said before it was corrected."""

import pgtrigger
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from common.db import StoredImage
from incidents.querysets import AttachmentQuerySet
from members.models import User

from .report import Report


class Attachment(StoredImage):
    """A photo, document or video sent with a report. The bytes as sent are the evidence."""

    class Kind(models.TextChoices):
        PHOTO = "photo", "Photo"
        DOCUMENT = "document", "Document"
        VIDEO = "video", "Video"

    report = models.ForeignKey(
        Report, on_delete=models.CASCADE, related_name="attachments", db_comment="With which"
    )
    number = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1)], db_comment="1, 2, 3 ... within the report"
    )
    kind = models.CharField(
        max_length=10, choices=Kind, default=Kind.PHOTO, db_comment="Only photos have shown sizes"
    )
    file_name = models.CharField(
        max_length=120, blank=True, db_comment="The name it had on the sender's device"
    )
    added_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who sent it"
    )

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        db_table_comment = "Photos and files sent with reports, kept as evidence"
        ordering = ["report", "number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="attachment_number_once")
        ]
        indexes = [
            models.Index(
                fields=["added_at"],
                condition=Q(variants_ready_at=None, kind="photo"),
                name="attachment_to_make",
            ),
            models.Index(
                fields=["added_at"], condition=Q(scanned_at=None), name="attachment_unscanned"
            ),
            models.Index(fields=["sha256"], name="attachment_by_hash"),
        ]
        triggers = [
            # What was sent is evidence: its bytes, hash, time and sender never change.
            pgtrigger.Protect(
                name="evidence_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "report", "number", "kind", "original", "sha256", "byte_size", "added_at",
                    "added_by",
                ),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.uuid}"

    @property
    def kind_words(self) -> str:
        """What sort of file it is, as people say it: "JPEG photo", "MOV video"."""
        form = self.content_type.partition("/")[2].replace("quicktime", "mov").upper()
        return f"{form} {self.get_kind_display().lower()}" if self.kind != "document" else form

    @property
    def exhibit_ref(self) -> str:
        """The reference of the exhibit, such as INC-2026-00017/1. Needs the report loaded."""
        return f"{self.report.ref}/{self.number}"


CHANGED = {
    "type": "what happened", "premises": "the place", "occurred_at": "the time",
    "words": "the words", "outcome": "how it ended", "violence": "violence", "weapon": "the weapon",
    "weapon_words": "the weapon", "injury": "injuries", "threats": "threats",
    "vehicle_registration": "the vehicle", "vehicle_words": "the vehicle",
    "methods": "how it was done", "police_told": "whether the police know",
    "police_ref": "the police reference", "to_finish": "whether more is to come",
    "people": "people", "items": "goods", "files": "files",
}  # fmt: skip


class ReportEdit(models.Model):
    """What a report said before its reporter corrected it or added to it."""

    report = models.ForeignKey(
        Report, on_delete=models.CASCADE, related_name="edits", db_comment="Which report"
    )
    revision = models.PositiveIntegerField(db_comment="Revision of the report that this was")
    at = models.DateTimeField(db_comment="When it was changed")
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who changed it"
    )
    before = models.JSONField(db_comment="Fields, people and goods as they were")
    changed = models.JSONField(default=list, db_comment="Names of the fields that changed")

    class Meta:
        db_table_comment = "Earlier wordings of reports, kept as long as the report"
        ordering = ["report", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["report", "revision"], name="report_edit_once")
        ]
        triggers = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.report_id} r{self.revision}"

    @property
    def changed_words(self) -> str:
        """What changed, in words: "the words, goods and files"."""
        said = list(dict.fromkeys(CHANGED.get(name, name) for name in self.changed))
        return " and ".join(filter(None, (", ".join(said[:-1]), *said[-1:])))
