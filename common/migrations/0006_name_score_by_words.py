"""The same score of two names, quicker again: words that are only letters are split without a
pattern, and a word that is there needs no comparing."""

from django.db import migrations

# What it answers is as in 0003_name_score, so going back leaves it.
SCORE = """
CREATE OR REPLACE FUNCTION dtac_name_score(typed text, names text) RETURNS real
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    AS $$
    DECLARE
        words text[] := CASE WHEN names ~ '[^a-z ]' THEN regexp_split_to_array(names, '[^a-z]+')
            ELSE string_to_array(names, ' ') END;
        token text;
        word text;
        heard text;
        score real;
        best real;
        total real := 0;
        number integer := 0;
    BEGIN
        FOREACH token IN ARRAY regexp_split_to_array(left(typed, 100), '[^a-z]+') LOOP
            CONTINUE WHEN token = '';
            number := number + 1;
            IF token = ANY (words) THEN
                total := total + 1.0;
                CONTINUE;
            END IF;
            best := 0;
            heard := CASE WHEN length(token) > 2 THEN public.dmetaphone(token) ELSE '' END;
            FOREACH word IN ARRAY words LOOP
                CONTINUE WHEN word = '';
                IF starts_with(word, token) THEN
                    score := CASE length(token) WHEN 1 THEN 0.7 ELSE 0.9 END;
                ELSE
                    score := 1.0 - public.levenshtein(token, word)::real
                        / greatest(length(token), length(word));
                    IF score < 0.85 AND heard <> '' AND length(word) > 2
                            AND heard = public.dmetaphone(word) THEN
                        score := 0.85;
                    END IF;
                END IF;
                IF score > best THEN
                    best := score;
                END IF;
            END LOOP;
            total := total + best;
        END LOOP;
        RETURN CASE number WHEN 0 THEN 0 ELSE total / number END;
    END
    $$;
"""


class Migration(migrations.Migration):
    dependencies = [("common", "0005_last_of_months")]
    operations = [migrations.RunSQL(SCORE, migrations.RunSQL.noop)]
