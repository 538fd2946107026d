"""What is found for who asks may be about others too: who reads it reads of them."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0011_entries"),
    ]

    operations = [
        migrations.AddField(
            model_name="accessitem",
            name="about",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=12),
                blank=True,
                db_comment="References of other subjects that it is about: who reads it reads of them",
                db_default=[],
                default=list,
                size=None,
            ),
        ),
    ]
