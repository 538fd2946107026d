"""Target profiles: what members see of a subject, as frozen numbered versions."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q

from common.db import FoldNames, Sounds
from members.audience import WithAudience
from members.models import User
from offenders.querysets import ProfileVersionQuerySet

from .change import notes_gallery_change
from .marker import WarningMarker
from .subject import Photo, Subject


class Ground(models.TextChoices):
    """The lawful ground of a publication: a condition of Schedule 1, Data Protection Act 2018."""

    UNLAWFUL_ACTS = "dpa_sch1_10", "Paragraph 10: preventing or detecting unlawful acts"
    REGULATORY = "dpa_sch1_12", "Paragraph 12: regulatory requirements about unlawful acts"
    SAFEGUARDING = "dpa_sch1_18", "Paragraph 18: safeguarding of children and people at risk"
    LEGAL_CLAIMS = "dpa_sch1_33", "Paragraph 33: legal claims"


FROZEN = (
    "subject",
    "number",
    "known",
    "name",
    "aliases",
    "description",
    "line",
    "mo",
    "warnings",
    "ground",
    "necessity",
    "audience",
    "audience_areas",
    "audience_sectors",
    "review_on",
    "longer_because",
    "record_words",
    "main_photo",
    "published_at",
    "published_by",
)


class ProfileVersion(WithAudience):
    """One published version. Never edited; replaced by the next, withdrawn, or past its date."""

    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="versions", db_comment="Of whom"
    )
    number = models.PositiveIntegerField(db_comment="1, 2, 3 ... for the subject")
    known = models.BooleanField(db_comment="False: published as ID sought")
    name = models.CharField(max_length=120, blank=True, db_comment="Name shown; empty: ID sought")
    aliases = ArrayField(
        models.CharField(max_length=120), default=list, blank=True, db_comment="Aliases shown"
    )
    line = models.CharField(max_length=120, db_comment="The one line on the gallery card")
    description = models.TextField(max_length=2000, db_comment="Appearance as published")
    mo = models.TextField(blank=True, max_length=2000, db_comment="MO as published")
    warnings = ArrayField(
        models.CharField(max_length=12, choices=WarningMarker),
        default=list,
        blank=True,
        db_comment="WarningMarker markers shown",
    )
    ground = models.CharField(max_length=12, choices=Ground, db_comment="Lawful ground, DPA 2018")
    necessity = models.TextField(max_length=1000, db_comment="Why publication is necessary")
    review_on = models.DateField(db_comment="Day it must be looked at again")
    expires_on = models.DateField(db_comment="Last day members see it")
    longer_because = models.CharField(
        max_length=300,
        blank=True,
        db_comment="Why members see it longer than the rule of twelve months says",
    )
    record_words = models.CharField(
        max_length=64,
        blank=True,
        db_comment="SHA-256 of the record's looks, marks, description and MO when it was published",
    )
    main_photo = models.ForeignKey(
        Photo,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Face on the card",
    )
    photos: "models.ManyToManyField[Photo, ProfilePhoto]" = models.ManyToManyField(
        Photo, through="ProfilePhoto", related_name="versions"
    )
    published_at = models.DateTimeField(db_comment="When members began to see it")
    published_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who published it"
    )
    active_at = models.DateTimeField(
        db_comment="Latest accepted report, notice or publication; the gallery's order"
    )
    active_areas = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        db_comment="Keys of areas with an accepted report in 12 months, for the gallery's filter",
    )
    superseded_at = models.DateTimeField(
        null=True, blank=True, db_comment="When a newer version took its place"
    )
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, db_comment="When it was withdrawn from members"
    )
    withdrawn_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who withdrew it",
    )
    withdrawn_reason = models.CharField(max_length=300, blank=True, db_comment="Why")
    search_names = models.GeneratedField(
        expression=FoldNames(F("name"), F("aliases")),
        output_field=models.TextField(),
        db_persist=True,
        db_comment="Names folded to plain lower-case letters, for search that forgives spelling",
    )
    search_words = models.GeneratedField(
        expression=SearchVector("line", "description", "mo", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
        db_comment="Words of the description and MO, for search by description",
    )

    objects = ProfileVersionQuerySet.as_manager()

    class Meta:
        db_table_comment = "Frozen versions of target profiles, as members see them"
        ordering = ["-published_at"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "number"], name="profile_number"),
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(superseded_at=None, withdrawn_at=None),
                name="profile_one_current",
            ),
            models.CheckConstraint(
                name="profile_known_has_name",
                condition=Q(known=False) | ~Q(name=""),
                violation_error_message="A known subject's profile needs a name.",
            ),
            models.CheckConstraint(
                name="profile_withdrawal_whole",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
        ]
        indexes = [
            GinIndex(OpClass(F("search_names"), "gin_trgm_ops"), name="profile_names_trgm"),
            GinIndex(Sounds(F("search_names")), name="profile_sounds"),
            GinIndex(fields=["search_words"], name="profile_words"),
            models.Index(
                fields=["-active_at", "-id"],
                condition=Q(superseded_at=None, withdrawn_at=None),
                name="profile_current_by_activity",
            ),
            # All that counts of the gallery's parts look at: the rows themselves are wide.
            models.Index(
                fields=["expires_on"],
                include=[
                    "id",
                    "subject",
                    "known",
                    "published_at",
                    "active_areas",
                    "warnings",
                    "audience",
                    "audience_areas",
                    "audience_sectors",
                ],
                condition=Q(superseded_at=None, withdrawn_at=None),
                name="profile_counted",
            ),
            # Those that are new since somebody was here: a few of them all.
            models.Index(
                fields=["published_at"],
                condition=Q(superseded_at=None, withdrawn_at=None),
                name="profile_new",
            ),
        ]
        triggers = [
            notes_gallery_change(),
            pgtrigger.Protect(
                name="frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*FROZEN),
            ),
            # What held somebody in view may end sooner than was thought; never later.
            pgtrigger.Protect(
                name="shown_no_longer",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__expires_on__lt=pgtrigger.F("new__expires_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} v{self.number}"

    @property
    def shown_name(self) -> str:
        """The name, or the words for a person without one."""
        return self.name or "ID sought"

    def warning_words(self) -> list[str]:
        """Return the warning markers in words."""
        return [str(WarningMarker(code).label) for code in self.warnings]


class ProfilePhoto(models.Model):
    """A photo that a version shows."""

    version = models.ForeignKey(
        ProfileVersion, on_delete=models.CASCADE, related_name="shown", db_comment="Which version"
    )
    photo = models.ForeignKey(
        Photo, on_delete=models.PROTECT, related_name="shown", db_comment="Which photo"
    )
    position = models.PositiveSmallIntegerField(db_comment="Order on the page")

    class Meta:
        db_table_comment = "Photos of a published version"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "photo"], name="profile_photo_once")
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.photo_id}"
