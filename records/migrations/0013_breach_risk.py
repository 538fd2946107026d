"""Only where a risk is unlikely may a breach be kept from the regulator (UK GDPR, article 33)."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0012_access_about"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="databreach",
            name="data_breach_high_is_told",
        ),
        migrations.AddConstraint(
            model_name="databreach",
            constraint=models.CheckConstraint(
                condition=models.Q(("risk", "unlikely"), ("regulator_not", ""), _connector="OR"),
                name="data_breach_risk_is_told",
                violation_error_message="A risk is told to the regulator.",
            ),
        ),
    ]
