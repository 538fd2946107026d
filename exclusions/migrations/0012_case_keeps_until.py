"""An open case file keeps the record from deletion for a time, and not without an end."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exclusions", "0011_scanned"),
    ]

    operations = [
        migrations.AddField(
            model_name="casefile",
            name="keeps_until",
            field=models.DateField(
                blank=True,
                db_comment="While it is open, it keeps the record from deletion until 30 days after this: six months after its last change, two years after it was opened at most",
                null=True,
            ),
        ),
        migrations.RunSQL(
            "UPDATE exclusions_casefile SET keeps_until = (now() + interval '6 months')::date"
            " WHERE closed_at IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
