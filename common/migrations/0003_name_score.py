"""How near two names are, word by word, whatever their order."""

from django.db import migrations

# Each word that was typed is held against each word of the names; the best of each counts, and the
# mean of these is the answer: 1 is the same, 0 has nothing in common. A start of a word counts
# nearly as the word, an initial less, and what sounds the same (Double Metaphone) more than what
# is merely spelt alike (Levenshtein). Both texts are folded already (dtac_fold).
SCORE = """
CREATE FUNCTION dtac_name_score(typed text, names text) RETURNS real
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$
        SELECT coalesce(avg(best)::real, 0) FROM (
            SELECT (
                SELECT max(CASE
                    WHEN word = token THEN 1.0
                    WHEN starts_with(word, token) THEN CASE length(token) WHEN 1 THEN 0.7 ELSE 0.9 END
                    ELSE greatest(
                        1.0 - public.levenshtein(token, word)::real
                            / greatest(length(token), length(word)),
                        CASE WHEN length(token) > 2 AND length(word) > 2
                              AND public.dmetaphone(token) = public.dmetaphone(word)
                              AND public.dmetaphone(token) <> '' THEN 0.85 ELSE 0 END
                    )
                END)
                FROM regexp_split_to_table(names, '[^a-z]+') AS word WHERE word <> ''
            ) AS best
            FROM regexp_split_to_table(left(typed, 100), '[^a-z]+') AS token WHERE token <> ''
        ) AS words
    $$;
"""


class Migration(migrations.Migration):
    dependencies = [("common", "0002_sounds")]
    operations = [migrations.RunSQL(SCORE, "DROP FUNCTION dtac_name_score(text, text);")]
