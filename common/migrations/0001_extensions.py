"""Extensions and immutable functions that models of several apps use in columns and indexes."""

from django.contrib.postgres import operations
from django.db import migrations

# unaccent() is only STABLE because its dictionary could change; naming the dictionary makes it
# safe to call immutable, which generated columns and indexes need.
FOLD = """
CREATE FUNCTION dtac_fold(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ SELECT lower(public.unaccent('public.unaccent', words)) $$;
CREATE FUNCTION dtac_fold_names(name text, aliases text[]) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ SELECT public.dtac_fold(name || ' ' || array_to_string(aliases, ' ')) $$;
"""
UNFOLD = "DROP FUNCTION dtac_fold_names(text, text[]); DROP FUNCTION dtac_fold(text);"


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        operations.TrigramExtension(),
        operations.UnaccentExtension(),
        operations.BtreeGistExtension(),
        operations.CreateExtension("fuzzystrmatch"),
        migrations.RunSQL(FOLD, UNFOLD),
    ]
