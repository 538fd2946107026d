"""What is measured: each page of D-TAC, with the page of the plain admin that does the same."""

import datetime as dt
import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from django.db.models import Count
from django.utils import timezone

from audit.models import Event
from common import dates
from exclusions.models import Notice
from incidents.models import Alert, Involvement, Report
from incidents.phone import phone_key
from members.models import Member, Role, User
from offenders.models import Photo, ProfileVersion, Subject

from .middleware import ANEW
from .people import Who, users_of
from .submissions import photo
from .visitor import multipart, sighting

Body = Callable[[Who], tuple[str, bytes]]
"""Makes what a form sends: its type and its bytes."""
SAMPLE = 40
SEED = 7


@dataclass(frozen=True)
class Page:
    """One page, as `role` asks for it: its addresses in turn, and the admin's."""

    name: str
    title: str
    role: str
    paths: Sequence[str]
    admin: Sequence[str] = ()
    head: dict[str, str] = field(default_factory=dict)
    body: Body | None = None
    admin_body: Body | None = None
    taken: tuple[int, ...] = (200,)
    """The statuses of an answer that did what was asked."""
    shows: bytes = b""
    """What stands in each answer: an empty page is quick for another reason."""
    asked_by: Callable[[Who], str] | None = None
    """Makes the address where it is another for each user."""
    photos: int = 0
    """How many photos its body carries."""

    def paths_of(self, who: Who) -> Sequence[str]:
        """Return the addresses that a user asks for in turn."""
        return [self.asked_by(who)] if self.asked_by else self.paths


def pages() -> list[Page]:
    """Return every page, its addresses taken from the data there is."""
    # What writes comes last: it adds to what the others read.
    return [*_faces(), *_searches(), *_of_the_manager(), *_lists(), *_forms()]


ADMIN = "/admin"
SUBJECTS = f"{ADMIN}/offenders/subject/"
REPORTS = f"{ADMIN}/incidents/report/"
FACETS = {
    "excluded": "status__exact=known", "top": "status__exact=known", "new": "", "area": "",
    "known": "status__exact=known", "sought": "status__exact=id_sought",
    "warning": "sex__exact=male",
}  # fmt: skip
"""Parts of the gallery, and a filter of the admin that is as much work as it can do."""

FACE = b'class="face"'


def _faces() -> list[Page]:
    rng = random.Random(SEED)
    published = list(
        ProfileVersion.objects.live()
        .filter(audience="all")
        .order_by("subject_id")
        .values_list("subject__ref", "subject_id", "main_photo__uuid")
    )
    shown = rng.sample(published, min(SAMPLE, len(published)))
    changes = [f"{SUBJECTS}{key}/change/" for _, key, _ in shown]
    deep = min(50, max(1, len(published) // 24))
    reader = Role.REPORTER
    return [
        Page("gallery", "Gallery, first page", reader, ["/gallery/"], [SUBJECTS], shows=FACE),
        Page(
            "gallery-anew", "Gallery, after a change", reader, ["/gallery/"], [SUBJECTS],
            head={ANEW: "1"}, shows=FACE,
        ),
        Page(
            "gallery-50", f"Gallery, page {deep}", reader, [f"/gallery/?page={deep}"],
            [f"{SUBJECTS}?p={deep}"], shows=FACE,
        ),
        *(
            Page(
                f"gallery-{show}", f"Gallery, {show}", reader, [f"/gallery/?show={show}"],
                [f"{SUBJECTS}?{query}"], shows=FACE,
            )
            for show, query in FACETS.items()
        ),
        Page("profile", "Profile", reader, [f"/gallery/{ref}/" for ref, *_ in shown], changes),
        *(
            Page(
                f"photo-{size}", f"Photo, {size}", reader,
                [f"/photos/{name}/{size}/" for *_, name in shown],
            )
            for size in Photo.VARIANT_SIZES
        ),
    ]  # fmt: skip


def _names(rng: random.Random) -> list[str]:
    named = ProfileVersion.objects.live().filter(audience="all", known=True).exclude(name="")
    found = sorted(set(named.values_list("name", flat=True)))
    return rng.sample(found, min(SAMPLE, len(found)))


def _misspelt(rng: random.Random, name: str) -> str:
    """Return a name with two letters in the wrong order and one left out."""
    place = rng.randrange(1, len(name) - 2)
    swapped = name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    gone = rng.randrange(1, len(swapped))
    return swapped[:gone] + swapped[gone + 1 :]


DESCRIBED = (
    "tall neck tattoo grey hoodie", "scar left cheek", "red rucksack limp", "bald heavy black coat",
    "young slim dark cap", "grey beard glasses", "swallow tattoo hand", "ginger short hair",
)  # fmt: skip


def _searches() -> list[Page]:
    rng = random.Random(SEED)
    names = _names(rng)
    wrong = [_misspelt(rng, name) for name in names]
    keys = [name[:end] for name in names[:8] for end in range(2, len(name) + 1)]
    exact = [f"{SUBJECTS}?q={quote_plus(name)}" for name in names]

    def found(texts: Sequence[str]) -> list[str]:
        return [f"/gallery/?q={quote_plus(text)}" for text in texts]

    typed = {"HX-Request": "true", "HX-Target": "found"}
    told = [f"{SUBJECTS}?q={quote_plus(text)}" for text in DESCRIBED]
    return [
        Page("search", "Search, exact name", Role.REPORTER, found(names), exact, shows=FACE),
        # The admin finds nothing for a misspelt name; its exact search is what there is to beat.
        Page("search-misspelt", "Search, misspelt name", Role.REPORTER, found(wrong), exact),
        Page("search-described", "Search, description", Role.REPORTER, found(DESCRIBED), told),
        Page("search-typed", "Search, as one types", Role.REPORTER, found(keys), head=typed),
    ]


def _report(who: Who) -> list[tuple[str, str]]:
    """Return what the log form sends for somebody unknown, seen at the sender's premises now."""
    owner = str(phone_key(who.user).owner)
    return [*sighting(str(who.user.premises_id)), ("owner", owner), ("made_at", "0")]


def _fresh(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, str(uuid.uuid4()) if name == "client_id" else value) for name, value in fields]


def _sender(pictures: list[bytes]) -> Body:
    told: dict[int, list[tuple[str, str]]] = {}

    def body(who: Who) -> tuple[str, bytes]:
        if who.user.pk not in told:  # asked once: whoever sends takes part of the same machine
            told[who.user.pk] = _report(who)
        return multipart(
            _fresh(told[who.user.pk]), [("camera.jpg", each, "image/jpeg") for each in pictures]
        )

    return body


def _in_admin(sender: User) -> Body:
    """Return what makes the same in the admin's form: a report from this user's premises."""
    site = sender.premises
    assert site is not None
    place = {"member": site.member_id, "premises": site.pk, "area": site.area_id}
    people = {"0-subject": "", "0-confidence": "possible", "0-part": "did_it",
              "0-description": "grey hoodie, red rucksack", "TOTAL_FORMS": "1",
              "INITIAL_FORMS": "0"}  # fmt: skip

    def body(who: Who) -> tuple[str, bytes]:
        number, now = uuid.uuid4(), timezone.localtime()
        moment = {"0": now.strftime("%Y-%m-%d"), "1": now.strftime("%H:%M:%S")}
        fields = {
            "ref": f"B{number.hex[:17]}", "kind": "sighting", "client_id": str(number),
            "type": "", **{name: str(key) for name, key in place.items()},
            "reporter": str(sender.pk),
            **{f"occurred_at_{part}": text for part, text in moment.items()},
            **{f"sent_at_{part}": text for part, text in moment.items()},
            "words": "", "outcome": "unknown", "value_stolen": "0", "value_recovered": "0",
            "status": "submitted",
            **{f"people-{name}": text for name, text in people.items()},
        }  # fmt: skip
        return multipart(fields.items())

    return body


def _forms() -> list[Page]:
    json = {"Accept": "application/json"}
    add = [f"{REPORTS}add/"]
    return [
        Page("log", "Log form", Role.REPORTER, ["/log/"], add),
        Page(
            "submit", "Report sent", Role.REPORTER, ["/log/"], add, head=json,
            body=_sender([]), admin_body=_in_admin(users_of(Role.REPORTER, 1)[0]),
        ),
        Page(
            "submit-photo", "Report sent, 3 MB photo", Role.REPORTER, ["/log/"], head=json,
            body=_sender([photo()]), photos=1,
        ),
    ]  # fmt: skip


def _of_the_manager() -> list[Page]:
    counted = Involvement.objects.filter(subject__isnull=False).values("subject")
    longest = counted.annotate(n=Count("pk")).order_by("-n")[:5]
    many = Subject.objects.filter(pk__in=[row["subject"] for row in longest])
    rows = list(many.values_list("ref", "pk"))
    return [
        Page("queue", "Review queue", Role.INTEL, ["/queue/"],
             [f"{REPORTS}?status__exact=submitted"]),
        Page(
            "subject", "Subject, longest histories", Role.INTEL,
            [f"/subjects/{ref}/" for ref, _ in rows],
            [f"{SUBJECTS}{key}/change/" for _, key in rows],
        ),
        Page("log-all", "Access log, everything", Role.INTEL, ["/me/log/?show=all"],
             [f"{ADMIN}/audit/event/"]),
        Page("members", "Members", Role.INTEL, ["/members/"],
             [f"{ADMIN}/members/member/?status__exact=active"]),
    ]  # fmt: skip


def _poll(who: Who) -> str:
    """Return what an open page asks for that knows every alert there is."""
    return "/alerts/poll/?known=" + quote_plus(" ".join(Alert.objects.live_refs(who.user)))


def _lists() -> list[Page]:
    today = dates.today()
    past = [today - dt.timedelta(days=days) for days in range(30, 331, 30)]
    notices = f"{ADMIN}/exclusions/notice/"
    return [
        Page("exclusions", "Exclusions in force", Role.REPORTER, ["/exclusions/"],
             [f"{notices}?ends_on__gte={today}"]),
        Page(
            "exclusions-past", "Exclusions on a past day", Role.INTEL,
            [f"/exclusions/register/?show=in_force&on={day}" for day in past],
            [f"{notices}?ends_on__gte={day}&served_at__lt={day}" for day in past],
        ),
        Page("poll", "Alerts, asked each time", Role.REPORTER, [], taken=(204,), asked_by=_poll),
        Page("board", "Board", Role.BOARD, ["/board/"]),
        Page("board-anew", "Board, after a count", Role.BOARD, ["/board/"], head={ANEW: "1"}),
    ]  # fmt: skip


def kinds_there() -> dict[str, int]:
    """Return how many rows there are of each kind that grows."""
    return {
        "subjects": Subject.objects.count(),
        "reports": Report.objects.count(),
        "members": Member.objects.filter(status="active").count(),
        "users": User.objects.count(),
        "notices": Notice.objects.exclude(served_at=None).count(),
        "log entries": Event.objects.count(),
    }
