"""What tests of malformed forms share: who sends, and what is there before and after."""

import contextlib
import logging
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings

from incidents.forms.entry import entry_of
from incidents.forms.people import MOST_PEOPLE, SEEN
from incidents.models import Report
from incidents.phone import phone_facts
from offenders.services import profile_withdraw
from tests import factories, hostile
from tests.cast import Cast
from tests.cast import signed_in as sign_in
from tests.hostile import Sent

ROLES = ("staff", "store", "other", "police", "intel", "board", "admin")
READERS = ROLES[:5]
FEW = ("staff", "staff", "staff", "staff", "store", "other", "police", "intel", "board", "admin")
TABLES = (
    "incidents_report", "incidents_involvement", "incidents_stolenitem", "incidents_attachment",
    "incidents_alert", "incidents_reportedit", "incidents_intelligencereport",
)  # fmt: skip
COUNT = " UNION ALL ".join(f"SELECT count(*) FROM {table}" for table in TABLES)
PERSON = ("pk", "who", "named_as", "part", *SEEN)
TICKED = ("hair", "clothing", "marks", "carrying")  # of these all values count, else the last
ITEM = ("category", "description", "quantity", "value_stolen", "value_recovered")
NAMES = (
    "client_id", "revision", "premises", "when", "occurred_at", "what", "methods", "violence",
    "threats", "weapon", "weapon_words", "injury", "vehicle_registration", "vehicle_words",
    "outcome", "police_told", "police_ref", "words", "uploads", "alert", "finish", "owner",
    "made_at", "age", "content", "people-TOTAL_FORMS", "people-INITIAL_FORMS",
    "people-MAX_NUM_FORMS", "people--1-who", "people-__prefix__-who", "people-99-who",
    "items-TOTAL_FORMS", "items-INITIAL_FORMS", "items-20-category", "csrfmiddlewaretoken",
    "status", "reporter", "member", "\x00", "",
    *(f"people-{number}-{name}" for number in range(3) for name in PERSON),
    *(f"items-{number}-{name}" for number in range(3) for name in ITEM),
)  # fmt: skip
# Most take a short way, with nothing on it but what reads a form: it halves the time. Every tenth
# goes the whole way, through every middleware and a real session.
SHORT_WAY = [
    "common.bodies.WholeBodyMiddleware",
    "tests.malformed.signed_in",
    "django.contrib.messages.middleware.MessageMiddleware",
]
WHOLE_WAY_EACH = 10
SIGNED_IN: dict[str, Any] = {}
SEVERAL = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # the note says which one it was
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
        HealthCheck.function_scoped_fixture,
    ],
)


@dataclass
class World:
    """Who sends, about whom, and where what they send is kept."""

    cast: Cast
    clients: dict[str, Client]
    owners: dict[str, bytes]
    refs: tuple[bytes, ...]
    media: Path
    whole_way: dict[str, Client]
    tried: int = 0
    taken: int = 0
    counts: tuple[int, ...] = ()
    kept: frozenset[str] = frozenset()

    def look(self) -> None:
        """Note what is in the database and on the disk."""
        with connection.cursor() as cursor:
            cursor.execute(COUNT)
            self.counts = tuple(row[0] for row in cursor.fetchall())
        self.kept = frozenset(path.name for path in self.media.glob("originals/*/*"))


def signed_in(get_response: Any) -> Any:
    """Middleware: the user is whom the test says, without a session to look up."""

    def answer(request: Any) -> Any:
        request.user = SIGNED_IN[request.headers["X-Test-User"]]
        request.session = {}
        return get_response(request)

    return answer


def make_world(cast: Cast, settings: Any, tmp_path: Path) -> Iterator[World]:
    """Make subjects who are seen by all, by some and by nobody, and everybody who may send."""
    memory = Path("/dev/shm")  # thousands of files that nobody needs to keep
    folder = Path(tempfile.mkdtemp(dir=memory)) if memory.is_dir() else tmp_path
    settings.DATA_DIR = folder
    settings.MEDIA_ROOT = folder / "media"
    quiet = [logging.getLogger(name) for name in ("django.request", "django.security", "common")]
    for logger in quiet:
        logger.setLevel(logging.CRITICAL)
    factories.incident_type()
    factories.incident_type("asb", label="ASB", asks=["threats"])
    factories.incident_type("over", label="Over", effective_to=factories.dt.date(2021, 1, 1))
    seen = factories.published(cast.intel, name="Kevin Marsh")
    pubs_only = factories.published(
        cast.intel, name="Secretive Pubgoer", draft_audience="sectors",
        draft_audience_sectors=["licensed"],
    )  # fmt: skip
    hidden = factories.subject(cast.intel, name="Hidden Person", photo=False)
    gone = factories.published(cast.intel, name="Hidden Withdrawn")
    profile_withdraw(by=cast.intel, subject=gone.subject, reason="x")
    subjects = (seen.subject, pubs_only.subject, hidden, gone.subject)
    SIGNED_IN.update(cast.users)
    whole_way = {role: Client() for role in ROLES}
    for role, client in whole_way.items():
        sign_in(client, cast.users[role])
        client.get("/healthz/")  # it keeps the middleware of its first request
    settings.MIDDLEWARE = SHORT_WAY
    yield World(
        cast,
        {role: Client(headers={"x-test-user": role}) for role in ROLES},
        {role: phone_facts(cast.users[role])["owner"].encode() for role in ROLES},
        tuple(subject.ref.encode() for subject in subjects),
        folder / "media",
        whole_way,
    )
    for logger in quiet:
        logger.setLevel(logging.NOTSET)
    shutil.rmtree(folder, ignore_errors=True)


def text(value: bytes) -> str:
    """Return what Django makes of a field's bytes."""
    return value.decode(errors="replace").strip()


def expected(sent: Sent, report: Report) -> tuple[int, int, int]:
    """Return how many people, lines of goods and files a report that was taken must have."""
    forms = min(int(text(sent.last("people-TOTAL_FORMS"))), MOST_PEOPLE)
    entered = ("who", "named_as", *SEEN)
    people = sum(
        any(
            any(map(text, sent.all(f"people-{number}-{name}")[0 if name in TICKED else -1 :]))
            for name in entered
        )
        for number in range(forms)
    )
    lines = min(int(text(sent.last("items-TOTAL_FORMS"))), 20)
    goods = sum(bool(text(sent.last(f"items-{number}-category"))) for number in range(lines))
    asked = report.type is not None and report.type.asks_for("goods")
    files = [name for field, name, _, _ in sent.files if field == b"uploads"]
    nameless = (b"", b".", b"..")  # what a browser sends where no file was chosen, and the like
    return people, goods if asked else 0, sum(name not in nameless for name in files)


def post(world: World, role: str, path: str, sent: Sent, **headers: str) -> Any:
    kind, body = sent.body()
    clients = world.clients if world.tried % WHOLE_WAY_EACH else world.whole_way
    answer = clients[role].generic("POST", path, body, kind, headers=headers)
    content = answer.content
    for name in (b"Hidden Person", b"Hidden Withdrawn"):
        assert name not in content or role == "intel"
    if role not in ("intel", "other"):
        assert b"Secretive Pubgoer" not in content
    return answer


def undone(world: World, work: Callable[[], object]) -> None:
    """Do something, then undo it in the database and on the disk."""
    with transaction.atomic():
        world.look()
        kept = world.kept
        work()
        transaction.set_rollback(True)
    for path in world.media.glob("originals/*/*"):
        if path.name not in kept:
            path.unlink()
    for folder in world.media.glob("originals/*"):
        with contextlib.suppress(OSError):  # not empty
            folder.rmdir()


def edit_base(report: Report) -> dict[str, bytes]:
    """Return what the form to correct a report sends when nothing is changed in it."""
    entry = entry_of(report, report.reporter)
    fields = {}
    for form in (entry.form, *entry.people, *entry.items):
        for bound in form:
            value = bound.value()
            if bound.name != "uploads" and isinstance(value, str | int | uuid.UUID) and value:
                fields[bound.html_name] = str(value).encode()
    fields["occurred_at"] = hostile.london(timezone.localtime(report.occurred_at))
    for formset in (entry.people, entry.items):
        for bound in formset.management_form:
            fields[bound.html_name] = str(bound.value() or 0).encode()
    return fields
