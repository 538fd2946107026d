"""The rules that a scheme starts with."""

from django.db import migrations
from django.utils import timezone

from records.starting_rules import ALWAYS, RULES


def add(apps, schema_editor):
    rule = apps.get_model("records", "RetentionRule")
    rule.objects.bulk_create(
        rule(number=1, starts_from=ALWAYS, made_at=timezone.now(), **fields) for fields in RULES
    )


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
