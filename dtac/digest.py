"""The weekly digest: what is new for a reader, in counts, references and links, without a name.

Queued once a week by the schedule; each letter is made at the moment it is sent, so that it tells
only what its reader may see then. Nothing to tell is no letter.
"""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.services import record
from common import dates
from dtac import actions, news
from members.audience import areas_of, audience_shape
from members.letters import Letter, NothingToSay
from members.mail import email_queue
from members.models import MailKind, MailRun, Role, User

ENDING = dt.timedelta(days=7)
LATEST = dt.timedelta(days=3)
"""After so long the week's digest is no longer news, and is left to the next."""


@dataclass(frozen=True)
class Section:
    """One line of a digest: how many, which (some of them), and where to read on."""

    count: int
    words: str
    refs: list[str]
    path: str

    @property
    def more(self) -> int:
        """How many are not among the references."""
        return max(self.count - len(self.refs), 0) if self.refs else 0


def digest_moment(now: dt.datetime) -> dt.datetime:
    """Return the latest moment, at or before `now`, at which a week's digest is due in London."""
    local = now.astimezone(dates.LONDON)
    back = (local.weekday() - settings.DTAC_DIGEST_DAY) % 7
    moment = _at_hour(local.date() - dt.timedelta(days=back))
    return moment if moment <= now else _at_hour(moment.date() - dt.timedelta(days=7))


def _at_hour(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(settings.DTAC_DIGEST_HOUR), tzinfo=dates.LONDON)


def digest_queue(*, now: dt.datetime | None = None) -> int:
    """Queue the week's digest, if it is due and was not queued; return to how many.

    One for each user and week, whatever runs twice or late: the week's row is unique, and so is
    (user, week) of the e-mails.
    """
    moment = digest_moment(now or timezone.now())
    if (now or timezone.now()) - moment > LATEST:
        return 0
    key = _key(moment)
    if MailRun.objects.filter(key=key).exists():
        return 0
    with transaction.atomic():
        run, made = MailRun.objects.get_or_create(
            key=key, defaults={"at": timezone.now(), "recipients": 0}
        )
        if not made:
            return 0
        since = _at_hour(moment.date() - dt.timedelta(days=7))
        emails = email_queue(
            users=_with_news(since, moment),
            key=key,
            template="digest",
            kind=MailKind.DIGEST,
            for_readers=True,
            context={"since": since.isoformat(), "until": moment.isoformat()},
        )
        run.recipients = len(emails)
        run.save(update_fields=["recipients"])
        record(actions.DIGEST_QUEUED, by=None, ref=key, recipients=run.recipients)
    return run.recipients


def digest_skip() -> None:
    """Note that this week's digest is over, whether it went or not: it is queued no more."""
    key = _key(digest_moment(timezone.now()))
    MailRun.objects.get_or_create(key=key, defaults={"at": timezone.now(), "recipients": 0})


def _key(moment: dt.datetime) -> str:
    year, week, _ = moment.date().isocalendar()
    return f"digest:{year}-W{week:02}"


def _with_news(since: dt.datetime, until: dt.datetime) -> list[User]:
    """Return the recipients for whom there is something: asked once for each kind of audience.

    A business that raised alerts is a kind of its own: it sees those, wherever they were for.
    """
    raised = set(news.alerts_between(since, until).values_list("member", flat=True))
    asked: dict[tuple[Any, ...], bool] = {}
    found = []
    for user in User.objects.digest_recipients().select_related("member", "premises"):
        own = user.member_id if user.member_id in raised else None
        alike = (user.role == Role.AGENCY, *areas_of(user), user.member.sector, own)
        if alike not in asked:
            asked[alike] = any(section.count for section in digest_of(user, since, until))
        if asked[alike]:
            found.append(user)
    return found


def digest_of(user: User, since: dt.datetime, until: dt.datetime) -> list[Section]:
    """Return what a digest tells a user: profiles, notices, alerts, whom nobody knows yet."""
    now = timezone.now()
    like, reader = audience_shape(user)
    week = {"since": since, "until": until}
    today = {"on": dates.london_date(now)}
    moment = {"at": now, **today}
    last = moment["on"] + ENDING
    gallery, exclusions = reverse("gallery"), reverse("notice_list")
    return [
        _section(
            news.PUBLISHED.rows(like, **week, **today, **reader), "new or changed profile", gallery
        ),
        _section(
            news.SERVED.rows(like, **week, **moment, **reader),
            "exclusion notice served",
            exclusions,
        ),
        _section(
            news.ENDING.rows(like, last=last, **moment, **reader),
            f"exclusion that ends by {dates.short_date(last)}",
            exclusions,
        ),
        _alerts(news.ALERTS.rows(like, **week, **today, **reader)),
        _section(
            news.SOUGHT.rows(like, **today, **reader),
            "person nobody has named yet",
            f"{gallery}?show=sought",
        ),
    ]


PLURALS = {"person": "people", "profile": "profiles", "notice": "notices"}


def _section(rows: list[tuple[str, int]], words: str, path: str) -> Section:
    """Return a section of references, beside each of which stands how many there are."""
    count = rows[0][1] if rows else 0
    return Section(count, words if count == 1 else _plural(words), [ref for ref, _ in rows], path)


def _plural(words: str) -> str:
    if words.startswith("exclusion that ends"):
        return words.replace("exclusion that ends", "exclusions that end")
    return " ".join(PLURALS.get(word, word) for word in words.split(" "))


def _alerts(rows: list[tuple[str, int]]) -> Section:
    """How many there were, and where: what was said of whom was for then, and for the site."""
    count = sum(number for _, number in rows)
    where = f" in {', '.join(area for area, _ in rows)}" if rows else ""
    return Section(count, f"alert{'' if count == 1 else 's'}{where}", [], reverse("alerts"))


def digest_letter(user: User, context: dict[str, Any]) -> Letter:
    """Complete a digest for its reader. Raises NothingToSay."""
    since, until = (dt.datetime.fromisoformat(context[name]) for name in ("since", "until"))
    sections = [section for section in digest_of(user, since, until) if section.count]
    if not sections:
        raise NothingToSay
    return Letter(
        {
            "sections": [asdict(section) | {"more": section.more} for section in sections],
            "until": dates.short_date(until.date()),
        }
    )
