"""The data-sharing agreement and who has accepted which version."""

import pgtrigger
from django.db import models

from .user import User


class Agreement(models.Model):
    """One version of the agreement. The newest that has begun is the current one."""

    version = models.PositiveSmallIntegerField(unique=True, db_comment="1, 2, 3 ...")
    title = models.CharField(max_length=120, db_comment="Heading shown to the user")
    body = models.TextField(db_comment="The words, in plain paragraphs")
    effective_on = models.DateField(db_comment="First day it must be accepted")

    class Meta:
        db_table_comment = "Versions of the data-sharing agreement"
        ordering = ["-version"]
        triggers = [
            # Its words are what people accepted: a change is a new version.
            pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"


class AgreementAcceptance(models.Model):
    """A user accepted a version. Rows are only added."""

    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="acceptances", db_comment="What"
    )
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="acceptances", db_comment="Who"
    )
    accepted_at = models.DateTimeField(auto_now_add=True, db_comment="When")

    class Meta:
        db_table_comment = "Acceptances of the data-sharing agreement"
        constraints = [
            models.UniqueConstraint(fields=["user", "agreement"], name="acceptance_once")
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.user} accepted {self.agreement}"
