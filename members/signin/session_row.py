"""A session and whose it is, in one query: each request of somebody signed in begins with it."""

import datetime as dt
from itertools import islice
from typing import Any, Final

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone

from common import dates
from common.prepared import Prepared
from members.models import Area, Member, Premises, User, WebSession
from members.querysets import agreement_versions

PARTS: Final[tuple[tuple[str, type[models.Model]], ...]] = (
    ("user", User),
    ("user__member", Member),
    ("user__premises", Premises),
    ("user__premises__area", Area),
)
"""Where the rows of a request's user stand in the query, as UserQuerySet.for_session() has them."""


def _names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _session(shape: None, *, key: str, at: dt.datetime, on: dt.date) -> "QuerySet[Any, Any]":
    versions = agreement_versions("user", on=on)
    columns = [f"{path}__{name}" for path, model in PARTS for name in _names(model)]
    return WebSession.objects.filter(session_key=key, expire_date__gt=at).values_list(
        "session_data", *versions, *columns
    )


SESSION: Final = Prepared(_session, planned=True)


def session_row(key: str) -> tuple[str, User | None] | None:
    """Return what a session carries, still locked, and its user; None where there is none.

    No user: nobody has signed in, or it was ended from elsewhere.
    """
    now = timezone.now()
    found = SESSION.rows(key=key, at=now, on=dates.london_date(now))
    if not found:
        return None
    contents, current, accepted, *columns = found[0]
    rest = iter(columns)
    rows: list[Any] = []
    for _, model in PARTS:
        names = _names(model)
        values = list(islice(rest, len(names)))
        there = dict(zip(names, values, strict=True)).get(model._meta.pk.attname) is not None
        rows.append(model.from_db("default", names, values) if there else None)
    user, member, premises, area = rows
    if user is not None:
        user.member, user.premises = member, premises
        if premises is not None:
            premises.area = area
        user.agreement_current, user.agreement_accepted = current, accepted
    return contents, user
