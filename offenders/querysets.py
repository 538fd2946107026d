"""Subjects, profiles, photos and bulletins, scoped and searched in SQL."""

import datetime as dt
import uuid
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchHeadline
from django.db import models
from django.db.models import (
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Concat, JSONObject
from django.utils import timezone

from common import dates
from common.db import Fold, FoldNames, IsOneOf, Sounds
from common.refs import parse_subject_ref

from .search import Asked, Searched, likeness, may_be_named, word_queries

if TYPE_CHECKING:
    from members.models import User


NEARLY = 0.8  # from it on, one name may well be the other
FITS = ("\x02", "\x03")
"""Round the words that a search found: no sign that a text is written with."""
BULLETIN_MAIL = "bulletin:"
"""What the keys of a bulletin's e-mails begin with; its reference follows."""

# A record and those that became part of it, however many times over.
PARTS = """
WITH RECURSIVE led AS (
    SELECT %s::bigint AS id
    UNION
    SELECT part.id FROM offenders_subject part JOIN led ON part.merged_into_id = led.id
)
SELECT id FROM led
"""


def parts_of(subject: int) -> RawSQL:
    """Return the keys, in SQL, of a record (its key) and of those that are part of it by now."""
    return RawSQL(PARTS, [subject], output_field=models.BigIntegerField())  # noqa: S611


class SubjectQuerySet(Searched):
    """Working records. The Intelligence Manager's alone."""

    NEWEST = "updated_at"

    def visible_to(self, user: "User") -> Self:
        """All for the Intelligence Manager, none for anybody else (DESIGN section 3)."""
        return self if user.role == "intel" else self.none()

    def with_face(self) -> Self:
        """Each with the uuid of its primary photo, as `face`."""
        from .models import Photo  # the models module imports this one

        primary = Photo.objects.filter(subject=OuterRef("pk"), is_primary=True)
        return self.annotate(face=Subquery(primary.values("uuid")[:1]))

    def faces(self, keys: Iterable[int]) -> dict[int, uuid.UUID]:
        """Return the uuid of the primary photo of each of these subjects (keys) that has one."""
        rows = self.filter(pk__in=set(keys)).with_face().exclude(face=None)
        return dict(rows.values_list("pk", "face"))

    def with_publication(self, *, on: dt.date | None = None) -> Self:
        """Each with `live_number` and `live_review_on` of what members see now, or null."""
        from .models import ProfileVersion

        live = ProfileVersion.objects.live(on=on).filter(subject=OuterRef("pk"))
        return self.annotate(
            live_number=Subquery(live.values("number")[:1]),
            live_review_on=Subquery(live.values("review_on")[:1]),
        )

    def show(self, part: str) -> Self:
        """One part of the list: known, id_sought, unpublished, or all. Needs with_publication()."""
        if part in ("known", "id_sought"):
            return self.filter(status=part)
        return self.filter(live_number=None) if part == "unpublished" else self

    def named_like(self, name: str) -> Self:
        """Those whose own name or an alias is this one or nearly so, the nearest first."""
        if not name.strip():
            return self.none()
        return self._named(Asked.of(name)).filter(fit__gte=NEARLY).order_by("-fit", "pk")

    def _of(self, subject: Any) -> Self:
        return self.filter(pk=subject)

    def _named(self, asked: Asked) -> Self:
        """A record's names are its own and its aliases, each with indexes."""
        from .models import Alias

        own, others = (
            model.objects.order_by()
            .alias(folded=Fold(F("name")), heard=Sounds(F("name")))
            .filter(may_be_named(asked, "folded"))
            for model in (self.model, Alias)
        )
        aliases = Alias.objects.filter(subject=OuterRef("pk")).order_by().values("name")
        names = FoldNames(F("name"), ArraySubquery(aliases))
        # One list of keys, so that the indexes narrow it down before any row is looked at.
        keys = own.values("pk").union(others.values("subject"), all=True)
        near = likeness(Fold(Value(asked.text)), names)
        return self.annotate(fit=near).filter(pk__in=keys)


def _counts(parts: dict[str, Q]) -> dict[str, Count]:
    return {
        f"n_{name}": Count("pk", filter=condition) if condition else Count("pk")
        for name, condition in parts.items()
    }


class ProfileVersionQuerySet(Searched):
    """Published versions."""

    NEWEST = "active_at"

    def current(self, *, on: dt.date | None = None) -> Self:
        """What is published on a London day: not withdrawn, not past its last day; held or not."""
        return self.filter(
            superseded_at=None, withdrawn_at=None, expires_on__gte=on or dates.today()
        )

    def live(self, *, on: dt.date | None = None) -> Self:
        """What members may see on a London day: current, and no request holds it."""
        from .models import Restriction

        held = Restriction.objects.holding(on=on).filter(subject=OuterRef("subject"))
        return self.current(on=on).filter(~Exists(held))

    def visible_to(self, user: "User", *, on: dt.date | None = None) -> Self:
        """Live versions whose audience this user is in."""
        from members.audience import in_audience_of

        if not user.sees_profiles:
            return self.none()
        return self.live(on=on).filter(in_audience_of(user))

    def due_for_review(self, *, by: dt.date) -> Self:
        """Live versions to look at by a day, and those that show what the record lost.

        That is a warning that ended or a name that is gone; each says so as `behind`.
        """
        from .models import Alias, SubjectWarning

        held = SubjectWarning.objects.filter(subject=OuterRef("subject"), ended_at=None)
        named = Alias.objects.filter(subject=OuterRef("subject"), name=OuterRef("name"))
        lost_name = Q(known=True) & ~Q(name=F("subject__name")) & ~Exists(named)
        lost_warning = ~Q(warnings=[]) & ~Q(
            warnings__contained_by=ArraySubquery(held.values("marker"))
        )
        rows = self.live().annotate(
            behind=ExpressionWrapper(lost_name | lost_warning, models.BooleanField())
        )
        return rows.filter(Q(review_on__lte=by) | Q(behind=True))

    def for_list(self) -> Self:
        """With subject and face, newest first."""
        return self.select_related("subject", "main_photo").order_by("-active_at", "-pk")

    def among(self, keys: Iterable[int], parts: dict[str, Q], part: str) -> Any:
        """One row: which of these keys are in a part, and how many in each.

        No row for who sees nothing.
        """
        inside = ArrayAgg("pk", filter=parts[part]) if parts[part] else ArrayAgg("pk")
        rows = self.order_by().filter(IsOneOf("pk", keys)).annotate(one=Value(1)).values("one")
        counts = _counts(parts)
        return rows.annotate(inside=inside, **counts).values_list("inside", *counts)

    def with_counts_by_part(self, parts: dict[str, Q]) -> Any:
        """One row: how many there are in each part, in their order."""
        counts = _counts(parts)
        rows = self.order_by().annotate(one=Value(1)).values("one").annotate(**counts)
        return rows.values_list(*counts)

    def _of(self, subject: Any) -> Self:
        return self.filter(subject=subject)

    def _named(self, asked: Asked) -> Self:
        names = self.alias(heard=Sounds(F("search_names")))
        near = likeness(Fold(Value(asked.text)), F("search_names"))
        return names.annotate(fit=near).filter(may_be_named(asked, "search_names"))

    def with_what_fits(self, asked: Asked) -> Self:
        """Each with the words round those of a search, as `fits`: marked between FITS."""
        queries = word_queries(asked)
        if not queries or parse_subject_ref(asked.text):
            return self
        said = Concat(
            "line", Value("\n"), "description", Value("\n"), "mo", output_field=TextField()
        )
        headline = SearchHeadline(
            said,
            reduce(or_, queries),
            config="english",
            start_sel=FITS[0],
            stop_sel=FITS[1],
            max_words=9,
            min_words=4,
            max_fragments=2,
            fragment_delimiter=" … ",
        )
        return self.annotate(fits=headline)


def gallery_parts(user: "User", *, excluded: Any, since: dt.datetime | None) -> dict[str, Q]:
    """Return what each part of the gallery holds for a user, as conditions on versions.

    `excluded` selects the keys of excluded subjects; `since` is when the user last left, None at
    the first visit: then nothing is called new.
    """
    from members.audience import AREAS, areas_of

    from .models import TopTenPlace

    top_ten = TopTenPlace.objects.filter(until=None).values("subject")
    return {
        "all": Q(),
        "excluded": Q(subject__in=excluded),
        "top": Q(subject__in=top_ten),
        "sought": Q(known=False),
        "known": Q(known=True),
        "new": Q(published_at__gt=since) if since else Q(pk__in=[]),
        "area": Q(active_areas__overlap=Value(areas_of(user), AREAS)),
        "warning": ~Q(warnings=[]),
    }


class RestrictionQuerySet(models.QuerySet[Any]):
    """Requests that hold publication."""

    def standing(self) -> Self:
        """Those that have not ended."""
        return self.filter(ended_at=None)

    def holding(self, *, on: dt.date | None = None) -> Self:
        """Those because of which members see nothing on a London day."""
        shown = Q(shown_until__isnull=False, shown_until__gte=on or dates.today())
        return self.standing().exclude(shown)


class PhotoQuerySet(models.QuerySet[Any]):
    """Photos of subjects."""

    def visible_to(self, user: "User", *, on: dt.date | None = None) -> Self:
        """All for the Intelligence Manager; otherwise only those a visible profile shows."""
        from .models import ProfilePhoto, ProfileVersion

        if user.role == "intel":
            return self
        shown = ProfilePhoto.objects.filter(
            photo=OuterRef("pk"),
            version__in=ProfileVersion.objects.visible_to(user, on=on).values("pk"),
        )
        return self.filter(Exists(shown))


class UnusualViewingQuerySet(models.QuerySet[Any]):
    """Bursts of viewing. They say who and how many, and name no subject."""

    def visible_to(self, user: "User") -> Self:
        """All for the Intelligence Manager and, who may be the one, for administrators."""
        return self if user.role in ("intel", "admin") else self.none()

    def waiting(self) -> Self:
        """Those nobody has looked into, the latest first."""
        return self.filter(answered_at=None).select_related("user__member")

    def answered(self) -> Self:
        """Those that somebody has looked into, the latest first."""
        rows = self.filter(answered_at__isnull=False).order_by("-answered_at", "-pk")
        return rows.select_related("user__member", "answered_by")


class BulletinQuerySet(models.QuerySet[Any]):
    """Bulletins."""

    def visible_to(self, user: "User") -> Self:
        """All for the Intelligence Manager; sent ones whose audience the user is in for readers."""
        from members.audience import in_audience_of

        if user.role == "intel":
            return self
        if not user.sees_profiles:
            return self.none()
        return self.filter(in_audience_of(user), sent_at__isnull=False)

    def to_start(self) -> Self:
        """Those whose time has come."""
        return self.filter(sent_at=None, send_at__lte=timezone.now())

    def to_queue(self) -> Self:
        """Those that were sent, and whose e-mails don't exist yet."""
        return self.filter(sent_at__isnull=False, queued_at=None)

    def mail_going(self) -> Self:
        """Those whose e-mails exist, and were not all over when that was last asked."""
        return self.filter(queued_at__isnull=False, mail_over_at=None)

    def with_problems(self) -> Self:
        """Those the manager has to look at: stopped, or with undelivered e-mails not seen yet."""
        from .models import BulletinDelivery

        unseen = BulletinDelivery.objects.undelivered().filter(
            Q(bulletin__problems_seen_at=None)
            | Q(email__ended_at__gt=F("bulletin__problems_seen_at")),
            bulletin=OuterRef("pk"),
        )
        stopped = Q(stopped_at__isnull=False) & (
            Q(problems_seen_at=None) | Q(stopped_at__gt=F("problems_seen_at"))
        )
        return self.filter(stopped | Q(Exists(unseen))).order_by("pk")

    def with_progress(self) -> Self:
        """Each with its e-mails counted, as `progress`: recipients, mailed, undelivered.

        For each row by itself, so that a page asks for its own rows alone, and of an index that
        has all of it. Null: it has none.
        """
        from members.models import OutboundEmail

        counts = {
            "recipients": Count("state"),
            "mailed": Count("state", filter=Q(state__in=["sent", "bounced"])),
            "undelivered": Count("state", filter=Q(state__in=["failed", "given_up", "bounced"])),
        }
        key = Concat(Value(BULLETIN_MAIL), OuterRef("ref"))
        emails = OutboundEmail.objects.filter(key=key).order_by().values("key")
        counted = emails.annotate(counts=JSONObject(**counts)).values("counts")
        return self.annotate(progress=Subquery(counted))

    def newest_first(self) -> Self:
        """Drafts first, then by when they were sent, with the number of profiles in each."""
        from .models import BulletinProfile

        shown = BulletinProfile.objects.filter(bulletin=OuterRef("pk"), left_out="").order_by()
        size = shown.values("bulletin").annotate(n=Count("pk")).values("n")
        return self.annotate(size=Coalesce(Subquery(size), 0)).order_by(
            F("sent_at").desc(nulls_first=True), "-created_at"
        )


class BulletinDeliveryQuerySet(models.QuerySet[Any]):
    """Recipients of bulletins."""

    PARTS = {
        "waiting": ["queued", "claimed"],
        "sent": ["sent"],
        "failed": ["failed"],
        "given_up": ["given_up"],
        "bounced": ["bounced"],
        "left_out": ["left_out"],
    }

    def undelivered(self) -> Self:
        """Those whose e-mail was refused or given up."""
        return self.filter(email__state__in=["failed", "given_up"])

    def counts(self) -> dict[str, int]:
        """How many there are in each part, in one query."""
        parts = {
            part: Count("pk", filter=Q(email__state__in=states))
            for part, states in self.PARTS.items()
        }
        return self.order_by().aggregate(all=Count("pk"), **parts)

    def show(self, part: str) -> Self:
        """One part of the list, or all; by business and name."""
        states = self.PARTS.get(part)
        found = self.filter(email__state__in=states) if states else self
        return found.select_related("email", "user__member").order_by(
            "user__member__name", "user__name", "pk"
        )

    def by_member(self) -> dict[int, tuple[str, int]]:
        """Return the name of each business and how many recipients it has, by its key."""
        rows = self.order_by().values("user__member", "user__member__name").annotate(n=Count("pk"))
        return {row["user__member"]: (row["user__member__name"], row["n"]) for row in rows}
