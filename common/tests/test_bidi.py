"""What a person typed turns nothing round that stands beside it."""

from hypothesis import given
from hypothesis import strategies as st

from common.bidi import CONTROLS, isolated


@given(st.text(st.sampled_from("aé אب -\u202e\u2067\u200f")))
def test_only_characters_of_direction_are_left_out(text: str) -> None:
    kept = isolated(text)
    assert not CONTROLS & set(kept)
    assert kept == text.translate(dict.fromkeys(map(ord, CONTROLS)))
