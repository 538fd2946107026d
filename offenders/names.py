"""Whether a text names somebody: for words that travel further than a profile may."""

import re
import unicodedata
from collections.abc import Collection

from offenders.models import Alias, ProfileVersion, Subject

SHORTEST, JOINED = 3, 6
"""Letters a name needs to be looked for, and above which it is found within a longer word."""


def names_somebody(text: str, *, about: Collection[int] = (), bent: bool = True) -> bool:
    """Whether a text names anybody published, as names_said() looks for them."""
    return bool(names_said(text, about=about, bent=bent))


def names_said(text: str, *, about: Collection[int] = (), bent: bool = True) -> set[int]:
    """Return whom of those published a text names (keys), however the name is joined or bent.

    Of the subjects it is `about` (keys) each part of a name counts; of everybody else published
    the family name, the whole name and the aliases: "Paul's Bakery robbed" may be said. Without
    `bent` an alias of anybody else counts only where it is written as a name is, with a capital
    within a sentence: "in a blue cap" may be said, whoever is called Blue.
    """
    words = _folded(text)
    said, whole = {*words, *(word.removesuffix("s") for word in words)}, "".join(words)
    written = _written_as_names(text)
    # Held ones too: who objected may be named less freely than before, not more.
    rows = ProfileVersion.objects.current().values_list("subject_id", "name", "aliases")
    found = set()
    for subject_id, name, aliases in rows:
        parts = _folded(name)
        nicknames = [_folded(alias) for alias in aliases]
        telling = [parts, _folded(name.rpartition(" ")[2])]
        if subject_id in about:
            telling += [[part] for part in parts]
        if bent or subject_id in about:
            telling += nicknames
        elif any(_is_said(told, written, "") for told in nicknames):
            found.add(subject_id)
        if any(_is_said(told, said, whole) for told in telling):
            found.add(subject_id)
    return found


def names_of_record(text: str, keys: Collection[int]) -> bool:
    """Whether a text names any of these subjects (keys) as their working record does.

    Each part of a name counts, and each alias, published or not.
    """
    words = _folded(text)
    said, whole = {*words, *(word.removesuffix("s") for word in words)}, "".join(words)
    names = Subject.objects.filter(pk__in=keys).values_list("name", flat=True)
    aliases = Alias.objects.filter(subject__in=keys).values_list("name", flat=True)
    telling = [_folded(alias) for alias in aliases]
    for parts in map(_folded, names):
        telling += [parts, *([part] for part in parts)]
    return any(_is_said(told, said, whole) for told in telling)


def named_on_record(text: str, *, about: Collection[int] = ()) -> list[Subject]:
    """Return the subjects whom a text names, published or not, by name, alias or reference.

    Of those it is `about` (keys) each way to write a name counts; of everybody else on record the
    whole name, and a family name or alias written as one, with a capital within a sentence.
    """
    words = _folded(text)
    said, whole = {*words, *(word.removesuffix("s") for word in words)}, "".join(words)
    written = _written_as_names(text)
    refs = {ref.upper() for ref in re.findall(r"\b[dD]-\d+\b", text)}
    nicknames: dict[int, list[list[str]]] = {}
    for subject_id, alias in Alias.objects.values_list("subject_id", "name"):
        nicknames.setdefault(subject_id, []).append(_folded(alias))
    found = []
    for pk, ref, name in Subject.objects.values_list("pk", "ref", "name"):
        full, family = _folded(name), _folded(name.rpartition(" ")[2])
        bent = [*([part] for part in full), *nicknames.get(pk, ())] if pk in about else []
        capital = [family, *nicknames.get(pk, ())]
        is_said = any(_is_said(told, said, whole) for told in [full, *bent])
        if is_said or ref in refs or any(_is_said(told, written, "") for told in capital):
            found.append(pk)
    return list(Subject.objects.filter(pk__in=found).order_by("ref"))


def surname_parts(name: str) -> set[str]:
    """Return the folded parts of a whole name's last word: "Ann Smith-Jones" gives two.

    Nothing of a single word, which may be a first name, nor of parts too short to tell.
    """
    before, _, last = name.strip().rpartition(" ")
    return {part for part in _folded(last) if len(part) >= SHORTEST} if before else set()


def _folded(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[a-z]+", "".join(c for c in plain if not unicodedata.combining(c)))


def _written_as_names(text: str) -> set[str]:
    """Return the folded words that begin with a capital and no sentence."""
    found: set[str] = set()
    for match in re.finditer(r"\w+", text):
        word, before = match.group(), text[: match.start()].rstrip()
        if word[0].isupper() and before and before[-1] not in ".!?:":
            found.update(_folded(word))
            found.update(folded.removesuffix("s") for folded in _folded(word))
    return found


def _is_said(told: list[str], said: set[str], whole: str) -> bool:
    joined = "".join(told)
    if len(joined) < SHORTEST:
        return False
    return said.issuperset(told) or (len(joined) > JOINED and joined in whole)
