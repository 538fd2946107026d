"""Subjects, profiles, photos and bulletins, scoped and searched in SQL."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    FloatField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Greatest

from common import dates
from common.db import Fold
from common.refs import parse_subject_ref

if TYPE_CHECKING:
    from members.models import User

# Below this word similarity a name is another name. Tried on typing slips and sound-alikes of the
# demo's names: lower brings strangers in, higher loses "Kevn Mrash".
NAME_LIKENESS = 0.25


class SubjectQuerySet(models.QuerySet[Any]):
    """Working records. The Intelligence Manager's alone."""

    def visible_to(self, user: "User") -> Self:
        """All for the Intelligence Manager, none for anybody else (DESIGN section 3)."""
        return self if user.role == "intel" else self.none()

    def with_face(self) -> Self:
        """Each with the uuid of its primary photo, as `face`."""
        from .models import Photo  # the models module imports this one

        primary = Photo.objects.filter(subject=OuterRef("pk"), is_primary=True)
        return self.annotate(face=Subquery(primary.values("uuid")[:1]))

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

    def search(self, text: str) -> Self:
        """By reference, or by name or alias however it is spelt; newest change first."""
        if not text:
            return self.order_by("-updated_at", "-pk")
        ref = parse_subject_ref(text)
        if ref:
            return self.filter(ref=ref)
        from .models import Alias

        needle: Any = Fold(Value(text))
        alias = Alias.objects.annotate(near=TrigramWordSimilarity(needle, Fold("name"))).filter(
            subject=OuterRef("pk"), near__gte=NAME_LIKENESS
        )
        return (
            self.annotate(
                near=Greatest(
                    TrigramWordSimilarity(needle, Fold("name")),
                    Case(When(Exists(alias), then=Value(NAME_LIKENESS)), default=Value(0.0)),
                    output_field=FloatField(),
                )
            )
            .filter(near__gte=NAME_LIKENESS)
            .order_by("-near", "ref")
        )


class ProfileVersionQuerySet(models.QuerySet[Any]):
    """Published versions."""

    def live(self, *, on: dt.date | None = None) -> Self:
        """What members may see on a London day: current, not withdrawn, not past its last day."""
        return self.filter(
            superseded_at=None, withdrawn_at=None, expires_on__gte=on or dates.today()
        )

    def visible_to(self, user: "User") -> Self:
        """Live versions whose audience this user is in."""
        from members.audience import in_audience_of

        if not user.sees_profiles:
            return self.none()
        return self.live().filter(in_audience_of(user))

    def for_list(self) -> Self:
        """With subject and face, newest first."""
        return self.select_related("subject", "main_photo").order_by("-published_at", "-pk")

    def counts_by_show(self, excluded_subjects: Any) -> dict[str, int]:
        """How many there are in all, excluded, ID sought and with warnings, in one query."""
        return self.order_by().aggregate(
            all=Count("pk"),
            excluded=Count("pk", filter=Q(subject__in=excluded_subjects)),
            sought=Count("pk", filter=Q(known=False)),
            warning=Count("pk", filter=~Q(warnings=[])),
        )

    def search(self, text: str) -> Self:
        """By reference, name or alias (misspelt too), or words of the description and MO.

        Best first. An empty text changes nothing.
        """
        if not text:
            return self
        ref = parse_subject_ref(text)
        if ref:
            return self.filter(subject__ref=ref)
        needle: Any = Fold(Value(text))
        words = SearchQuery(text, config="english", search_type="plain")
        named = Q(search_names__trigram_word_similar=needle)
        return (
            self.annotate(
                near=TrigramWordSimilarity(needle, F("search_names")),
                told=SearchRank(F("search_words"), words),
            )
            .filter(named | Q(search_words=words))
            .annotate(score=F("near") + F("told"))
            .order_by("-score", "-published_at", "-pk")
        )


class PhotoQuerySet(models.QuerySet[Any]):
    """Photos of subjects."""

    def visible_to(self, user: "User") -> Self:
        """All for the Intelligence Manager; otherwise only those a visible profile shows."""
        from .models import ProfilePhoto, ProfileVersion

        if user.role == "intel":
            return self
        shown = ProfilePhoto.objects.filter(
            photo=OuterRef("pk"),
            version__in=ProfileVersion.objects.visible_to(user).values("pk"),
        )
        return self.filter(Exists(shown))


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

    def with_progress(self) -> Self:
        """Each with how many recipients it has, how many were sent to and given up."""
        return self.annotate(
            recipients=Count("deliveries", distinct=True),
            mailed=Count("deliveries", distinct=True, filter=Q(deliveries__email__state="sent")),
            given_up=Count(
                "deliveries", distinct=True, filter=Q(deliveries__email__state="failed")
            ),
        )

    def newest_first(self) -> Self:
        """Drafts first, then by when they were sent, with the number of profiles in each."""
        return self.annotate(size=Count("entries", distinct=True)).order_by(
            F("sent_at").desc(nulls_first=True), "-created_at"
        )
