"""Members, premises and users, scoped in SQL."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest, Lower
from django.utils import timezone

from common import dates
from common.refs import bare_subject_ref, parse_subject_ref

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

    def signed(self) -> Self:
        """Full members and affiliates whose authorisation to exclude is held today."""
        return self.counted().filter(Exists(authorities_of(OuterRef("pk"))))

    def unsigned(self) -> Self:
        """Full members and affiliates whose authorisation to exclude is not held today."""
        return self.counted().filter(~Exists(authorities_of(OuterRef("pk"))))

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
            User.objects.with_access()
            .filter(member=OuterRef("pk"))
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

    def to_follow(self, part: str) -> Self:
        """One part of what there is to do: due by today, planned later, or no_step at all.

        The last are businesses to win; members without a next step need none.
        """
        rows = self.filter(_to_follow()[part]).select_related("area", "next_by")
        return rows.order_by("next_on", "name", "pk")

    def counts_to_follow(self) -> dict[str, int]:
        """How many there are in each of these parts, in one query."""
        counts = {part: Count("pk", filter=meant) for part, meant in _to_follow().items()}
        return self.order_by().aggregate(**counts)

    def search(self, text: str) -> Self:
        """Members whose name holds the text; all of them for an empty one."""
        return self.filter(name__icontains=text) if text else self

    def count_by_status(self) -> dict[str, int]:
        """How many there are of each status."""
        rows = self.order_by().values("status").annotate(n=Count("pk")).values_list("status", "n")
        return dict(rows)


def _to_follow() -> dict[str, Q]:
    """Return the parts of what there is to do with businesses, as conditions."""
    today = dates.today()
    return {
        "due": Q(next_on__lte=today),
        "planned": Q(next_on__gt=today),
        "no_step": Q(next_on=None, status__in=["prospect", "contacted", "applied"]),
    }


class ApplicationQuerySet(models.QuerySet[Any]):
    """Applications to join."""

    def to_decide(self) -> Self:
        """Those still to be decided, the oldest first."""
        return self.filter(decided_at=None).order_by("received_at", "pk")

    def part(self, show: str) -> Self:
        """Those to decide, or those `decided`, newest first."""
        if show == "decided":
            return self.filter(decided_at__isnull=False).order_by("-decided_at", "-pk")
        return self.to_decide()


class InvitationQuerySet(models.QuerySet[Any]):
    """Invitations."""

    def open(self) -> Self:
        """Those neither used nor taken back; their link may have ended."""
        return self.filter(accepted_at=None, ended_at=None)


class ExclusionAuthorityQuerySet(models.QuerySet[Any]):
    """Signed authorisations to exclude."""

    def held(self, *, on: Any = None) -> Self:
        """Those that hold on a London day (today): a date, or the OuterRef of one."""
        day = on or dates.today()
        return self.filter(Q(ended_on=None) | Q(ended_on__gte=day), signed_on__lte=day)


def authorities_of(member: Any, *, on: Any = None) -> Any:
    """Return a member's (key or OuterRef) authorisations that hold on a day, for a subquery."""
    from .models import ExclusionAuthority  # the models module imports this one

    return ExclusionAuthority.objects.held(on=on).filter(member=member)


class PremisesQuerySet(models.QuerySet[Any]):
    """Sites of members."""

    def covered(self) -> Self:
        """Open sites from which notices exclude today, each with the day it is covered `since`."""
        held = authorities_of(OuterRef("member"))
        return (
            self.open()
            .filter(Exists(held))
            .annotate(
                since=Greatest(
                    Subquery(held.values("signed_on")[:1]), "member__joined_on", "added_on"
                )
            )
        )

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

    def search(self, text: str) -> Self:
        """Sites whose name, postcode or member's name holds the text, by name."""
        return self.filter(
            Q(name__icontains=text)
            | Q(member__name__icontains=text)
            | Q(postcode__istartswith=text)
        ).order_by("name", "pk")


def agreement_versions(user: str, *, on: dt.date) -> tuple[Subquery, Subquery]:
    """Return the version of the agreement in force on a day, and the last that a user accepted.

    `user` is the path to the user's key in the query. Null where there is none.
    """
    from .models import Agreement, AgreementAcceptance  # the models module imports this one

    current = Agreement.objects.filter(effective_on__lte=on).order_by("-version")
    accepted = AgreementAcceptance.objects.filter(user=OuterRef(user))
    return (
        Subquery(current.values("version")[:1]),
        Subquery(accepted.order_by("-agreement__version").values("agreement__version")[:1]),
    )


class UserQuerySet(models.QuerySet[Any]):
    """Users."""

    def of_the_scheme(self) -> Self:
        """The scheme's own people who can sign in: they look after members."""
        return self.filter(member__kind="scheme", is_active=True, role__in=["intel", "board"])

    def for_session(self) -> Self:
        """Each with member, premises, and whether the current agreement is accepted."""
        current, accepted = agreement_versions("pk", on=dates.today())
        return self.select_related("member", "premises__area").annotate(
            agreement_current=current, agreement_accepted=accepted
        )

    def with_access(self) -> Self:
        """Users who can sign in today: as User.has_access says of one."""
        certified = Q(certified_until__gte=dates.today()) | Q(role="admin")
        return self.filter(certified, is_active=True, member__status="active")

    def readers(self) -> Self:
        """Users who can sign in and whose role reads profiles, exclusions, alerts, bulletins."""
        return self.with_access().filter(role__in=["reporter", "manager", "agency", "intel"])

    def agreed(self) -> Self:
        """Users who have accepted the agreement in force; all of them where there is none."""
        from .models import Agreement, AgreementAcceptance  # the models module imports this one

        in_force = Agreement.objects.filter(effective_on__lte=dates.today()).order_by("-version")
        accepted = AgreementAcceptance.objects.filter(
            user=OuterRef("pk"), agreement__version__gte=Subquery(in_force.values("version")[:1])
        )
        return self.filter(Q(Exists(accepted)) | ~Q(Exists(in_force)))

    def keepers_of(self, member: Any) -> Self:
        """Who looks after the accounts of a member: its managers, or an agency's own people."""
        return self.filter(member=member, role__in=["manager", "agency"])

    def who_may_read(self, readers: str) -> Self:
        """Users who can sign in and are the readers of a document."""
        rows = self.with_access().exclude(role="admin")
        return rows.filter(role__in=["intel", "board"]) if readers == "scheme" else rows

    def search(self, text: str) -> Self:
        """Users whose name or whose member's name holds the text; all of them for none."""
        return self.filter(Q(name__icontains=text) | Q(member__name__icontains=text))

    def intel(self) -> Self:
        """The Intelligence Manager (or managers)."""
        return self.with_access().filter(role="intel")

    def wanting(self, wants: str) -> Self:
        """Users of member businesses and agencies who may read profiles and want this mail.

        `wants` is the field that says so. Those whose address bounced are left out.
        """
        from .models import BouncedAddress  # the models module imports this one

        bounced = BouncedAddress.objects.filter(address=Lower(OuterRef("email")), cleared_at=None)
        found = self.with_access().filter(role__in=["reporter", "manager", "agency"])
        return found.filter(~Q(Exists(bounced)), **{wants: True})

    def bulletin_recipients(self) -> Self:
        """Users who are e-mailed bulletins.

        Not before they have accepted the agreement in force: a reference is personal data too.
        """
        return self.wanting("receives_bulletins").agreed()

    def bulletin_recipients_to_agree(self) -> Self:
        """Users who would be e-mailed bulletins, had they accepted the agreement in force."""
        wanting = self.wanting("receives_bulletins")
        return wanting.exclude(pk__in=wanting.agreed().values("pk"))

    def digest_recipients(self) -> Self:
        """Users who are e-mailed the weekly digest; they have accepted the agreement in force."""
        return self.wanting("receives_digest").agreed()


@dataclass(frozen=True)
class Outage:
    """That the line to the mail server fails: since when, and when it is tried again.

    `again_at` None: it hung up on a letter, and no other has been tried since.
    """

    since: dt.datetime
    again_at: dt.datetime | None


class OutboundEmailQuerySet(models.QuerySet[Any]):
    """Outgoing e-mail."""

    def due(self) -> Self:
        """Those that wait, and whose time has come."""
        # Said twice, so that the index of what is not over yet is used.
        is_open = Q(state__in=self.model.OPEN)
        return self.filter(is_open, state="queued", due_at__lte=timezone.now())

    def failing(self) -> Self:
        """Those at which the line failed, with no answer from the mail server to any since."""
        return self.filter(failing_since__isnull=False)

    def outage(self) -> Outage | None:
        """Return the outage there is, read off the letters that wait because of it; or None."""
        found = self.failing().aggregate(
            since=Min("failing_since"), again_at=Max("due_at", filter=Q(fault="unreachable"))
        )
        return Outage(**found) if found["since"] else None


class BouncedAddressQuerySet(models.QuerySet[Any]):
    """Addresses that mail came back from."""

    def stopped(self) -> Self:
        """Those that get no mail now, newest first."""
        return self.filter(cleared_at=None).order_by("-marked_at", "-pk")

    def holds(self, address: str) -> bool:
        """Whether this address, in whatever case, gets no mail now."""
        return self.stopped().filter(address=address.lower()).exists()


class SharingQuerySet(models.QuerySet[Any]):
    """Entries of the sharing register."""

    def visible_to(self, user: "User") -> Self:
        """All for the Intelligence Manager; for a member manager what their own people shared."""
        if user.role == "intel":
            return self
        if user.role == "manager":
            return self.filter(shared_by__member_id=user.member_id)
        return self.none()

    def found(self, text: str) -> Self:
        """Those of which a reference is this one, or in whose recipient these words stand."""
        subject = parse_subject_ref(text) or bare_subject_ref(text)
        is_it = Q(ref__iexact=text) | Q(record__iexact=text) | Q(recipient_ref__iexact=text)
        if subject:
            is_it |= Q(subjects__contains=[subject]) | Q(record=subject)
        return self.filter(is_it | Q(recipient__icontains=text)) if text else self

    def of_record(self, ref: str) -> Self:
        """Those of one record, newest first, with who shared it."""
        return self.filter(record=ref).select_related("shared_by__member").order_by("-id")
