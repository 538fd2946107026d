"""Whose name a pack shows. A reporter is Witness 1, 2, 3 ... unless their statement names them.

Shown or withheld per statement: somebody with two statements, one of each, is named in the one and
a number everywhere else, so that the one does not give the other away.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from exclusions.models import CaseFile, CaseIncident, CaseStatement
from incidents.models import Attachment
from members.models import Member, User

SHORTEST: Final = 3
"""Latin letters of a part of a name that is looked for by itself: "Jo" is in too many texts."""
NO_NAMES: Final = frozenset(
    ("mr", "mrs", "ms", "miss", "mx", "dr", "sir", "jr", "sr", "junior", "senior", "the", "and",
     "owner", "manager", "store", "shop", "staff")
)  # fmt: skip
WITHHELD = "name withheld"

Key = tuple[str, int]


def _key(name: str, member_id: int) -> Key:
    return " ".join(_words(name)), member_id


def _words(text: str) -> list[str]:
    """Return a text's words without case, accents and punctuation: "O’Brien" is "obrien"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return re.findall(r"[^\W_]+", re.sub(r"['’ʼ`´]", "", plain))


class Names:
    """Labels of the people behind a case file's reports, files and statements, as they come."""

    def __init__(
        self, incidents: Sequence[CaseIncident], statements: Sequence[CaseStatement]
    ) -> None:
        self._numbers: dict[Key, int] = {}
        for each in incidents:
            self._take(_key(each.report.reporter.name, each.report.member_id))
        for one in statements:
            self._take(_key(one.witness_name, one.member_id))
        told: dict[Key, set[bool]] = {}
        for one in statements:
            told.setdefault(_key(one.witness_name, one.member_id), set()).add(one.name_shown)
        self._shown = {key for key, shown in told.items() if shown == {True}}

    def _take(self, key: Key) -> None:
        self._numbers.setdefault(key, len(self._numbers) + 1)

    def shows(self, user: User, member: Member) -> bool:
        """Whether the pack names a user who reported or sent something for that business."""
        return user.is_intel or _key(user.name, member.pk) in self._shown

    def of_user(self, user: User, member: Member) -> str:
        """Return what the pack calls a user who reported or sent something for that business."""
        if user.is_intel:
            return f"{user.name}, Intelligence Manager"
        key = _key(user.name, member.pk)
        if key in self._shown:
            return f"{user.name}, {member.name}"
        self._take(key)
        return f"Witness {self._numbers[key]}, {member.name}"

    def of_statement(self, statement: CaseStatement) -> str:
        """Return whose statement it is, as the pack says it."""
        if statement.name_shown:
            return statement.witness_name
        number = self._numbers[_key(statement.witness_name, statement.member_id)]
        return f"Witness {number} ({WITHHELD})"


@dataclass(frozen=True)
class Left:
    """A name to be withheld that seems to stand in a text of the pack."""

    name: str
    place: str


def names_left_in(case: CaseFile) -> list[Left]:
    """Return where a name that is to be withheld seems to stand in what the pack tells.

    The whole name, or a part of it by itself as a word. The subject's own names are none. It is a
    help, no proof: a nickname or a slip of the pen is found by who reads the pack.
    """
    incidents = list(
        case.incidents.select_related(
            "report__reporter__member", "report__member", "report__premises"
        )
    )
    statements = list(case.statements.select_related("member", "incident__report"))
    subject = case.subject
    own = {
        word
        for name in (subject.name, *subject.aliases.values_list("name", flat=True))
        for word in _words(name)
    }
    wanted = [_Wanted.of(name, own) for name in sorted(_withheld(incidents, statements))]
    texts = [_Text.of(place, text) for place, text in _texts(case, incidents, statements) if text]
    return [
        Left(name.name, text.place) for name in wanted for text in texts if name.stands_in(text)
    ]


def _withheld(incidents: Sequence[CaseIncident], statements: Sequence[CaseStatement]) -> set[str]:
    """Return the names that the pack must not show anywhere."""
    names = Names(incidents, statements)
    people = [(each.report.reporter, each.report.member) for each in incidents]
    wanted = [each.report_id for each in incidents if each.with_files]
    files = Attachment.objects.filter(report__in=wanted).select_related(
        "added_by__member", "report__member"
    )
    people += [(file.added_by, file.report.member) for file in files]
    hidden = {user.name for user, member in people if not names.shows(user, member)}
    return hidden | {one.witness_name for one in statements if not one.name_shown}


def _texts(
    case: CaseFile, incidents: Iterable[CaseIncident], statements: Iterable[CaseStatement]
) -> list[tuple[str, str]]:
    """Return everything that somebody typed and the pack prints, each with where it stands."""
    texts = [("the first page", case.words)]
    for each in incidents:
        report = each.report
        typed = (each.account, report.vehicle_words, report.weapon_words, report.police_ref)
        texts += [(report.ref, text) for text in typed]
    for one in statements:
        of = one.incident.report.ref if one.incident else one.member.name
        texts += [(f"the statement on {of}", text) for text in (one.words, one.occupation)]
    return texts


@dataclass(frozen=True)
class _Text:
    place: str
    words: frozenset[str]
    whole: str = field(repr=False)

    @classmethod
    def of(cls, place: str, text: str) -> "_Text":
        words = _words(text)
        return cls(place, frozenset(words), f" {' '.join(words)} ")


@dataclass(frozen=True)
class _Wanted:
    name: str
    whole: str
    parts: frozenset[str]

    @classmethod
    def of(cls, name: str, own: set[str]) -> "_Wanted":
        words = [word for word in _words(re.sub(r"\(.*?\)", " ", name)) if word not in NO_NAMES]
        parts = {word for word in words if word not in own and _is_telling(word)}
        return cls(name, f" {' '.join(words)} " if words else "", frozenset(parts))

    def stands_in(self, text: _Text) -> bool:
        return bool(self.parts & text.words) or (bool(self.whole) and self.whole in text.whole)


def _is_telling(word: str) -> bool:
    """Whether a part of a name says something by itself; other scripts say more with fewer."""
    return len(word) >= (SHORTEST if word.isascii() else 2)
