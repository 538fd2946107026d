"""Five hundred misspelt names: the right person is on the first page in 95 of 100."""

import random

import pytest

from dtac.demo import words
from offenders.models import ProfileVersion, Subject
from tests.cast import Cast
from tests.factories import many_known

PEOPLE, TRIES, PAGE = 1200, 500, 24
SOUNDS = (("ph", "f"), ("ck", "k"), ("c", "k"), ("ie", "y"), ("y", "ie"), ("ee", "ea"), ("z", "s"),
          ("ll", "l"), ("tt", "t"), ("ss", "s"), ("oo", "u"), ("ai", "ay"), ("e", "i"),
          ("sh", "ch"), ("n", "nn"), ("v", "f"))  # fmt: skip
NEIGHBOURS = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wqreytiuopsadgfjhklxzvcbnm", strict=True))


def slip(rng: random.Random, name: str) -> str:
    """A finger's slip in one letter or two neighbouring ones."""
    place = rng.randrange(1, len(name) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    if kind == 1:
        return name[:place] + name[place + 1 :]
    if kind == 2:
        return name[:place] + name[place] + name[place:]
    return name[:place] + NEIGHBOURS.get(name[place].lower(), "e") + name[place + 1 :]


def by_ear(rng: random.Random, name: str) -> str:
    """The name as somebody writes it who only heard it."""
    heard = name.lower()
    fitting = [pair for pair in SOUNDS if pair[0] in heard[1:]] or [(heard[-1], heard[-1] * 2)]
    old, new = rng.choice(fitting)
    return heard[0] + heard[1:].replace(old, new, 1)


def swapped(rng: random.Random, name: str) -> str:
    """Family name first, with a slip."""
    given, _, family = name.partition(" ")
    return f"{family} {slip(rng, given)}"


def cut(rng: random.Random, name: str) -> str:
    """The beginnings of the words."""
    given, _, family = name.partition(" ")
    return f"{given[: max(3, len(given) - 2)]} {family[: max(3, len(family) - 2)]}"


def initial(rng: random.Random, name: str) -> str:
    """An initial and the family name."""
    given, _, family = name.partition(" ")
    return f"{given[0]} {slip(rng, family)}"


KINDS = (slip, by_ear, swapped, cut, initial)


@pytest.fixture
def known(cast: Cast) -> dict[str, str]:
    rng = random.Random(95)
    given = sorted({name for names in words.GIVEN.values() for name in names})
    names = [f"{first} {family}" for first in given for family in sorted(set(words.FAMILY))]
    rng.shuffle(names)
    names = names[:PEOPLE]
    return {subject.name: subject.ref for subject in many_known(cast.intel, names)}


def test_the_right_person_is_on_the_first_page(cast: Cast, known: dict[str, str]) -> None:
    rng = random.Random(2002)
    missed: dict[str, list[str]] = {kind.__name__: [] for kind in KINDS}
    for number in range(TRIES):
        name = rng.choice(sorted(known))
        kind = KINDS[number % len(KINDS)]
        typed = kind(rng, name)
        rows = ProfileVersion.objects.visible_to(cast.staff).for_list().best(typed, PAGE)
        if known[name] not in {row.subject.ref for row in rows}:
            missed[kind.__name__].append(f"{typed} for {name}")
    found = TRIES - sum(map(len, missed.values()))
    assert found >= TRIES * 0.95, (found, missed)
    assert all(len(names) <= TRIES / len(KINDS) * 0.1 for names in missed.values()), missed


def test_the_manager_finds_the_right_record_too(cast: Cast, known: dict[str, str]) -> None:
    rng = random.Random(2026)
    missed = []
    for number in range(TRIES // 5):
        name = rng.choice(sorted(known))
        typed = KINDS[number % len(KINDS)](rng, name)
        rows = Subject.objects.visible_to(cast.intel).best(typed, PAGE)
        if known[name] not in {row.ref for row in rows}:
            missed.append(f"{typed} for {name}")
    assert len(missed) <= TRIES // 5 * 0.05, missed
