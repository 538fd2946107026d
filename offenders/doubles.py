"""Records that may be of one person: for the manager to compare, never merged by themselves."""

import uuid
from dataclasses import dataclass, field

from django.db import connection

from offenders.models import Subject

MOST = 60
FRESH = 100
"""Spelling is compared for the records changed last: each asks the index of names. An older pair
was compared when its later record was new."""
ALIKE = 0.75
"""Of 1, both ways round (common.db.NameScore)."""
# But for the spelling each finds pairs by something that is equal, so that it stays quick however
# many records there are. Pairs by a near name alone must be of a sex and an age that can be one
# person's. The reason is in words for the manager.
BORN = """
    SELECT id,
           coalesce(date_of_birth,
                    (age_seen_on - make_interval(years => age_high + 4))::date,
                    '-infinity') AS low,
           coalesce(date_of_birth,
                    (age_seen_on - make_interval(years => greatest(age_low - 3, 0)))::date,
                    'infinity') AS high
      FROM offenders_subject
"""
"""When somebody can have been born: an estimate may be three years out, as witnesses are."""
PAIRS = """
WITH names AS (
    SELECT id AS subject, dtac_fold(name) AS name FROM offenders_subject WHERE name <> ''
    UNION SELECT subject_id, dtac_fold(name) FROM offenders_alias
), heard AS MATERIALIZED (
    SELECT subject, name, dtac_sounds(name) AS sounds FROM names
), fresh AS MATERIALIZED (
    SELECT subject, name FROM names
     WHERE subject IN (
         SELECT id FROM offenders_subject
          WHERE merged_into_id IS NULL AND (%(of)s::bigint IS NULL OR id = %(of)s::bigint)
          ORDER BY updated_at DESC LIMIT %(fresh)s
     )
), pairs AS (
    SELECT a.subject AS one, b.subject AS two, 'same name' AS reason, 3 AS weight
      FROM names a JOIN names b ON a.name = b.name AND a.subject < b.subject
     WHERE length(a.name) > 5 AND position(' ' in a.name) > 0
    UNION
    SELECT a.subject, b.subject, 'names sound the same', 2
      FROM heard a JOIN heard b ON a.sounds = b.sounds AND a.subject < b.subject
     WHERE cardinality(a.sounds) > 1 AND a.name <> b.name
    UNION
    SELECT least(a.subject, b.subject), greatest(a.subject, b.subject), 'names are spelt alike', 2
      FROM fresh a
      JOIN LATERAL (
               SELECT id AS subject, dtac_fold(name) AS name FROM offenders_subject
                WHERE dtac_fold(name) %% a.name
                UNION
               SELECT subject_id, dtac_fold(name) FROM offenders_alias
                WHERE dtac_fold(name) %% a.name
           ) b ON a.subject <> b.subject AND a.name <> b.name
     WHERE position(' ' in a.name) > 0 AND position(' ' in b.name) > 0
       AND least(dtac_name_score(a.name, b.name), dtac_name_score(b.name, a.name)) >= %(alike)s
    UNION
    SELECT a.id, b.id, 'same date of birth, names sound alike', 4
      FROM offenders_subject a JOIN offenders_subject b
        ON a.date_of_birth = b.date_of_birth AND a.id < b.id
       AND dtac_sounds(a.name) && dtac_sounds(b.name)
    UNION
    SELECT a.subject_id, b.subject_id, 'same number plate', 3
      FROM offenders_vehicle a JOIN offenders_vehicle b
        ON a.registration = b.registration AND a.subject_id < b.subject_id
     WHERE a.registration <> ''
    UNION
    SELECT a.subject_id, b.subject_id, 'same photo', 5
      FROM offenders_photo a JOIN offenders_photo b
        ON a.sha256 = b.sha256 AND a.subject_id < b.subject_id
    UNION
    SELECT a.subject_id, b.subject_id, 'photos look the same', 4
      FROM offenders_photo a JOIN offenders_photo b
        ON a.phash = b.phash AND a.subject_id < b.subject_id
)
SELECT one, two, array_agg(reason ORDER BY weight DESC, reason), sum(weight) AS total
  FROM pairs
  JOIN offenders_subject first ON first.id = one AND first.merged_into_id IS NULL
  JOIN offenders_subject second ON second.id = two AND second.merged_into_id IS NULL
 WHERE NOT EXISTS (
     SELECT FROM offenders_differentpeople apart
      WHERE apart.first_id = one AND apart.second_id = two
 ) AND (%(of)s::bigint IS NULL OR %(of)s::bigint IN (one, two))
   AND (weight > 2 OR (first.sex = second.sex OR '' IN (first.sex, second.sex)) AND EXISTS (
       SELECT FROM (BORN) x, (BORN) y
        WHERE x.id = one AND y.id = two AND x.low <= y.high AND y.low <= x.high
   ))
 GROUP BY one, two ORDER BY total DESC, one, two LIMIT %(most)s
""".replace("BORN", BORN)


@dataclass(frozen=True)
class Double:
    """Two records that may be one person, and why."""

    one: Subject
    two: Subject
    reasons: list[str] = field(default_factory=list)

    def face_of(self, subject: Subject) -> uuid.UUID | None:
        """Return the name of a record's first photo."""
        face: uuid.UUID | None = getattr(subject, "face", None)
        return face

    def other(self, subject: Subject) -> Subject:
        """Return the one of the two that this is not."""
        return self.two if self.one.pk == subject.pk else self.one


def doubles(*, of: Subject | None = None, most: int = MOST) -> list[Double]:
    """Return the likeliest pairs, of all records or of one, that nobody has said are two people."""
    with connection.cursor() as cursor:
        cursor.execute(
            PAIRS, {"of": of.pk if of else None, "most": most, "fresh": FRESH, "alike": ALIKE}
        )
        found = cursor.fetchall()
    keys = {key for one, two, *_ in found for key in (one, two)}
    rows = {row.pk: row for row in Subject.objects.filter(pk__in=keys).with_face()}
    return [Double(rows[one], rows[two], list(reasons)) for one, two, reasons, _ in found]
