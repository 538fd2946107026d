"""common.dates.last_day_of_months_from() in SQL."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION dtac_last_of_months(start date, months integer) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$
    SELECT (start + make_interval(months => months))::date
           - CASE WHEN extract(day FROM start + make_interval(months => months))
                     = extract(day FROM start) THEN 1 ELSE 0 END
    $$;
"""
DROP = "DROP FUNCTION dtac_last_of_months(date, integer);"


class Migration(migrations.Migration):
    dependencies = [("common", "0004_quicker_name_score")]

    operations = [migrations.RunSQL(FUNCTION, DROP)]
