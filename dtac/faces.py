"""What the gallery shows: a page of a part, and how many each part has, by kept statements."""

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString

from common import dates
from common.db import IsOneOf
from common.parts import drawn
from common.prepared import Prepared
from common.refs import parse_subject_ref
from dtac.kept import Kept, Made
from dtac.presenters import Card, cards
from exclusions.models import Notice
from exclusions.querysets import next_lapse
from incidents.models import Report
from members.audience import READER, audience_shape, somebody_like
from members.models import User
from offenders.found import Lengths, profiles_found, words_of, words_shape, words_values
from offenders.models import Photo, ProfilePhoto, ProfileVersion
from offenders.querysets import gallery_parts
from offenders.search import Asked

SAME: Final = ("all", "excluded", "top", "area", "known", "sought", "warning")
"""The parts that hold the same for all who may see the same."""
PARTS: Final = (*SAME, "new")
AT_ONCE: Final = 24
"""Faces of one page. Whoever comes back to a long list gets ten times as many: that isn't kept."""


def _seen(
    like: str, at: dt.datetime, on: dt.date, since: dt.datetime | None, reader: dict[str, Any]
) -> tuple[Any, dict[str, Q]]:
    """Return the versions that such a reader sees, and the conditions of the gallery's parts."""
    user = somebody_like(like, **reader)
    excluded = Notice.objects.in_force_at(at, on).values("subject")
    parts = gallery_parts(user, excluded=excluded, since=since)
    return ProfileVersion.objects.visible_to(user, on=on), parts


def _counts(like: str, *, at: dt.datetime, on: dt.date, **reader: Any) -> "QuerySet[Any, Any]":
    seen, parts = _seen(like, at, on, None, reader)
    return seen.with_counts_by_part({name: parts[name] for name in SAME})  # type: ignore[no-any-return]


def _new(like: str, *, on: dt.date, since: dt.datetime, **reader: Any) -> "QuerySet[Any, Any]":
    user = somebody_like(like, **reader)
    new = gallery_parts(user, excluded=Notice.objects.none(), since=since)["new"]
    found = ProfileVersion.objects.visible_to(user, on=on).filter(new)
    return found.with_counts_by_part({"new": Q()})  # type: ignore[no-any-return]


def _page(
    shape: tuple[str, str],
    *,
    at: dt.datetime,
    on: dt.date,
    start: int,
    most: int,
    since: dt.datetime | None = None,
    **reader: Any,
) -> "QuerySet[Any, Any]":
    like, show = shape
    seen, parts = _seen(like, at, on, since, reader)
    rows = seen.for_list().filter(parts[show]).only(*SHOWN)
    return rows[start : start + most]  # type: ignore[no-any-return]


def _found(
    shape: tuple[str, str], *, keys: list[int], at: dt.datetime, on: dt.date,
    since: dt.datetime, **reader: Any,
) -> "QuerySet[Any, Any]":  # fmt: skip
    like, show = shape
    seen, parts = _seen(like, at, on, since, reader)
    return seen.among(keys, {name: parts[name] for name in PARTS}, show)  # type: ignore[no-any-return]


def _fitting(
    shape: tuple[str, Lengths], *, keys: list[int], on: dt.date, **values: Any
) -> "QuerySet[Any, Any]":
    like, lengths = shape
    asked = words_of(lengths, values)
    seen = ProfileVersion.objects.visible_to(somebody_like(like, **values), on=on).for_list()
    found = seen.filter(IsOneOf("pk", keys)).only(*SHOWN)
    return found.with_what_fits(asked)


SHOWN: Final = ("known", "name", "line", "warnings", "subject__ref", "main_photo__uuid")
"""What a card says of a version: its other columns are long."""
COUNTS: Final = Prepared(_counts, may_ignore=READER)
NEW: Final = Prepared(_new, may_ignore=READER)
PAGE: Final = Prepared(_page, may_ignore=(*READER, "at", "since"))
FOUND: Final = Prepared(_found, may_ignore=READER, planned=True)
FITTING: Final = Prepared(_fitting, may_ignore=READER)
KEPT: Final = Kept()


class Faces(list[Card]):
    """Cards of one page, drawn once for all who see the same."""

    @cached_property
    def html(self) -> SafeString:
        """The cards as they stand in the page."""
        return drawn("faces", {"faces": self})


@dataclass(frozen=True)
class Gallery:
    """The gallery as a user sees it at a moment; `since` is when they left it before."""

    user: User
    at: dt.datetime
    since: dt.datetime | None

    @property
    def _values(self) -> dict[str, Any]:
        return {"at": self.at, "on": dates.london_date(self.at)}

    @property
    def _since(self) -> dict[str, Any]:
        return {} if self.since is None else {"since": self.since}

    @cached_property
    def _made(self) -> Made:
        return KEPT.now()

    @cached_property
    def _holds_until(self) -> dt.datetime | None:
        return next_lapse(self.at)

    def _kept(
        self, query: Prepared, shape: Hashable, values: dict[str, Any], make: Callable[[], Any]
    ) -> Any:
        """Return what is made of a query, made now or before for anybody it finds the same for.

        That is whoever has the same values in its statement. The moment is one of them, too; until
        when it tells nothing else is asked apart.
        """
        told = (
            tuple(value) if isinstance(value, list) else value
            for name, value in query.used(shape, **values).items()
            if name != "at"
        )
        return self._made.get((query, shape, *told), self.at, make, lambda: self._holds_until)

    def counts(self) -> dict[str, int]:
        """Return how many there are in each part."""
        like, reader = audience_shape(self.user)
        values = self._values | reader

        def count() -> dict[str, int]:
            (found,) = COUNTS.rows(like, **values) or [(0,) * len(SAME)]
            return dict(zip(SAME, found, strict=True))

        new = NEW.rows(like, **self._since, on=values["on"], **reader) if self.since else []
        return {**self._kept(COUNTS, like, values, count), "new": new[0][0] if new else 0}

    def page(self, show: str, start: int, most: int) -> Faces:
        """Return the cards of so many of a part from a place on, the newest first."""
        like, reader = audience_shape(self.user)
        values = self._values | reader | {"start": start, "most": most}

        def make() -> Faces:
            since = self._since if show == "new" else {}
            return Faces(cards(PAGE.rows((like, show), **values, **since), top_ten=True))

        if show == "new" or most > AT_ONCE:
            return make()
        found: Faces = self._kept(PAGE, (like, show), values, make)
        return found

    def found(self, text: str, show: str) -> tuple[list[int], dict[str, int]]:
        """Return the keys of the versions that a search finds in a part, the best first.

        And how many it finds in each part.
        """
        keys = profiles_found(self.user, text)
        like, reader = audience_shape(self.user)
        # At a first visit nothing is new: what is published after now. One statement for both.
        values = self._values | {"since": self.since or self.at} | reader
        rows = FOUND.rows((like, show), keys=keys, **values) if keys else []
        if not rows:
            return [], dict.fromkeys(PARTS, 0)
        inside, *counts = rows[0]
        there = set(inside or ())
        return [key for key in keys if key in there], dict(zip(PARTS, counts, strict=True))

    def faces(self, keys: Sequence[int], text: str) -> list[ProfileVersion]:
        """Return the versions of these keys in their order, each with what fits the search."""
        if not keys:
            return []
        asked = Asked.of("" if parse_subject_ref(text) else text)
        like, reader = audience_shape(self.user)
        on = dates.london_date(self.at)
        shape, words = (like, words_shape(asked)), words_values(asked)
        rows = FITTING.rows(shape, keys=list(keys), on=on, **words, **reader)
        place = {key: number for number, key in enumerate(keys)}
        return sorted(rows, key=lambda row: place[row.pk])


def gallery_of(user: User, since: dt.datetime | None) -> Gallery:
    """Return the gallery as a user sees it now."""
    return Gallery(user, timezone.now(), since)


def profiles_called(user: User, text: str, most: int) -> list[ProfileVersion]:
    """Return the versions this user sees that fit a search best, at most so many; none for none."""
    keys = profiles_found(user, text)[:most] if text else []
    return Gallery(user, timezone.now(), None).faces(keys, "")


NOTICE: Final = Prepared(
    lambda shape, subject, at, on: (
        Notice.objects.in_force_at(at, on).filter(subject=subject).order_by("-ends_on")[:1]
    ),
    planned=True,
)
PHOTOS: Final = Prepared(
    lambda shape, version: ProfilePhoto.objects.filter(version=version).select_related("photo"),
    planned=True,
)


def notice_of(subject: int) -> Notice | None:
    """Return the notice of a subject (key) that is in force now, the last to end; else None."""
    now = timezone.now()
    return next(iter(NOTICE.rows(subject=subject, at=now, on=dates.london_date(now))), None)


def photos_of(version: ProfileVersion) -> list[Photo]:
    """Return the photos that a version shows, in their order."""
    return [shown.photo for shown in PHOTOS.rows(version=version.pk)]


def _asked(shape: None, *, user: int) -> "QuerySet[Any, Any]":
    own = Report.objects.filter(reporter=user).show("asked", User(pk=user))
    return own.order_by("sent_at").values_list("ref", flat=True)[:5]


ASKED: Final = Prepared(_asked, planned=True)


def asked_of(user: User) -> list[str]:
    """Return the first reports whose sender the manager has asked something."""
    return ASKED.rows(user=user.pk)
