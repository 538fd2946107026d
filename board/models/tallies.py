"""What the worker has counted, so that the page need not count it. All of it can be made anew."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from incidents.models import IncidentType
from members.models import Area


class Part(models.TextChoices):
    """What is counted together, and again when something of it changed."""

    INCIDENT = "incident", "Accepted incidents"
    BREACH = "breach", "Breaches"
    NOTICE = "notice", "Notices served and ended"
    APPEAL = "appeal", "Appeals"
    SIGN_IN = "sign_in", "Sign-ins"
    MEMBER = "member", "Members joined and gone"
    EQUIPMENT = "equipment", "Equipment lent"
    TRAINING = "training", "Training"


WHOLE = (Part.MEMBER, Part.EQUIPMENT, Part.TRAINING)
"""Parts so small that all of their days are counted again, whichever changed."""


class Tally(models.Model):
    """How many there were on a day, or in a whole month, of one area or one sector, and type.

    All is there twice, by area and by sector, as nobody asks for both at once. What rests on it
    must say the same as the rows it was counted from: board/recount/ counts,
    board/tests/test_tallies.py compares.
    """

    class By(models.TextChoices):
        AREA = "area", "By area"
        SECTOR = "sector", "By sector"

    class Kind(models.TextChoices):
        INCIDENT = "incident", "Incidents accepted"
        BREACH = "breach", "Breaches"
        SERVED = "served", "Notices served"
        EXPIRED = "expired", "Notices expired"
        STOPPED = "stopped", "Notices revoked or not confirmed"
        APPEAL = "appeal", "Appeals received"
        UPHELD = "upheld", "Appeals upheld"
        SIGN_IN = "sign_in", "Sign-ins"
        JOINED = "joined", "Members joined"
        GONE = "gone", "Members lapsed or left"
        RADIO_OUT = "radio_out", "Radios lent"
        RADIO_BACK = "radio_back", "Radios back"
        CAMERA_OUT = "cam_out", "Body-worn cameras lent"
        CAMERA_BACK = "cam_back", "Body-worn cameras back"
        COVERED = "covered", "Members that came to have a radio"
        UNCOVERED = "uncovered", "Members that have none any more"
        SESSION = "session", "Training sessions held"
        PASSED = "passed", "People who passed in one"

    by = models.CharField(
        max_length=6, choices=By, db_comment="Whether it is of an area or of a sector"
    )
    kind = models.CharField(max_length=10, choices=Kind, db_comment="What was counted")
    whole_month = models.BooleanField(
        default=False, db_comment="True: of the month that begins on that day; false: of the day"
    )
    day = models.DateField(db_comment="London day, or the first one of the month")
    # Nothing here may stand in the way of an area or a type: they are figures about what is gone.
    area = models.ForeignKey(
        Area,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
        db_comment="Area of the borough; null: not known, or by sector",
    )
    sector = models.CharField(
        max_length=16,
        blank=True,
        db_comment="Sector of the member; empty: not known, or by area",
    )
    type = models.ForeignKey(
        IncidentType,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
        db_comment="Type of incident; null: none",
    )
    number = models.PositiveIntegerField(db_comment="How many")
    stolen = models.DecimalField(
        max_digits=13, decimal_places=2, default=Decimal(0), db_comment="Value stolen, pounds"
    )
    recovered = models.DecimalField(
        max_digits=13, decimal_places=2, default=Decimal(0), db_comment="Value recovered, pounds"
    )

    class Meta:
        db_table_comment = "The Board's counts by day and by month, made from the records"
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(
                fields=["by", "kind", "whole_month", "day", "area", "sector", "type"],
                nulls_distinct=False,
                include=["number", "stolen", "recovered"],  # the page reads this index alone
                name="tally_once",
            ),
            models.CheckConstraint(
                name="tally_month_begins",
                condition=Q(whole_month=False) | Q(day__day=1),
            ),
            models.CheckConstraint(
                name="tally_of_one_part",
                condition=Q(by="area", sector="") | Q(by="sector", area=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}: {self.number}"


class Level(models.Model):
    """How many there were as a day ended (today: by now), of what leaves no history behind."""

    class Measure(models.TextChoices):
        KNOWN = "known", "Known offenders"
        ID_SOUGHT = "id_sought", "ID sought"
        ACCESS = "access", "Members with access"
        USING = "using", "Members signing in, 30 days"

    day = models.DateField(db_comment="London day")
    measure = models.CharField(max_length=10, choices=Measure, db_comment="What was counted")
    area = models.ForeignKey(
        Area,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
        db_comment="Area of the members; null: people have none",
    )
    sector = models.CharField(
        max_length=16, blank=True, db_comment="Sector of the members; empty: people have none"
    )
    value = models.PositiveIntegerField(db_comment="How many")

    class Meta:
        db_table_comment = "The Board's daily snapshots of what leaves no history"
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "day", "area", "sector"],
                nulls_distinct=False,
                name="level_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.day}: {self.value}"


class BulletinReach(models.Model):
    """Whom one bulletin reached. Settled 30 days after it was sent."""

    bulletin_id = models.BigIntegerField(unique=True, db_comment="Key of the bulletin")
    sent_on = models.DateField(db_index=True, db_comment="London day it was sent")
    recipients = models.PositiveIntegerField(db_comment="People it was e-mailed to")
    readers = models.PositiveIntegerField(
        db_comment="Members' and agencies' people who opened it within 30 days"
    )

    class Meta:
        db_table_comment = "The Board's counts of whom each bulletin reached"
        verbose_name_plural = "bulletin reach"

    def __str__(self) -> str:
        return f"{self.bulletin_id}: {self.recipients}"


class Stale(models.Model):
    """A day that must be counted again: triggers add rows, the worker takes them away.

    Without a unique constraint, so that nobody who reports or reviews waits for anybody else.
    """

    part = models.CharField(max_length=10, choices=Part, db_comment="Which counts")
    day = models.DateField(null=True, db_comment="Which London day; null: all of them")

    class Meta:
        db_table_comment = "Days that the Board's counts must be made anew for"
        verbose_name_plural = "stale"

    def __str__(self) -> str:
        return f"{self.part} {self.day or 'all'}"


class Refresh(models.Model):
    """The one row that says as of when the counts are; the worker that counts holds it."""

    completed_at = models.DateTimeField(
        null=True, db_comment="Moment that the counts are as of; null: never counted"
    )

    class Meta:
        db_table_comment = "As of when the Board's counts are"
        constraints = [models.CheckConstraint(name="refresh_one_row", condition=Q(pk=1))]

    def __str__(self) -> str:
        return f"{self.completed_at}"
