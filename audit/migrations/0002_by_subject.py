"""Who looked at a subject: found by its reference, among millions of entries."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # The log has millions of rows and must go on being written while the index is made.
    atomic = False

    dependencies = [("audit", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="event",
            index=GinIndex(
                OpClass(models.F("subjects"), "jsonb_path_ops"), name="audit_by_subject"
            ),
        ),
    ]
