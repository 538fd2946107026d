"""Rules for entries of the log and of the sharing register; what a night deleted of them."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0010_registration"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="retentionrun",
            name="entries_done_at",
            field=models.DateTimeField(
                blank=True, db_comment="When the old entries of both were deleted", null=True
            ),
        ),
        migrations.AddField(
            model_name="retentionrun",
            name="log_entries",
            field=models.PositiveIntegerField(
                db_comment="Entries of the access log that were deleted for their age", default=0
            ),
        ),
        migrations.AddField(
            model_name="retentionrun",
            name="sharing_entries",
            field=models.PositiveIntegerField(
                db_comment="Entries of the sharing register that were deleted for their age",
                default=0,
            ),
        ),
        migrations.AlterField(
            model_name="retentionrule",
            name="kind",
            field=models.CharField(
                choices=[
                    ("known", "Known subject that members saw"),
                    ("id_sought", "Somebody sought that members saw"),
                    ("unpublished", "Working record that was never published"),
                    ("warned", "Record that only a warning letter holds"),
                    ("report", "Report in which nobody is kept any more"),
                    ("refused", "Report that was not taken up"),
                    ("intelligence", "Intelligence report"),
                    ("bulletin", "Bulletin, with its paper copies"),
                    ("case", "Case file that is closed, with its packs"),
                    ("log", "Entry of the access log"),
                    ("sharing", "Entry of the sharing register"),
                ],
                db_comment="Kind of record",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="retentionrule",
            name="start",
            field=models.CharField(
                choices=[
                    ("incident", "the last accepted incident in which they did it"),
                    ("made", "the last accepted incident, or the day the record was made"),
                    ("warning", "the last day of the warning letter"),
                    ("happened", "the day it happened"),
                    ("decided", "the day it was decided"),
                    ("given", "the day it was given, was to be reviewed or was shared last"),
                    ("sent", "the day it was sent, or begun"),
                    ("closed", "the day it was closed"),
                    ("entered", "the day it was entered"),
                ],
                db_comment="What starts the clock",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["log", "sharing"]), _negated=True),
                    ("more_months__gte", 12),
                    _connector="OR",
                ),
                name="retention_rule_entries",
                violation_error_message="It shows what was done: keep it for a year at least.",
            ),
        ),
    ]
