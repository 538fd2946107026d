"""Meetings of the scheme: the agenda, who came, and the minutes."""

import datetime as dt

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from members.meetings.querysets import MeetingPersonQuerySet, MeetingQuerySet

from .member import Member
from .user import User

FIRST, LAST = dt.date(2002, 12, 1), dt.date(2099, 12, 31)
"""The scheme has no meeting before it was founded."""


class Meeting(models.Model):
    """A meeting on a day. Its minutes are written as a draft, then published as versions."""

    class Kind(models.TextChoices):
        SCHEME = "scheme", "Scheme meeting"
        GENERAL = "general", "General meeting"
        BOARD = "board", "Board of Management"

    ref = models.CharField(max_length=16, unique=True, db_comment="E.g. MTG-2026-0007")
    kind = models.CharField(
        max_length=7, choices=Kind, db_comment="Whose meeting: of all members, or of the Board"
    )
    on = models.DateField(db_comment="London day it is on")
    starts = models.TimeField(db_comment="When it begins, London time")
    place = models.CharField(max_length=200, db_comment="Where it is, or how to join it")
    agenda = models.TextField(blank=True, db_comment="What it is about, in plain paragraphs")
    draft = models.TextField(
        blank=True, db_comment="Minutes not published yet, for the Intelligence Manager alone"
    )
    told_at = models.DateTimeField(
        null=True, blank=True, db_comment="When people were first e-mailed of it; null: not yet"
    )
    cancelled_on = models.DateField(
        null=True, blank=True, db_comment="Day it was called off; null: it was not"
    )
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who entered it"
    )
    made_at = models.DateTimeField(db_comment="When it was entered")
    revision = models.PositiveIntegerField(
        default=1, db_comment="Counts changes; a form sent for an older one is refused"
    )

    # Added by MeetingQuerySet.for_list().
    businesses: int
    came: int
    minuted: int

    objects = MeetingQuerySet.as_manager()

    class Meta:
        db_table_comment = "Meetings of the scheme, of all members and of the Board"
        ordering = ["-on", "-starts", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="meeting_of_a_kind", condition=Q(kind__in=["scheme", "general", "board"])
            ),
            models.CheckConstraint(
                name="meeting_in_our_time",
                condition=Q(on__range=(FIRST, LAST)),
                violation_error_message="Enter a year from 2002 to 2099.",
            ),
        ]
        indexes = [models.Index(fields=["on"], name="meeting_by_day")]

    def __str__(self) -> str:
        return self.ref


class MeetingMinutes(models.Model):
    """Minutes as they were published. A correction is another version; approval is added once."""

    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="minutes", db_comment="Of which meeting"
    )
    number = models.PositiveSmallIntegerField(db_comment="1, 2, 3 ...")
    body = models.TextField(db_comment="The minutes, in plain paragraphs")
    change = models.CharField(
        max_length=300, blank=True, db_comment="What was corrected since the version before"
    )
    made_on = models.DateField(db_comment="London day it was published")
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who published it"
    )
    approved_on = models.DateField(
        null=True, blank=True, db_comment="Day a later meeting approved it; null: not yet"
    )

    blanked_at = models.DateTimeField(
        null=True, blank=True, db_comment="When words were last taken out of it; null: never"
    )
    blanked_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who took words out",
    )
    blanked_why = models.CharField(
        max_length=300, blank=True, db_comment="Why words were taken out; readers see it"
    )

    class Meta:
        db_table_comment = "Published minutes; later only approved, or words blanked out of them"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "number"],
                name="minutes_version_once",
                violation_error_message="Somebody published minutes meanwhile.",
            ),
            models.CheckConstraint(
                name="minutes_say_what_changed",
                condition=Q(number=1) | ~Q(change=""),
                violation_error_message="Write what was corrected.",
            ),
            models.CheckConstraint(
                name="minutes_have_words",
                condition=~Q(body=""),
                violation_error_message="Write the minutes first.",
            ),
            models.CheckConstraint(
                name="minutes_approved_later",
                condition=Q(approved_on=None) | Q(approved_on__gte=models.F("made_on")),
                violation_error_message="They are approved after they were published.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="minutes_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="minutes_frozen",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    exclude=[
                        "approved_on",
                        "body",
                        "change",
                        "blanked_at",
                        "blanked_by",
                        "blanked_why",
                    ]
                ),
            ),
            pgtrigger.Protect(
                name="minutes_approved_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.approved_on IS NOT NULL"
                    " AND OLD.approved_on IS DISTINCT FROM NEW.approved_on"
                ),
            ),
            pgtrigger.Protect(
                name="minutes_only_blanked",
                operation=pgtrigger.Update,
                # Words may be covered, by as many marks, and only by somebody with a reason.
                condition=pgtrigger.Condition(
                    "((OLD.body, OLD.change) IS DISTINCT FROM (NEW.body, NEW.change) AND ("
                    "NEW.blanked_at IS NOT DISTINCT FROM OLD.blanked_at"
                    " OR NEW.blanked_by_id IS NULL OR NEW.blanked_why = ''"
                    " OR char_length(NEW.body) <> char_length(OLD.body)"
                    " OR char_length(NEW.change) <> char_length(OLD.change)))"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meeting_id}, minutes {self.number}"


class MeetingPerson(models.Model):
    """What somebody said of coming to a meeting, and whether they came."""

    class Answer(models.TextChoices):
        COMING = "coming", "Is coming"
        APOLOGIES = "apologies", "Sent apologies"
        CAME = "came", "Came"
        ABSENT = "absent", "Did not come"

    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="people", db_comment="Which meeting"
    )
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="attended", db_comment="Whose person then"
    )
    user = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="meetings",
        db_comment="The user they are; null: somebody without an account",
    )
    name = models.CharField(max_length=120, db_comment="Full name, as the minutes have it")
    answer = models.CharField(max_length=9, choices=Answer, db_comment="Said, or what came of it")
    told_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="Who said so last"
    )
    told_at = models.DateTimeField(db_comment="When")

    objects = MeetingPersonQuerySet.as_manager()

    class Meta:
        db_table_comment = "Who said they come to a meeting, who sent apologies, who came"
        ordering = ["member__name", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "user"],
                condition=Q(user__isnull=False),
                name="meeting_user_once",
                violation_error_message="They are listed already.",
            ),
            models.UniqueConstraint(
                "meeting",
                "member",
                Lower("name"),
                condition=Q(user=None),
                name="meeting_person_once",
                violation_error_message="They are listed already.",
            ),
            models.CheckConstraint(
                name="meeting_person_answer",
                condition=Q(answer__in=["coming", "apologies", "came", "absent"]),
            ),
            models.CheckConstraint(
                name="meeting_person_named",
                condition=~Q(name=""),
                violation_error_message="Enter their name.",
            ),
        ]
        indexes = [models.Index(fields=["member", "answer"], name="meeting_person_by_member")]

    def __str__(self) -> str:
        return f"{self.name}: {self.answer}"
