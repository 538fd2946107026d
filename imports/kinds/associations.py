"""Files of known associates: who acts with whom."""

from collections.abc import Sequence
from typing import ClassVar

from common.bulk import Refusal, Taken
from imports.known import OURS_UNNAMED, Known
from offenders.models import Subject
from offenders.takeover import association_taken, associations_save

from .base import Field, Kind, Line, Match, Told, fold_key, judged, keyed

NAMES = {"one": "one_name", "other": "other_name"}


class Associations(Kind):
    code = "associations"
    main = "offenders.association"
    about = "Who acts with whom, where no report says so. On the working records: for you only."
    after = ("subjects",)
    is_about_people = True
    fields: ClassVar[tuple[Field, ...]] = (
        keyed("association id", "link id", example="7"),
        Field("one", "Who", "Their number in the file of subjects; ours (D-0042) with the name.",
              needed=True, also=("subject", "subject id", "offender", "offender id", "person",
              "person id", "first", "subject number", "offender number"), example="1042"),
        Field("one_name", "Name", "Compared with the record. Needed where “Who” is our reference.",
              also=("subject name", "offender name", "person name"), example="Kevin Marsh",
              most=120),
        Field("other", "With whom", "As above, for the other person.", needed=True,
              also=("associate", "associate id", "associated with", "associate number", "other",
                    "linked to", "second", "second id", "known associate"), example="1043"),
        Field("other_name", "Name of the other", "Compared with the record, as above.",
              also=("associate name", "name of associate"), example="Ann Other", most=120),
        Field("words", "How they belong together", "", needed=True, also=("relationship", "link",
              "connection", "how linked", "how they know each other", "association"),
              example="Come in together; one keeps staff busy.", most=200),
        Field("source", "How we know", "Where it was kept until now, when empty.",
              also=("source", "evidence", "known from"), example="PC Lane, 3 November 2026",
              most=120),
    )  # fmt: skip

    def apart(self, line: Line) -> Sequence[str]:
        pair = sorted(fold_key(line.said(name)) for name in NAMES)
        return pair if all(pair) else []

    def match(self, line: Line, known: Known) -> Match | None:
        found = [_found(line, known, name) for name in NAMES]
        keys = sorted(subject.pk for subject, problem in found if subject and not problem)
        held = known.associations.get((keys[0], keys[1])) if len(keys) == 2 else None
        return Match(held, "These two are associated already: not changed.") if held else None

    def make(self, line: Line, known: Known, told: Told) -> Taken | None:
        people: list[Subject] = []
        for name, name_of in NAMES.items():
            subject, problem = _found(line, known, name)
            if problem:
                at_name = subject is not None and line.said(name_of)
                line.wrong(name_of if at_name else name, problem)
            elif subject:
                people.append(subject)
        if len(people) == 2 and people[0].pk == people[1].pk:
            line.wrong("other", "is the same person. Write the number of the other one.")
        if line.problems or len(people) < 2:
            return None
        source = "; ".join(filter(None, (line.get("source"), f"{told.source}, {told.ref}")))
        one, other = people
        return judged(line, lambda: association_taken(
            one, other, words=line.get("words", ""), source=source, stamp=told.stamp
        ))  # fmt: skip

    def save(self, lines: Sequence[Taken]) -> list[Refusal]:
        return associations_save(lines)

    def subjects_of(self, made: Taken) -> list[int]:
        return [made.main.first_id, made.main.second_id]


def _found(line: Line, known: Known, name: str) -> tuple[Subject | None, str]:
    """Return the subject that a cell names, and what is wrong with that, in words."""
    said, called = line.said(name), line.said(NAMES[name])
    if not said:
        return None, ""
    subject, is_ours = known.subject(said)
    if subject is None:
        return None, "is nobody here. Import the file of subjects first."
    if is_ours and not called:
        return subject, OURS_UNNAMED
    if called and not known.is_named(subject, called):
        return subject, f"is not the name on {subject.ref}. Look whether it is the same person."
    return subject, ""
