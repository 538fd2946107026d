"""Names and references are taken out of what stays; parts of names are pointed out."""

import pytest

from common.forgetting import REMOVED, Words

WORDS = Words(names=["Kevin Marsh", "Zoë O’Brien", "Kez"], refs=["D-0042", "INC-2026-00017"])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Kevin Marsh ran.", f"{REMOVED} ran."),
        ("KEVIN  MARSH’s bag", f"{REMOVED}’s bag"),
        ("Kevin-Marsh, Kevin, Marsh", f"{REMOVED}, {REMOVED}"),
        ("zoë o'brien and Kez", f"{REMOVED} and {REMOVED}"),
        ("Kezia stays, Kevin Marshall too", "Kezia stays, Kevin Marshall too"),
        ("d42, D 0042, D-42 and D-421", f"{REMOVED}, {REMOVED}, {REMOVED} and D-421"),
        ("see inc 2026 17.", f"see {REMOVED}."),
        ("the marsh", "the marsh"),
    ],
)
def test_what_is_written_out_is_taken_out(text: str, left: str) -> None:
    assert WORDS.cleared(text) == left


def test_lists_and_json_are_looked_through() -> None:
    held = {"people": [{"named_as": "kevin marsh", "n": 3}], "words": None}
    assert WORDS.cleared(held) == {"people": [{"named_as": REMOVED, "n": 3}], "words": None}


def test_a_part_of_a_name_is_pointed_out() -> None:
    assert WORDS.hinted("It was Marsh again.")
    assert WORDS.hinted({"words": ["kevin"]})
    assert not WORDS.hinted("Marshmallows and Kevins.")
    assert not Words(refs=["D-0042"]).hinted("anything")


def test_nothing_to_forget_changes_nothing() -> None:
    assert Words().cleared("Kevin Marsh, D-0042") == "Kevin Marsh, D-0042"
    assert Words(names=["Al", "-"]).cleared("Al was here") == "Al was here"


def test_a_name_that_somebody_else_bears_is_only_pointed_out() -> None:
    words = Words(names=["Kez"], doubtful=["Kevin Marsh"])
    assert words.cleared("Kevin Marsh, called Kez") == f"Kevin Marsh, called {REMOVED}"
    assert words.hinted("Kevin Marsh")
