"""Whether anybody is named where nobody may be: in logs, in the subjects of e-mails, in numbers."""

import ast
import re
from email import message_from_string, policy
from pathlib import Path
from typing import Final

from tests.stack import Demo

NAMES: Final = """
SELECT name FROM offenders_subject WHERE name LIKE '% %'
 UNION SELECT name FROM offenders_alias WHERE name LIKE '% %'
 UNION SELECT named_as FROM incidents_involvement WHERE named_as LIKE '% %'
 UNION SELECT name FROM offenders_recognition WHERE name LIKE '% %'
 UNION SELECT name FROM members_user WHERE name LIKE '% %'
 UNION SELECT email FROM members_user
"""
ABOUT: Final = """
SELECT name FROM offenders_subject WHERE name LIKE '% %'
 UNION SELECT name FROM offenders_alias WHERE name LIKE '% %'
"""

WELCOME: Final = {
    f"{name}@dtac.example"
    for name in ("staff", "store", "other", "police", "intel", "board", "admin")
}
"""The demo's sign-ins, which its launcher prints on its screen on purpose."""


def names_in(demo: Demo, statement: str = NAMES) -> set[str]:
    """Return the names of everybody in a demo, and the addresses that they sign in with."""
    return {name for (name,) in ast.literal_eval(demo.sql(statement))}


def named(text: str, names: set[str]) -> set[str]:
    """Return which of these names stand in a text, in whatever case, as words of their own."""
    plain = " ".join(text.casefold().split())
    likely = {name for name in names if name.casefold() in plain}
    return {
        name
        for name in likely
        if re.search(rf"(?<![^\W_]){re.escape(name.casefold())}(?![^\W_])", plain)
    }


def logs_of(demo: Demo) -> dict[str, str]:
    """Return what each program of a demo wrote into its log, and the launcher on its screen."""
    files: list[Path] = sorted((demo.data / "logs").glob("*.log*"))
    found = {path.name: path.read_text(errors="replace") for path in files}
    return found | {"screen": demo.told()}


def nobody_is_named(demo: Demo, names: set[str]) -> None:
    """Fail if a log names anybody."""
    told = {name: named(text, names - WELCOME) for name, text in logs_of(demo).items()}
    assert not any(told.values()), {
        name: sorted(found)[:5] for name, found in told.items() if found
    }


def subject_of(letter: str) -> str:
    """Return the subject of an e-mail as people read it: other letters than ASCII are encoded."""
    return str(message_from_string(letter.lstrip(), policy=policy.default)["Subject"] or "")


def subjects_name_nobody(demo: Demo) -> None:
    """Fail if the subject of an e-mail names somebody who is on record."""
    subjects = [subject_of(letter) for letter in demo.mails]
    assert all(subjects), "a letter without a subject: is it read rightly?"
    assert not named("\n".join(subjects), names_in(demo, ABOUT))
