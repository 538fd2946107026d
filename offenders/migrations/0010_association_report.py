"""An association may point to the report that it comes from, by its reference."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("offenders", "0009_publication")]

    operations = [
        migrations.AddField(
            model_name="association",
            name="report_ref",
            field=models.CharField(
                blank=True,
                db_comment="The report that says so, if one does: its reference",
                default="",
                max_length=20,
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="association",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("report_ref", ""),
                    ("report_ref__regex", "^(INC|SIG)-[0-9]{4}-[0-9]{5,9}$"),
                    _connector="OR",
                ),
                name="association_report_ref",
                violation_error_message="Enter the reference of a report, such as INC-2026-00017.",
            ),
        ),
    ]
