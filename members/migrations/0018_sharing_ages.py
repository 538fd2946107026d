"""Old entries of the sharing register may be deleted, by whoever says so."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0017_sign_in"),
    ]

    operations = [
        migrations.AlterModelTableComment(
            name="sharingrecord",
            table_comment="Register of onward sharing, append-only; only old rows are deleted",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="sharingrecord",
            name="append_only",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sharingrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="92e63ee476d0084e76554c854116995067a39dbf",
                    operation="UPDATE",
                    pgid="pgtrigger_append_only_a7e36",
                    table="members_sharingrecord",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sharingrecord",
            trigger=pgtrigger.compiler.Trigger(
                name="deleted_when_old",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n                IF OLD.shared_at < now() - interval '12 months'\n                    AND current_setting('dtac.ageing', true) = 'on'\n                THEN\n                    RETURN OLD;\n                END IF;\n                RAISE EXCEPTION 'the sharing register is append-only';\n            ",
                    hash="81b80322446d987f5e34361f364bc7306d86ce5a",
                    operation="DELETE",
                    pgid="pgtrigger_deleted_when_old_5e8e0",
                    table="members_sharingrecord",
                    when="BEFORE",
                ),
            ),
        ),
    ]
