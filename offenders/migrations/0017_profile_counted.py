"""An index with all that the counts of the gallery look at."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("offenders", "0016_scanned")]

    operations = [
        AddIndexConcurrently(
            model_name="profileversion",
            index=models.Index(
                fields=["expires_on"],
                include=(
                    "id",
                    "subject",
                    "known",
                    "published_at",
                    "active_areas",
                    "warnings",
                    "audience",
                    "audience_areas",
                    "audience_sectors",
                ),
                condition=models.Q(superseded_at=None, withdrawn_at=None),
                name="profile_counted",
            ),
        ),
    ]
