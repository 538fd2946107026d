"""One row per thing done or seen. It names people and records by text, so it outlives them."""

from django.contrib.postgres.indexes import BrinIndex, GinIndex, OpClass
from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from common.ageing import append_only


class Event(models.Model):
    """Somebody changed or looked at something. Rows are only added, and go when they are old."""

    at = models.DateTimeField(db_default=Now(), db_comment="When, by the database's clock")
    action = models.CharField(max_length=60, db_comment="Namespaced code, see audit.actions")
    is_read = models.BooleanField(db_comment="True for a view, search, print or export")
    actor_id = models.BigIntegerField(null=True, db_comment="The user's key; null: the system")
    actor_name = models.CharField(max_length=200, db_comment="The user's name at the time")
    actor_role = models.CharField(max_length=20, db_comment="The user's role at the time")
    member_id = models.BigIntegerField(null=True, db_comment="Key of the member the user is of")
    member_name = models.CharField(max_length=200, db_comment="That member's name at the time")
    record = models.CharField(
        max_length=60, blank=True, db_comment="Reference of the record, e.g. INC-2026-00017"
    )
    subjects = models.JSONField(
        default=list, db_comment="References of the subjects whose data was seen or changed"
    )
    detail = models.JSONField(default=dict, db_comment="What else the action tells; no free text")
    address = models.GenericIPAddressField(null=True, db_comment="Network address of the request")
    request_id = models.CharField(max_length=32, blank=True, db_comment="Id in the server's log")

    class Meta:
        db_table_comment = "Append-only log of changes and reads; only old rows are deleted"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["actor_id", "-id"], name="audit_by_actor"),
            models.Index(fields=["member_id", "-id"], name="audit_by_member"),
            models.Index(fields=["record", "-id"], name="audit_by_record"),
            models.Index(fields=["action", "-at"], name="audit_by_action"),
            GinIndex(OpClass(F("subjects"), "jsonb_path_ops"), name="audit_by_subject"),
            BrinIndex(fields=["at"], name="audit_by_age", pages_per_range=32),
        ]
        triggers = append_only("at", "the audit log")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action} {self.record}"
