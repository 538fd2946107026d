"""Numbers of the registers of people's rights."""

from django.db import models

from common.db import YearlyCounter


class RecordsCounter(YearlyCounter):
    """Numbers in a year: RGT (requests), CMP (complaints), DBR (data breaches), SAR."""

    class Meta:
        db_table_comment = "Numbers of requests, complaints and data breaches handed out"
        constraints = [
            models.UniqueConstraint(fields=["prefix", "year"], name="records_counter_once")
        ]
