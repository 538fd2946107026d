"""Documents that the scheme is run by, their frozen versions, and who has read which."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from members.documents.querysets import DocumentQuerySet

from .user import User


class Document(models.Model):
    """A document of the scheme. Its words are those of its newest version."""

    class Kind(models.TextChoices):
        CONSTITUTION = "constitution", "Constitution"
        CODE = "code", "Code of practice"
        SHARING = "sharing", "Information-sharing agreement"
        DPIA = "dpia", "Data protection impact assessment"
        POLICY = "policy", "Appropriate policy document"
        OTHER = "other", "Other"

    class Readers(models.TextChoices):
        ALL = "all", "Everybody who signs in"
        SCHEME = "scheme", "The Intelligence Manager and the Board"

    title = models.CharField(max_length=120, db_comment="Its title")
    slug = models.SlugField(max_length=120, unique=True, db_comment="Name in addresses")
    kind = models.CharField(max_length=12, choices=Kind, db_comment="What it is")
    readers = models.CharField(max_length=6, choices=Readers, db_comment="Who may read it")
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who keeps it up to date"
    )
    review_on = models.DateField(db_comment="Day by which it is looked at again")
    revision = models.PositiveIntegerField(
        default=1, db_comment="Counts changes; a form sent for an older one is refused"
    )

    # Added by DocumentQuerySet.for_list().
    number: int
    version_pk: int
    is_read: bool

    objects = DocumentQuerySet.as_manager()

    class Meta:
        db_table_comment = "Documents that the scheme is run by"
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(
                Lower("title"),
                name="document_title_once",
                violation_error_message="There is a document of that title.",
            )
        ]

    def __str__(self) -> str:
        return self.title


class DocumentVersion(models.Model):
    """The words of a document from a day on. What people read stays as it was."""

    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="versions", db_comment="Which document"
    )
    number = models.PositiveSmallIntegerField(db_comment="1, 2, 3 ...")
    body = models.TextField(db_comment="The words, in plain paragraphs")
    change = models.CharField(
        max_length=300, blank=True, db_comment="What is new in it, for those who read the last one"
    )
    made_on = models.DateField(db_comment="London day it was entered")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who entered it"
    )

    class Meta:
        db_table_comment = "Versions of documents; UPDATE and DELETE are refused"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "number"],
                name="document_version_once",
                violation_error_message="Somebody entered a version meanwhile.",
            ),
            models.CheckConstraint(
                name="document_version_says_what_is_new",
                condition=Q(number=1) | ~Q(change=""),
                violation_error_message="Write what is new in this version.",
            ),
            models.CheckConstraint(
                name="document_version_has_words",
                condition=~Q(body=""),
                violation_error_message="A document needs its words.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="document_version_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self) -> str:
        return f"{self.document_id}, version {self.number}"


class DocumentReading(models.Model):
    """A user said that they have read a version. Rows are only added."""

    version = models.ForeignKey(
        DocumentVersion, on_delete=models.PROTECT, related_name="readings", db_comment="Which"
    )
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="readings", db_comment="Who"
    )
    read_at = models.DateTimeField(auto_now_add=True, db_comment="When they said so")

    class Meta:
        db_table_comment = "Who has read which version of a document; only added to"
        ordering = ["user__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "user"], name="document_read_once")
        ]
        triggers = [
            pgtrigger.Protect(
                name="document_reading_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} read {self.version_id}"
