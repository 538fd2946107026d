"""Unusual viewing, from the log: who looked at people in a way that asks for a question.

Everybody is watched alike, the Intelligence Manager too. It is a question, not a finding: somebody
else than the one concerned notes what it was.
"""

from .answers import viewing_answer, viewing_opened
from .bursts import Burst, bursts
from .opened import OPENED, View
from .watch import viewing_watch

__all__ = [
    "OPENED",
    "Burst",
    "View",
    "bursts",
    "viewing_answer",
    "viewing_opened",
    "viewing_watch",
]
