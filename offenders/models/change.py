"""Noting that the gallery changed: what was worked out before that is not shown again."""

import pgtrigger
from django.db import models

NOTE = """
    mine := pg_current_xact_id()::text::bigint;
    IF current_setting('dtac.gallery_change', true) = mine::text THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('dtac.gallery_change', mine::text, true);
    UPDATE offenders_gallerychange SET changed_by = mine WHERE id = (
        SELECT id FROM offenders_gallerychange LIMIT 1 FOR UPDATE SKIP LOCKED
    );
    IF NOT FOUND THEN
        INSERT INTO offenders_gallerychange (changed_by) VALUES (mine);
    END IF;
    RETURN NULL;
"""
"""Once in each transaction, in a row that no other is writing: nobody waits for anybody else. What
is rolled back, also to a savepoint, takes its note back with it."""


def notes_gallery_change() -> pgtrigger.Trigger:
    """Return the trigger of a table that the gallery reads. Each row of it may be somebody's face.

    In the database, because rows change in many ways (services, bulk, merges, a job, by hand) and
    none may go unseen.
    """
    return pgtrigger.Trigger(
        name="gallery_change",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("mine", "bigint")],
        func=NOTE,
    )


class GalleryChange(models.Model):
    """Which transactions changed what the gallery shows, the last one of each row.

    All rows together tell one state of the gallery from every other: numbers of transactions are
    never given twice, and each that commits leaves its own.
    """

    changed_by = models.BigIntegerField(db_comment="Number of the transaction")

    class Meta:
        db_table_comment = "Marks by which the gallery's counts and faces are known to hold still"

    def __str__(self) -> str:
        return f"{self.changed_by}"
