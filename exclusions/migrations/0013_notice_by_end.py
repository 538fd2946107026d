"""An index with all that tells which notices are in force, so that no row is read for it."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("exclusions", "0012_case_keeps_until")]

    operations = [
        AddIndexConcurrently(
            model_name="notice",
            index=models.Index(
                fields=["ends_on"],
                include=(
                    "subject",
                    "served_on",
                    "revoked_on",
                    "confirm_by",
                    "confirmed_at",
                    "confirm_on",
                ),
                name="notice_by_end",
            ),
        ),
    ]
