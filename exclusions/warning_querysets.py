"""Warning letters, scoped in SQL, and the second matters that suggest a notice."""

import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

from common import dates

from .querysets import has_lapsed

if TYPE_CHECKING:
    from members.models import User

LETTER_REF = re.compile(r"WRN-\d{4}-\d+", re.IGNORECASE)
STILL_SUGGESTS = dt.timedelta(days=30)
"""So long after its last day a warning still suggests a notice: a matter of its last days may be
accepted later."""


class WarningQuerySet(models.QuerySet[Any]):
    """Warning letters."""

    def visible_to(self, user: "User") -> Self:
        """All for the Intelligence Manager, none for anybody else: nobody is kept out by one."""
        return self if user.role == "intel" else self.none()

    def running(self, *, on: dt.date | None = None) -> Self:
        """Those that run on a London day, today by default: given, not ended, not withdrawn."""
        day = on or dates.today()
        return self.filter(
            Q(withdrawn_on=None) | Q(withdrawn_on__gt=day), given_on__lte=day, ends_on__gte=day
        )

    def given(self) -> Self:
        """Those that were given and count: not withdrawn."""
        return self.filter(given_at__isnull=False, withdrawn_at=None)

    def to_give(self) -> Self:
        """Those that are written, and neither given nor withdrawn."""
        return self.filter(given_at=None, withdrawn_at=None)

    def show(self, part: str) -> Self:
        """One part of the list: running, to_give, over (withdrawn ones too), or all of it."""
        if part == "running":
            return self.running()
        if part == "to_give":
            return self.to_give()
        if part == "over":
            return self.filter(Q(withdrawn_at__isnull=False) | Q(ends_on__lt=dates.today()))
        return self

    def search(self, text: str, user: "User") -> Self:
        """By the letter's reference, or the reference or name of a record that this user sees.

        All of them for an empty text. The reference of a record that became part of another finds
        the letters of that one.
        """
        if not text:
            return self
        if LETTER_REF.fullmatch(text.strip()):
            return self.filter(ref__iexact=text.strip())
        from offenders.models import Subject

        found = Subject.objects.visible_to(user).search(text).values("pk")
        return self.filter(Q(ref__istartswith=text) | Q(subject__in=found))

    def suggesting(self) -> Self:
        """Those after which something happened that suggests a notice, and nothing was decided.

        None where a notice is in force or to be served. It runs, or ended within STILL_SUGGESTS.
        """
        from .models import Notice

        recent = self.filter(
            withdrawn_at=None,
            given_on__isnull=False,
            ends_on__gte=dates.today() - STILL_SUGGESTS,
        )
        held = Notice.objects.standing().filter(subject=OuterRef("subject"))
        matters = second_matters().filter(subject__in=recent.order_by().values("subject"))
        return recent.filter(pk__in=matters.values("letter_id")).exclude(Exists(held))


def second_matters() -> Any:
    """Return involvements that are a second matter: derived, never typed.

    What an accepted incident says that somebody did, after a warning was given to them and within
    its months. Not what the letter itself rests on, what a notice cites already, nor what was let
    go. A notice that was never served, or that nobody confirmed, settles nothing: what it cited is
    to be decided again. A sighting is none. Each row carries `letter_id`, the key of the warning.
    """
    from incidents.models import Involvement

    from .models import MatterLetGo, Notice, NoticeGround, WarningGround, WarningLetter

    letter, report = OuterRef("pk"), OuterRef(OuterRef("report"))
    covering = (
        WarningLetter.objects.filter(
            subject=OuterRef("subject"),
            withdrawn_at=None,
            given_at__lt=OuterRef("report__occurred_at"),
            ends_on__gte=OuterRef("report__occurred_on"),
        )
        .exclude(Exists(WarningGround.objects.filter(letter=letter, report=report)))
        .exclude(Exists(MatterLetGo.objects.filter(letter=letter, report=report)))
        .order_by("-given_at")
    )
    settling = Notice.objects.exclude(served_at=None, revoked_at__isnull=False).exclude(
        has_lapsed()
    )
    cited = NoticeGround.objects.filter(
        report=OuterRef("report"),
        notice__subject=OuterRef("subject"),
        notice__in=settling.values("pk"),
    )
    return (
        Involvement.objects.filter(
            part=Involvement.Part.DID_IT,
            report__status="accepted",
            report__kind="incident",
            subject__isnull=False,
        )
        .filter(Exists(covering))
        .exclude(Exists(cited))
        .annotate(letter_id=Subquery(covering.values("pk")[:1]))
    )
