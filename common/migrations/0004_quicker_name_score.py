"""The same score of two names, three times as quick: in loops instead of nested selects."""

from django.db import migrations

# What it answers is as in 0003_name_score, so going back leaves it.
SCORE = """
CREATE OR REPLACE FUNCTION dtac_name_score(typed text, names text) RETURNS real
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
    AS $$
    DECLARE
        words text[] := regexp_split_to_array(names, '[^a-z]+');
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
            best := 0;
            heard := CASE WHEN length(token) > 2 THEN public.dmetaphone(token) ELSE '' END;
            FOREACH word IN ARRAY words LOOP
                CONTINUE WHEN word = '';
                IF word = token THEN
                    score := 1.0;
                ELSIF starts_with(word, token) THEN
                    score := CASE length(token) WHEN 1 THEN 0.7 ELSE 0.9 END;
                ELSE
                    score := 1.0 - public.levenshtein(token, word)::real
                        / greatest(length(token), length(word));
                    IF score < 0.85 AND heard <> '' AND length(word) > 2
                            AND heard = public.dmetaphone(word) THEN
                        score := 0.85;
                    END IF;
                END IF;
                best := greatest(best, score);
                EXIT WHEN best = 1.0;
            END LOOP;
            total := total + best;
        END LOOP;
        RETURN CASE number WHEN 0 THEN 0 ELSE total / number END;
    END
    $$;
"""


class Migration(migrations.Migration):
    dependencies = [("common", "0003_name_score")]
    operations = [migrations.RunSQL(SCORE, migrations.RunSQL.noop)]
