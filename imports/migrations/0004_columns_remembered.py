"""Keep a digest of each file's columns, by which the next such file is matched alike."""

from typing import Any

from django.db import migrations, models

from imports.mapping import columns_key


def fill(apps: Any, schema_editor: Any) -> None:
    for run in apps.get_model("imports", "ImportRun").objects.exclude(head=[]):
        run.columns_key = columns_key(run.head)
        run.save(update_fields=["columns_key"])


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0003_forgets"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="columns_key",
            field=models.CharField(
                blank=True,
                db_comment="Keyed digest of the names of its columns: by it the next file with the"
                " same ones is matched alike. It stays",
                max_length=64,
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
