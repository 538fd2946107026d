"""An index for what is new in the gallery since somebody was there."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("offenders", "0018_gallery_change")]

    operations = [
        AddIndexConcurrently(
            model_name="profileversion",
            index=models.Index(
                fields=["published_at"],
                condition=models.Q(superseded_at=None, withdrawn_at=None),
                name="profile_new",
            ),
        ),
    ]
