"""The demo's intelligence: one to grade, one graded, one shared."""

import datetime as dt
import uuid

from common import dates
from incidents.services.intelligence import (
    Grade,
    IntelligenceInput,
    intelligence_give,
    intelligence_grade,
    intelligence_share,
)
from members.models import User

from .faces import Face

SPACE = uuid.UUID("0f4e2f4a-7a4e-4c0e-9d0c-3f3f6f6d6a55")
GIVEN = (
    ("other@dtac.example", "A man in the bar offered razors from a rucksack, half price."),
    ("staff@dtac.example", "Two of them change clothes in the car park before they come in."),
    ("police@dtac.example", "A group plans to come by train on Saturday for the sales."),
)


def load_intelligence(*, users: dict[str, User], faces: list[Face]) -> None:
    """Give three pieces, grade two, share one."""
    intel = users["intel@dtac.example"]
    rows = [
        intelligence_give(
            by=users[email],
            data=IntelligenceInput(client_id=uuid.uuid5(SPACE, str(number)), text=text),
        )
        for number, (email, text) in enumerate(GIVEN)
    ]
    subject = next(face.subject for face in faces if face.subject.ref == "D-0042")
    for row, graded in zip(rows[1:], (Grade("2", "B", "P"), Grade("1", "A", "P")), strict=True):
        intelligence_grade(
            by=intel,
            intelligence=row,
            revision=row.revision,
            grade=graded,
            subjects=[subject] if row is rows[1] else [],
        )
    shared = rows[2]
    shared.refresh_from_db()
    intelligence_share(
        by=intel,
        intelligence=shared,
        revision=shared.revision,
        text="A group may come on Saturday for the sales. Look out for rucksacks.",
        audience={"audience": "all"},
        until=dates.today() + dt.timedelta(days=14),
    )
