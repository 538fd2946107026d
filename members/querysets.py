"""Members, premises and users, scoped in SQL."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from common import dates

if TYPE_CHECKING:
    from .models import User


class MemberQuerySet(models.QuerySet[Any]):
    """Members."""

    def active(self) -> Self:
        """Active members, the scheme itself left out."""
        return self.filter(status="active").exclude(kind="scheme")

    def counted(self) -> Self:
        """What counts towards the plan's 140: active full members and affiliates."""
        return self.filter(status="active", kind__in=["full", "affiliate"])

    def visible_to(self, user: "User") -> Self:
        """The manager and the Board see all members; a member manager their own."""
        if user.role in ("intel", "board"):
            return self.exclude(kind="scheme")
        if user.role in ("manager", "agency"):
            return self.filter(pk=user.member_id)
        return self.none()

    def for_list(self) -> Self:
        """With what the list shows of each: area, people who sign in, the current subscription."""
        from .models import Subscription, User  # the models module imports this one

        today = dates.today()
        people = (
            User.objects.filter(member=OuterRef("pk"), is_active=True)
            .order_by()
            .values("member")
            .annotate(n=Count("pk"))
            .values("n")
        )
        subscription = Subscription.objects.filter(
            member=OuterRef("pk"), starts_on__lte=today, ends_on__gte=today
        ).order_by("-starts_on")
        return (
            self.select_related("area")
            .annotate(
                people=Coalesce(Subquery(people), 0),
                fee=Subquery(subscription.values("fee")[:1]),
                paid_until=Subquery(subscription.values("ends_on")[:1]),
            )
            .order_by("name")
        )

    def search(self, text: str) -> Self:
        """Members whose name holds the text; all of them for an empty one."""
        return self.filter(name__icontains=text) if text else self

    def count_by_status(self) -> dict[str, int]:
        """How many there are of each status."""
        rows = self.order_by().values("status").annotate(n=Count("pk")).values_list("status", "n")
        return dict(rows)


class PremisesQuerySet(models.QuerySet[Any]):
    """Sites of members."""

    def open(self) -> Self:
        """Sites of active members that have not closed."""
        return self.filter(closed_on__isnull=True, member__status="active").exclude(
            member__kind="scheme"
        )

    def reportable_by(self, user: "User") -> Self:
        """Where this user may place a report: own business's sites; agencies and intel anywhere."""
        if user.role in ("intel", "agency"):
            return self.open()
        return self.open().filter(member_id=user.member_id)


class UserQuerySet(models.QuerySet[Any]):
    """Users."""

    def for_session(self) -> Self:
        """Each with member, premises, and whether the current agreement is accepted."""
        from .models import Agreement  # the models module imports this one

        current = (
            Agreement.objects.filter(effective_on__lte=dates.today())
            .order_by("-version")
            .values("version")[:1]
        )
        return self.select_related("member", "premises__area").annotate(
            agreement_current=Subquery(current),
            agreement_accepted=Max("acceptances__agreement__version"),
        )

    def with_access(self) -> Self:
        """Users who can sign in: active, of an active member."""
        return self.filter(is_active=True, member__status="active")

    def intel(self) -> Self:
        """The Intelligence Manager (or managers)."""
        return self.with_access().filter(role="intel")

    def bulletin_recipients(self) -> Self:
        """Users of member businesses and agencies who may read profiles and want the e-mail."""
        return self.with_access().filter(
            Q(role__in=["reporter", "manager", "agency"]), receives_bulletins=True
        )
