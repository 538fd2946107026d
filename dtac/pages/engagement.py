"""How much members use the scheme, and whom to visit before their renewal."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from audit.querysets import counts_by_member
from common import dates
from common.http import query_text
from common.lists import chips
from incidents.models import Report
from members.access import roles_only, user_of
from members.actions import SIGNED_IN
from members.models import MeetingPerson, Member, Role, Subscription, User
from members.querysets import MemberQuerySet
from offenders.actions import BULLETIN_VIEWED

LOOKED_BACK: Final = dt.timedelta(days=90)
BEFORE: Final = dt.timedelta(days=90)
SHOWS = (("renewal", "Renew within 90 days"), ("all", "All members"))


@dataclass(frozen=True)
class Engagement:
    """What the people of a member did in 90 days; meetings: in how many they were, of 12 months."""

    member: Member
    people: int
    sign_ins: int
    reports: int
    bulletins: int
    meetings: int

    @property
    def why(self) -> str:
        """Why a visit is worth it, in words; empty: it needs none."""
        if not self.people:
            return "Nobody has an account"
        if not self.sign_ins:
            return "Nobody signed in"
        if not self.reports and not self.bulletins:
            return "Signs in, reports and reads nothing"
        return ""


@require_safe
@roles_only(Role.INTEL, Role.BOARD)
def engagement(request: HttpRequest) -> HttpResponse:
    """Members by their next renewal, with what their people did in the last 90 days."""
    show, text = query_text(request, "show"), query_text(request, "q")
    show = show if show in dict(SHOWS) else "renewal"
    rows = _members(user_of(request), show).search(text)
    page = Paginator(rows, 50).get_page(query_text(request, "page"))
    context = {
        "page": page,
        "rows": engagement_of(list(page)),
        "chips": chips(SHOWS, show, q=text),
        "show": show,
        "q": text,
        "page_title": "Use of the scheme",
    }
    return render(request, "members/engagement.html", context)


def _members(user: User, show: str) -> MemberQuerySet:
    """Return active members with the day their subscription ends, the soonest first."""
    today = dates.today()
    last = Subscription.objects.filter(member=OuterRef("pk")).order_by("-starts_on")
    rows: MemberQuerySet = (
        Member.objects.visible_to(user)
        .active()
        .select_related("area")
        .annotate(ends_on=Subquery(last.values("ends_on")[:1]))
    )
    if show == "all":
        return rows.order_by("name", "pk")
    ending = Subscription.objects.last_of_each().filter(
        member=OuterRef("pk"), ends_on__lte=today + BEFORE
    )
    return rows.filter(Exists(ending)).order_by("ends_on", "name", "pk")


def engagement_of(members: list[Member]) -> list[Engagement]:
    """Return what the people of these members did in 90 days, and in meetings. Four queries."""
    keys = [member.pk for member in members]
    since = timezone.now() - LOOKED_BACK
    done = counts_by_member([SIGNED_IN.code, BULLETIN_VIEWED.code], keys, since)
    sent = Report.objects.filter(member__in=keys, sent_at__gte=since).order_by()
    reports = dict(sent.values_list("member").annotate(n=Count("pk")))
    accounts = User.objects.with_access().filter(member__in=keys).order_by()
    people = dict(accounts.values_list("member").annotate(n=Count("pk")))
    today = dates.today()
    came = MeetingPerson.objects.came(since=dates.add_months(today, -12), until=today)
    there = came.filter(member__in=keys).order_by()
    meetings = dict(there.values_list("member").annotate(n=Count("meeting", distinct=True)))
    return [
        Engagement(
            member,
            people.get(member.pk, 0),
            done.get((member.pk, SIGNED_IN.code), 0),
            reports.get(member.pk, 0),
            done.get((member.pk, BULLETIN_VIEWED.code), 0),
            meetings.get(member.pk, 0),
        )
        for member in members
    ]
