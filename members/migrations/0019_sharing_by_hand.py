"""The sharing register has what was told, shown or sent too, entered by hand: no file of ours."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0018_sharing_ages"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="sharingrecord",
            name="sharing_sha256",
        ),
        migrations.AddField(
            model_name="sharingrecord",
            name="how",
            field=models.CharField(
                choices=[
                    ("file", "A file made here"),
                    ("told", "Told, by voice"),
                    ("shown", "Shown, nothing left"),
                    ("paper", "Paper handed over"),
                    ("sent", "Sent by e-mail or post"),
                ],
                db_comment="How; a file made here writes its entry by itself",
                db_default="file",
                default="file",
                max_length=5,
            ),
        ),
        migrations.AlterField(
            model_name="sharingrecord",
            name="sha256",
            field=models.CharField(
                blank=True,
                db_comment="SHA-256 of the file that was handed over, hex; empty: no file made here",
                max_length=64,
            ),
        ),
        migrations.AddConstraint(
            model_name="sharingrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("how", "file"), ("sha256__regex", "^[0-9a-f]{64}$")),
                    models.Q(
                        models.Q(("how", "file"), _negated=True), ("byte_size", 0), ("sha256", "")
                    ),
                    _connector="OR",
                ),
                name="sharing_sha256",
            ),
        ),
    ]
