"""How names sound, for search and matching that forgive spelling by ear."""

from django.db import migrations

# Double Metaphone of each word of three letters or more. The built-in normalisation to plain
# letters comes first, so that "Müller" sounds like "Muller".
SOUNDS = """
CREATE FUNCTION dtac_sounds(words text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$
        SELECT coalesce(array_agg(DISTINCT public.dmetaphone(word)), ARRAY[]::text[])
        FROM regexp_split_to_table(public.dtac_fold(words), '[^a-z]+') AS word
        WHERE length(word) > 2 AND public.dmetaphone(word) <> ''
    $$;
"""


class Migration(migrations.Migration):
    dependencies = [("common", "0001_extensions")]
    operations = [migrations.RunSQL(SOUNDS, "DROP FUNCTION dtac_sounds(text);")]
