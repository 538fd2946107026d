"""The list of premises that people are excluded from, as it stood on a day."""

import pgtrigger
from django.db import models


class PremisesList(models.Model):
    """One version. A new one is made when the list changes; a notice keeps the one of its day."""

    number = models.PositiveIntegerField(unique=True, db_comment="1, 2, 3 ...")
    made_at = models.DateTimeField(db_comment="When it was found to differ from the one before")
    rows = models.JSONField(
        db_comment="Premises in order: member, name, address, postcode, since (ISO date)"
    )
    sha256 = models.CharField(max_length=64, db_comment="SHA-256 of the rows as JSON, hex")

    class Meta:
        db_table_comment = "Versions of the list of premises; UPDATE and DELETE are refused"
        ordering = ["-number"]
        triggers = [
            pgtrigger.Protect(
                name="premises_list_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"Premises, version {self.number}"
