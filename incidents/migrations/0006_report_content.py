from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0005_review_who_said_it")]

    operations = [
        migrations.AddField(
            model_name="report",
            name="content",
            field=models.PositiveIntegerField(
                db_comment="The newest text of it that came from its writer's phone, counted there",
                default=1,
            ),
        ),
    ]
