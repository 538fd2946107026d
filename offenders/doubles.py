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
COMMON = 20
"""What more records than this share says nothing about any two of them, and would make pairs of
each with each. For one record the others are listed all the same, as far as the list goes."""
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
# For one record only names that share a sound with one of its own are read, by their index.
# But for the spelling, each pair shares a mark: something that is equal, so that it stays quick
# however many records there are. Pairs by a near name alone (weight 2) must be of a sex and an age
# that can be one person's. A reason is in words for the manager.
PAIRS = """
WITH heard AS (
    SELECT coalesce(array_agg(sound), ARRAY[]::text[]) AS sounds
      FROM (SELECT name FROM offenders_subject WHERE id = %(of)s::bigint
            UNION SELECT name FROM offenders_alias WHERE subject_id = %(of)s::bigint) own,
           unnest(dtac_sounds(own.name)) sound
), names AS MATERIALIZED (
    SELECT id AS subject, dtac_fold(name) AS name FROM offenders_subject
     WHERE name <> '' AND merged_into_id IS NULL
       AND (%(of)s::bigint IS NULL OR id = %(of)s::bigint
            OR dtac_sounds(name) && (SELECT sounds FROM heard))
    UNION
    SELECT subject_id, dtac_fold(alias.name) FROM offenders_alias alias
      JOIN offenders_subject owner ON owner.id = subject_id AND owner.merged_into_id IS NULL
     WHERE %(of)s::bigint IS NULL OR subject_id = %(of)s::bigint
        OR dtac_sounds(alias.name) && (SELECT sounds FROM heard)
), marks AS MATERIALIZED (
    SELECT subject, 3 AS weight, 'same name' AS reason, name AS mark, subject::text AS but
      FROM names WHERE length(name) > 5 AND position(' ' in name) > 0
    UNION ALL
    SELECT subject, 2, 'names sound the same', sounds::text, name
      FROM (SELECT subject, name, dtac_sounds(name) AS sounds FROM names) heard
     WHERE cardinality(sounds) > 1
    UNION ALL
    SELECT id, 4, 'same date of birth, names sound alike', concat(date_of_birth, sound), id::text
      FROM offenders_subject, unnest(dtac_sounds(name)) sound
     WHERE date_of_birth IS NOT NULL AND (
         %(of)s::bigint IS NULL
         OR date_of_birth = (SELECT date_of_birth FROM offenders_subject WHERE id = %(of)s::bigint)
     )
    UNION ALL
    SELECT subject_id, 3, 'same number plate', registration, subject_id::text
      FROM offenders_vehicle WHERE registration <> ''
    UNION ALL
    SELECT subject_id, 5, 'same photo', sha256, subject_id::text FROM offenders_photo
    UNION ALL
    SELECT subject_id, 4, 'photos look the same', phash::text, subject_id::text
      FROM offenders_photo WHERE phash IS NOT NULL
), telling AS (
    SELECT reason, mark FROM marks GROUP BY reason, mark
    HAVING CASE WHEN %(of)s::bigint IS NULL THEN count(DISTINCT subject) BETWEEN 2 AND %(common)s
                ELSE bool_or(subject = %(of)s::bigint) END
), fresh AS MATERIALIZED (
    SELECT subject, name FROM names
     WHERE position(' ' in name) > 0 AND subject IN (
         SELECT id FROM offenders_subject
          WHERE merged_into_id IS NULL AND (%(of)s::bigint IS NULL OR id = %(of)s::bigint)
          ORDER BY updated_at DESC LIMIT %(fresh)s
     )
), spelt AS (
    SELECT a.subject AS one, b.subject AS two, count(*) OVER (PARTITION BY a.subject, a.name) number
      FROM fresh a
      JOIN LATERAL (
               SELECT subject, name
                 FROM (SELECT id AS subject, dtac_fold(name) AS name FROM offenders_subject
                        WHERE dtac_fold(name) %% a.name
                        UNION
                       SELECT subject_id, dtac_fold(name) FROM offenders_alias
                        WHERE dtac_fold(name) %% a.name) alike
                WHERE subject <> a.subject AND name <> a.name
                ORDER BY name <-> a.name, subject LIMIT %(near)s
           ) b ON true
     WHERE position(' ' in b.name) > 0
       AND least(dtac_name_score(a.name, b.name), dtac_name_score(b.name, a.name)) >= %(alike)s
), pairs AS (
    SELECT least(a.subject, b.subject) AS one, greatest(a.subject, b.subject) AS two,
           a.reason, a.weight
      FROM telling
      JOIN (SELECT * FROM marks WHERE %(of)s::bigint IS NULL OR subject = %(of)s::bigint) a
           USING (reason, mark)
      JOIN marks b USING (reason, mark)
     WHERE a.subject <> b.subject AND a.but <> b.but
    UNION
    SELECT least(one, two), greatest(one, two), 'names are spelt alike', 2
      FROM spelt WHERE number <= %(common)s OR %(of)s::bigint IS NOT NULL
)
SELECT one, two, array_agg(reason ORDER BY weight DESC, reason), sum(weight) AS total
  FROM pairs
  JOIN offenders_subject first ON first.id = one AND first.merged_into_id IS NULL
  JOIN offenders_subject second ON second.id = two AND second.merged_into_id IS NULL
 WHERE NOT EXISTS (
     SELECT FROM offenders_differentpeople apart
      WHERE apart.first_id = one AND apart.second_id = two
 )
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
            PAIRS,
            {
                "of": of.pk if of else None,
                "most": most,
                "fresh": FRESH,
                "near": most if of else COMMON + 1,
                "alike": ALIKE,
                "common": COMMON,
            },
        )
        found = cursor.fetchall()
    keys = {key for one, two, *_ in found for key in (one, two)}
    rows = {row.pk: row for row in Subject.objects.filter(pk__in=keys).with_face()}
    return [Double(rows[one], rows[two], list(reasons)) for one, two, reasons, _ in found]
