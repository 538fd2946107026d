"""How near two names are is answered as it was first written, however it is worked out since."""

from importlib import import_module

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.django_db

FIRST = import_module("common.migrations.0003_name_score").SCORE.replace(
    "FUNCTION dtac_name_score", "FUNCTION pg_temp.first_score"
)
BOTH = """
SELECT typed, names, dtac_name_score(typed, names), pg_temp.first_score(typed, names)
  FROM unnest(%s::text[], %s::text[]) AS pairs(typed, names)
"""
FOLDED = st.text(alphabet="aeknst  -'1", max_size=14)
NAMES = st.lists(st.sampled_from(["kevin", "kev", "k", "st", "o'shea", "tate", "tait"])).map(
    " ".join
)


@given(st.lists(st.tuples(FOLDED | NAMES, FOLDED | NAMES), min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_a_score_is_what_it_was_at_first(pairs: list[tuple[str, str]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS pg_temp.first_score(text, text)")
        cursor.execute(FIRST)
        cursor.execute(BOTH, [[typed for typed, _ in pairs], [names for _, names in pairs]])
        for typed, names, now, first in cursor.fetchall():
            assert now == pytest.approx(first, abs=1e-5), (typed, names)
