"""Attempts to serve a notice that failed: what was tried, when, by whom."""

import uuid

from django.db import models

from members.models import User

from .notice import Notice


class ServiceAttempt(models.Model):
    """Somebody tried to serve a notice and could not. It changes nothing of the notice."""

    notice = models.ForeignKey(
        Notice, on_delete=models.CASCADE, related_name="attempts", db_comment="Which notice"
    )
    client_id = models.UUIDField(
        unique=True, default=uuid.uuid4, db_comment="Made by the form; a repeated send finds it"
    )
    attempted_at = models.DateTimeField(db_comment="When it was tried")
    place = models.CharField(max_length=200, db_comment="Where; never shown to members")
    attempted_by = models.CharField(max_length=120, db_comment="Name of the person who tried")
    outcome = models.CharField(max_length=300, db_comment="Why it failed")
    recorded_at = models.DateTimeField(db_comment="When it was typed in")
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who typed it in"
    )

    class Meta:
        db_table_comment = "Attempts to serve notices that failed"
        ordering = ["-attempted_at"]

    def __str__(self) -> str:
        return f"{self.notice_id} at {self.attempted_at}"
