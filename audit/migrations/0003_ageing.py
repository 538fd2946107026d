"""Old entries may be deleted, by whoever says so; younger than a year by nobody."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_by_subject"),
    ]

    operations = [
        migrations.AlterModelTableComment(
            name="event",
            table_comment="Append-only log of changes and reads; only old rows are deleted",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="event",
            name="append_only",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="event",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="95b16c505b250498bc8964017528649827854174",
                    operation="UPDATE",
                    pgid="pgtrigger_append_only_7d947",
                    table="audit_event",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="event",
            trigger=pgtrigger.compiler.Trigger(
                name="deleted_when_old",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                IF OLD.at < now() - interval '12 months'\n                    AND current_setting('dtac.ageing', true) = 'on'\n                THEN\n                    RETURN OLD;\n                END IF;\n                RAISE EXCEPTION 'the audit log is append-only';\n            ",
                    hash="7b7aca94343ba12795cb4b9a21f567c963a37388",
                    operation="DELETE",
                    pgid="pgtrigger_deleted_when_old_3cc81",
                    table="audit_event",
                    when="BEFORE",
                ),
            ),
        ),
    ]
