"""Where somebody may place a report, by kept statements: each report asks."""

from typing import Final

from common.prepared import Prepared

from .models import Premises, User


def _of(role: str, member: int) -> User:
    return User(role=role, member_id=member)


SITES: Final = Prepared(
    lambda role, member: Premises.objects.reportable_by(_of(role, member)),
    may_ignore=("member",),
)
SITE: Final = Prepared(
    lambda role, member, site: (
        Premises.objects.reportable_by(_of(role, member)).filter(pk=site).values_list("pk")
    ),
    may_ignore=("member",),
    planned=True,
)


def sites_of(user: User) -> list[Premises]:
    """Return all sites at which a user may place a report, by name."""
    found: list[Premises] = SITES.rows(user.role, member=user.member_id)
    return found


def may_report_at(user: User, site: Premises) -> bool:
    """Whether a user may place a report or an alert at a site."""
    return bool(SITE.rows(user.role, member=user.member_id, site=site.pk))
