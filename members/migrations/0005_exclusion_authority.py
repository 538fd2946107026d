"""Authorisations to exclude with who signed and when they ended, in place of one date."""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import members.models.authority

# Checked at once: a table with checks that are still to come can't be altered.
TAKE_OVER = """
INSERT INTO members_exclusionauthority (member_id, signed_on, signed_by, recorded_at, ended_reason)
SELECT id, exclusion_authority_on, '', now(), '' FROM members_member
 WHERE exclusion_authority_on IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
GIVE_BACK = """
UPDATE members_member SET exclusion_authority_on = held.signed_on
  FROM members_exclusionauthority held
 WHERE held.member_id = members_member.id AND held.ended_on IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0001_extensions"),
        ("members", "0004_mail_faults_and_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExclusionAuthority",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "signed_on",
                    models.DateField(db_comment="Day it was signed: the first day it holds"),
                ),
                (
                    "signed_by",
                    models.CharField(
                        blank=True,
                        db_comment="Who signed for the business; empty: not known",
                        max_length=120,
                    ),
                ),
                ("recorded_at", models.DateTimeField(db_comment="When it was typed in")),
                (
                    "ended_on",
                    models.DateField(
                        blank=True, db_comment="Last day it held; null: it holds", null=True
                    ),
                ),
                (
                    "ended_reason",
                    models.CharField(blank=True, db_comment="Why it ended", max_length=300),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        db_comment="Who noted that it ended",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_comment="Whose authorisation",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exclusion_authorities",
                        to="members.member",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        db_comment="Who typed it in; null: taken over from before",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "exclusion authorities",
                "db_table_comment": "Signed authorisations of members to exclude on their behalf",
                "ordering": ["-signed_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_by", None), ("ended_on", None), ("ended_reason", "")),
                            models.Q(
                                ("ended_by__isnull", False),
                                ("ended_on__isnull", False),
                                models.Q(("ended_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="authority_end_whole",
                        violation_error_message="An end needs its day and a reason.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_on", None),
                            ("ended_on__gte", models.F("signed_on")),
                            _connector="OR",
                        ),
                        name="authority_ends_after_signing",
                        violation_error_message="The last day is before the day it was signed.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (models.F("member"), "="),
                            (
                                members.models.authority.DaysHeld(
                                    models.F("signed_on"), models.F("ended_on"), models.Value("[]")
                                ),
                                "&&",
                            ),
                        ],
                        name="authority_one_at_a_time",
                        violation_error_message="An authorisation is held for some of these days.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(TAKE_OVER, GIVE_BACK),
        migrations.RemoveField(
            model_name="member",
            name="exclusion_authority_on",
        ),
    ]
