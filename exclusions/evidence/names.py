"""Whose name a pack shows. A reporter is Witness 1, 2, 3 ... unless their statement names them.

Shown or withheld per statement: somebody with two statements, one of each, is named in the one and
a number everywhere else, so that the one does not give the other away.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from exclusions.models import CaseFile, CaseIncident, CaseStatement
from members.models import User

SHORTEST: Final = 4
"""Letters of a family name that is looked for by itself: "Lee" is in too many words."""
WITHHELD = "name withheld"

Key = tuple[str, int]


def _key(name: str, member_id: int) -> Key:
    return " ".join(name.casefold().split()), member_id


class Names:
    """Labels of the people behind a case file's reports and statements, in the order they come."""

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

    def of_user(self, user: User) -> str:
        """Return what the pack calls a user who reported or sent something."""
        if user.is_intel:
            return f"{user.name}, Intelligence Manager"
        key = _key(user.name, user.member_id)
        if key in self._shown:
            return f"{user.name}, {user.member.name}"
        self._take(key)
        return f"Witness {self._numbers[key]}, {user.member.name}"

    def of_statement(self, statement: CaseStatement) -> str:
        """Return whose statement it is, as the pack says it."""
        if statement.name_shown:
            return statement.witness_name
        number = self._numbers[_key(statement.witness_name, statement.member_id)]
        return f"Witness {number} ({WITHHELD})"

    def withheld(
        self, incidents: Iterable[CaseIncident], statements: Iterable[CaseStatement]
    ) -> set[str]:
        """Return the names that the pack must not show anywhere."""
        names = {each.report.reporter for each in incidents}
        hidden = {
            user.name
            for user in names
            if not user.is_intel and _key(user.name, user.member_id) not in self._shown
        }
        return hidden | {one.witness_name for one in statements if not one.name_shown}


@dataclass(frozen=True)
class Left:
    """A name to be withheld that seems to stand in a text of the pack."""

    name: str
    place: str


def names_left_in(case: CaseFile) -> list[Left]:
    """Return where a name that is to be withheld seems to stand in what the pack tells.

    The whole name, or the family name by itself as a word. The subject's own names are none.
    """
    incidents = list(case.incidents.select_related("report__reporter__member", "report__premises"))
    statements = list(case.statements.select_related("member", "incident__report"))
    names = Names(incidents, statements).withheld(incidents, statements)
    subject = case.subject
    own = {
        word
        for name in (subject.name, *subject.aliases.values_list("name", flat=True))
        for word in name.casefold().split()
    }
    texts = [("the first page", case.words)]
    texts += [(each.report.ref, each.account) for each in incidents]
    texts += [(_place(one), one.words) for one in statements]
    return [
        Left(name, place)
        for name in sorted(names)
        for place, text in texts
        if _stands_in(name, text, own)
    ]


def _place(statement: CaseStatement) -> str:
    of = statement.incident.report.ref if statement.incident else statement.member.name
    return f"the statement on {of}"


def _stands_in(name: str, text: str, own: set[str]) -> bool:
    words = name.casefold().split()
    folded = " ".join(text.casefold().split())
    if " ".join(words) in folded:
        return True
    last = words[-1] if words else ""
    if len(last) < SHORTEST or last in own:
        return False
    return re.search(rf"(?<!\w){re.escape(last)}(?!\w)", folded) is not None
