"""Numbers of what the scheme itself holds."""

from django.db import models

from common.db import YearlyCounter


class SchemeCounter(YearlyCounter):
    """Numbers of meetings (MTG) and awards (AWD) in a year."""

    class Meta:
        db_table_comment = "Numbers of meetings and awards handed out"
        constraints = [
            models.UniqueConstraint(fields=["prefix", "year"], name="scheme_counter_once")
        ]
