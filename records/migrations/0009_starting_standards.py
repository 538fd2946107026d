"""The requirements that a scheme starts with."""

from django.db import migrations

from records.accreditation.starting import EDITION, REQUIREMENTS, SECTION


def add(apps, schema_editor):
    requirement = apps.get_model("records", "StandardRequirement")
    requirement.objects.bulk_create(
        requirement(edition=EDITION, section=SECTION, number=number, words=words, evidence=evidence)
        for number, words, evidence in REQUIREMENTS
    )


class Migration(migrations.Migration):
    dependencies = [("records", "0008_standards")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
