"""The old entries, which lie together at the beginning of the table: a small index finds them."""

from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    # The log has millions of rows and must go on being written while the index is made.
    atomic = False

    dependencies = [("audit", "0003_ageing")]

    operations = [
        AddIndexConcurrently(
            model_name="event",
            index=BrinIndex(fields=["at"], name="audit_by_age", pages_per_range=32),
        ),
    ]
