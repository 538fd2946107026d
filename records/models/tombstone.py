"""What is left of what was deleted: a reference, dates, the rule, and what the figures need."""

from decimal import Decimal

import pgtrigger
from django.db import models

from incidents.models import IncidentType
from members.models import Area, Member

from .rule import RetentionRule


class Tombstone(models.Model):
    """A record was deleted. Never a name, nor a word of it; its reference is never given again."""

    class Category(models.TextChoices):
        SUBJECT = "subject", "Subject"
        REPORT = "report", "Report"
        NOTICE = "notice", "Exclusion notice"
        WARNING = "warning", "Warning letter"
        CASE = "case", "Case file"
        INTELLIGENCE = "intelligence", "Intelligence report"
        BULLETIN = "bulletin", "Bulletin"
        PACK = "pack", "Paper copy of a bulletin"

    ref = models.CharField(max_length=20, unique=True, db_comment="Reference of what was deleted")
    category = models.CharField(max_length=12, choices=Category, db_comment="What it was")
    kind = models.CharField(
        max_length=20, blank=True, db_comment="Which kind: known, incident, sighting, cbo ..."
    )
    status = models.CharField(
        max_length=20, blank=True, db_comment="Where it stood: accepted, expired, closed ..."
    )
    created_on = models.DateField(db_comment="London day it was made")
    clock_on = models.DateField(null=True, blank=True, db_comment="Day its clock started")
    seen_until = models.DateField(
        null=True, blank=True, db_comment="Last day members saw it; null: they didn't, or not it"
    )
    due_on = models.DateField(db_comment="Day it was to be deleted by the rule")
    deleted_on = models.DateField(db_comment="London day it was deleted")
    deleted_at = models.DateTimeField(db_comment="When it was deleted")
    rule = models.ForeignKey(
        RetentionRule, on_delete=models.PROTECT, related_name="+", db_comment="By which rule"
    )
    because = models.CharField(max_length=300, db_comment="Why then, in words")
    in_ledger_at = models.DateTimeField(
        null=True, blank=True, db_comment="When the ledger outside the database had its line"
    )

    class Meta:
        db_table_comment = "What is left of deleted records; no name and no text of them"
        ordering = ["-deleted_at", "-pk"]
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(in_ledger_at=None), name="tombstone_to_write"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="tombstone_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="tombstone_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "ref", "category", "kind", "status", "created_on", "clock_on", "seen_until",
                    "due_on", "deleted_on", "deleted_at", "rule", "because",
                ),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.ref


class KeptFigure(models.Model):
    """What the Board's figures counted of something that was deleted: one of it, on a day."""

    class Kind(models.TextChoices):
        INCIDENT = "incident", "Incident accepted"
        BREACH = "breach", "Breach"
        SERVED = "served", "Notice served"
        EXPIRED = "expired", "Notice expired"
        STOPPED = "stopped", "Notice revoked or not confirmed"
        APPEAL = "appeal", "Appeal received"
        UPHELD = "upheld", "Appeal upheld"

    tombstone = models.ForeignKey(
        Tombstone, on_delete=models.PROTECT, related_name="figures", db_comment="Of what"
    )
    kind = models.CharField(max_length=10, choices=Kind, db_comment="What was counted")
    day = models.DateField(db_comment="London day that it counts on")
    # Nothing here may stand in the way of an area or a type: they are figures about what is gone.
    area = models.ForeignKey(
        Area,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        db_comment="Area it counts in; null: none",
    )
    member = models.ForeignKey(
        Member,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        db_comment="Whose report it was: it counts in that member's sector; null: nobody's",
    )
    type = models.ForeignKey(
        IncidentType,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        db_comment="Type of incident; null: none",
    )
    stolen = models.DecimalField(
        max_digits=11, decimal_places=2, default=Decimal(0), db_comment="Value stolen, pounds"
    )
    recovered = models.DecimalField(
        max_digits=11, decimal_places=2, default=Decimal(0), db_comment="Value recovered, pounds"
    )

    class Meta:
        db_table_comment = "What the Board's figures need of deleted records; only added to"
        indexes = [models.Index(fields=["kind", "day"], name="kept_figure_by_day")]
        triggers = [
            pgtrigger.Protect(
                name="kept_figure_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"


class KeptReach(models.Model):
    """Whom a bulletin reached that is deleted by now."""

    tombstone = models.OneToOneField(
        Tombstone, on_delete=models.PROTECT, related_name="reach", db_comment="Of which bulletin"
    )
    bulletin_key = models.BigIntegerField(unique=True, db_comment="The key that it had")
    sent_on = models.DateField(db_index=True, db_comment="London day it was sent")
    recipients = models.PositiveIntegerField(db_comment="People it was e-mailed to")
    readers = models.PositiveIntegerField(
        db_comment="Members' and agencies' people who opened it within 30 days"
    )

    class Meta:
        db_table_comment = "Whom deleted bulletins reached; only added to"
        verbose_name_plural = "kept reach"
        triggers = [
            pgtrigger.Protect(
                name="kept_reach_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.bulletin_key}: {self.recipients}"
