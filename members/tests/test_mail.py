"""The outgoing queue against a real SMTP server: once each, never lost, never repeated."""

import datetime as dt
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from django.db import connection
from django.test import Client
from django.utils import timezone

from common.db import only_one
from members.claim import claim_end, claim_one, claim_sent, claims_release
from members.mail import (
    GIVEN_UP_AFTER,
    LOCK,
    LONGEST_OUTAGE_WAIT,
    MUCH,
    email_queue,
    mail_send_due,
    mail_send_due_side_by_side,
)
from members.models import (
    Agreement,
    AgreementAcceptance,
    MailKind,
    OutboundEmail,
    User,
)
from tests.cast import make_cast, signed_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


class Postbox:
    """A mail server that keeps what it accepts, and refuses what it is told to."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.refuse: dict[str, str] = {}
        self.too_large: int = 0
        self.hangs_up_on: set[str] = set()
        self.met: list[str] = []
        self.connections = 0

    async def handle_EHLO(self, server, session, envelope, name, answers):  # noqa: N802
        self.connections += 1
        session.host_name = name
        return answers

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        if self.too_large:
            self.too_large -= 1
            return "552 message size exceeds the limit"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if envelope.rcpt_tos[0] in self.hangs_up_on:
            self.met.append(envelope.rcpt_tos[0])
            server.transport.abort()
            return "451 nobody hears this"
        self.letters.append((envelope.rcpt_tos[0], message_from_bytes(envelope.content)))
        return "250 OK"

    @property
    def counts(self) -> Counter[str]:
        return Counter(address for address, _ in self.letters)


@pytest.fixture
def postbox(settings) -> Iterator[Postbox]:
    box = Postbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.EMAIL_TIMEOUT = 3
    yield box
    controller.stop()


@pytest.fixture
def readers() -> list[User]:
    cast = make_cast()
    made: list[User] = [UserFactory(member=cast.staff.member) for _ in range(12)]
    for user in made:
        AgreementAcceptance.objects.create(agreement=cast.agreement, user=user)
    return made


def queue(users: list[User], key: str = "bulletin:BUL-1") -> list[OutboundEmail]:
    context = {"headline": "Watch for these", "refs": ["D-0042"], "path": "/bulletins/BUL-1/"}
    return email_queue(users=users, key=key, template="bulletin", context=context)


def test_each_gets_one_with_a_stable_id_and_no_name_in_it(postbox: Postbox, readers) -> None:
    queued = queue(readers)
    queue(readers)  # queued twice is queued once
    assert mail_send_due() == 12
    assert mail_send_due() == 0
    assert set(postbox.counts.values()) == {1}
    assert len(postbox.counts) == 12
    _, letter = postbox.letters[0]
    assert letter["Message-ID"] in {email.message_id for email in queued}
    assert letter["Subject"] == "D-TAC bulletin: Watch for these"
    assert "D-0042" in letter.as_string()
    assert {part.get_content_type() for part in letter.walk()} >= {"text/plain", "text/html"}


def test_workers_side_by_side_share_the_work(postbox: Postbox, readers) -> None:
    queue(readers)
    sent: list[int] = []

    def work() -> None:
        sent.append(mail_send_due())
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == 12
    assert set(postbox.counts.values()) == {1}


def test_where_much_waits_it_goes_on_several_lines_each_letter_once(settings, postbox) -> None:
    users = UserFactory.create_batch(MUCH + 10, member=UserFactory().member)
    queue(users)
    assert mail_send_due_side_by_side() == len(users)
    assert postbox.connections == settings.DTAC_MAIL_LINES
    assert set(postbox.counts.values()) == {1}
    settings.DTAC_BULLETIN_PER_MINUTE = 100_000
    queue(users, key="bulletin:BUL-2")
    assert mail_send_due_side_by_side() == len(users)  # one line is enough to keep to a rate
    assert postbox.connections == settings.DTAC_MAIL_LINES + 1
    assert set(postbox.counts.values()) == {2}


def test_a_second_sweep_has_one_line(settings, postbox) -> None:
    users = UserFactory.create_batch(MUCH + 10, member=UserFactory().member)
    queue(users)
    held, over = threading.Event(), threading.Event()

    def first() -> None:
        with only_one(LOCK) as alone:
            assert alone
            held.set()
            over.wait(30)
        connection.close()

    sweep = threading.Thread(target=first)
    sweep.start()
    assert held.wait(30)
    try:
        assert mail_send_due_side_by_side() == len(users)
    finally:
        over.set()
        sweep.join()
    assert postbox.connections == 1


def test_a_server_that_is_down_loses_nobody_and_uses_up_no_try(settings, postbox, readers) -> None:
    queue(readers)
    working, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert mail_send_due() == 0
    assert not OutboundEmail.objects.filter(attempts__gt=0).exists()
    assert OutboundEmail.objects.filter(state="queued").count() == 12
    settings.EMAIL_PORT = working
    OutboundEmail.objects.update(due_at=timezone.now())
    assert mail_send_due() == 12


def test_a_refused_recipient_is_given_up_with_the_servers_answer(postbox, readers) -> None:
    postbox.refuse[readers[0].email] = "550 no such person"
    postbox.refuse[readers[1].email] = "451 try later"
    queue(readers)
    assert mail_send_due() == 10
    gone = OutboundEmail.objects.get(user=readers[0])
    assert (gone.state, gone.last_error) == ("failed", "550 no such person")
    later = OutboundEmail.objects.get(user=readers[1])
    assert later.state == "queued"
    assert later.due_at > timezone.now() + dt.timedelta(seconds=50)


def test_tries_end(postbox, readers) -> None:
    postbox.refuse[readers[0].email] = "451 try later"
    queue(readers[:1])
    waits = []
    for _ in range(12):
        before = timezone.now()
        OutboundEmail.objects.update(due_at=before)
        mail_send_due()
        waits.append((OutboundEmail.objects.get().due_at - before).total_seconds())
    assert [round(wait / 60) for wait in waits] == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240]
    OutboundEmail.objects.update(due_at=timezone.now(), created_at=timezone.now() - GIVEN_UP_AFTER)
    mail_send_due()
    email = OutboundEmail.objects.get()
    assert (email.state, email.last_error) == ("given_up", "451 try later")
    assert mail_send_due() == 0


def test_a_dead_workers_claim_is_taken_up_after_its_lease(postbox, readers) -> None:
    queue(readers[:2])
    OutboundEmail.objects.update(state="claimed", claimed_at=timezone.now())
    assert mail_send_due() == 0
    OutboundEmail.objects.update(claimed_at=timezone.now() - dt.timedelta(hours=1))
    assert mail_send_due() == 2


def test_a_worker_that_wakes_after_its_lease_changes_nothing(postbox, readers) -> None:
    queue(readers[:1])
    slow = claim_one()
    assert slow is not None
    OutboundEmail.objects.update(claimed_at=timezone.now() - dt.timedelta(hours=1))
    assert mail_send_due() == 1
    claim_end(slow, state="queued")
    assert claim_sent(slow, shown=["D-0001"])
    email = OutboundEmail.objects.get()
    assert (email.state, email.subjects) == ("sent", [])


def test_a_leaver_gets_nothing(postbox, readers) -> None:
    queue(readers[:2])
    User.objects.filter(pk=readers[0].pk).update(is_active=False)
    assert mail_send_due() == 1
    assert readers[0].email not in postbox.counts


def test_who_no_longer_reads_or_wants_bulletins_gets_none(postbox, readers) -> None:
    email_queue(
        users=readers[:3],
        key="b",
        template="bulletin",
        context={},
        kind=MailKind.BULLETIN,
        for_readers=True,
    )
    User.objects.filter(pk=readers[0].pk).update(role="board")
    User.objects.filter(pk=readers[1].pk).update(receives_bulletins=False)
    assert mail_send_due() == 1


def test_a_letter_that_cannot_be_made_holds_up_no_other(postbox, readers) -> None:
    email_queue(users=readers[:1], key="bad", template="no-such-letter", context={})
    queue(readers[1:3])
    assert mail_send_due() == 2
    assert OutboundEmail.objects.get(key="bad").last_error == "TemplateDoesNotExist"


def test_sending_inside_a_transaction_is_refused(readers) -> None:
    from django.db import transaction

    with pytest.raises(RuntimeError), transaction.atomic():
        mail_send_due()


def test_one_connection_serves_many_letters_until_a_fault(postbox, readers, monkeypatch) -> None:
    queue(readers)
    assert mail_send_due() == 12
    assert postbox.connections == 1
    monkeypatch.setattr("members.line.MOST", 5)
    queue(readers, key="another")
    assert mail_send_due() == 12
    assert postbox.connections == 1 + 3
    postbox.refuse[readers[3].email] = "550 no such person"
    queue(readers[:5], key="third")
    assert mail_send_due() == 4
    assert postbox.connections == 4 + 2


def test_a_line_that_went_dead_while_it_was_idle_costs_nothing(
    postbox, readers, monkeypatch
) -> None:
    monkeypatch.setattr("members.line.IDLE", -1.0)  # asked before each letter
    queue(readers[:4])
    assert mail_send_due() == 4
    assert postbox.connections == 1


def test_a_letter_that_is_too_large_holds_up_no_other(postbox, readers) -> None:
    postbox.too_large = 1
    queue(readers[:3])
    assert mail_send_due() == 2
    assert OutboundEmail.objects.get(state="failed").last_error.startswith("SMTPSenderRefused")


def test_a_letter_that_kills_its_workers_is_given_up(postbox, readers) -> None:
    queue(readers[:2])
    first = OutboundEmail.objects.order_by("pk")[0]
    long_ago = timezone.now() - dt.timedelta(hours=1)
    for _ in range(OutboundEmail.MAX_LOST_CLAIMS):
        OutboundEmail.objects.filter(pk=first.pk).update(state="claimed", claimed_at=long_ago)
        claims_release()
    assert mail_send_due() == 1
    first.refresh_from_db()
    assert (first.state, first.sent_at) == ("given_up", None)


def test_who_has_not_accepted_the_agreement_by_then_gets_nothing(postbox, readers) -> None:
    email_queue(users=readers[:2], key="b", template="bulletin", context={}, for_readers=True)
    queue(readers[2:3], key="of service")  # what was asked of somebody goes all the same
    newer = Agreement.objects.create(version=2, title="New", body="x", effective_on="2020-02-02")
    AgreementAcceptance.objects.create(agreement=newer, user=readers[0])
    assert mail_send_due() == 2
    assert set(postbox.counts) == {readers[0].email, readers[2].email}
    left = OutboundEmail.objects.get(user=readers[1])
    assert (left.state, left.last_error) == ("left_out", "Has not accepted the agreement")


def test_during_an_outage_the_tries_become_rarer_and_nothing_else_is_tried(
    settings, postbox, readers
) -> None:
    queue(readers)
    working, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    began = timezone.now().replace(microsecond=0)
    tries = []
    with time_machine.travel(began, tick=False) as clock:
        OutboundEmail.objects.update(created_at=began, due_at=began)
        for second in range(0, 80 * 60, 30):  # as the schedule wakes the worker
            clock.move_to(began + dt.timedelta(seconds=second))
            before = list(OutboundEmail.objects.order_by("pk").values_list("due_at", flat=True))
            mail_send_due()
            after = list(OutboundEmail.objects.order_by("pk").values_list("due_at", flat=True))
            if before != after:
                tries.append(second // 60)
        assert tries[:6] == [0, 1, 2, 4, 8, 16]
        longest = LONGEST_OUTAGE_WAIT.total_seconds() // 60
        assert {later - earlier for earlier, later in pairwise(tries[5:])} == {longest}
        assert not OutboundEmail.objects.filter(attempts__gt=0).exists()
        outage = OutboundEmail.objects.outage()
        assert outage is not None
        assert outage.since == began
    settings.EMAIL_PORT = working
    OutboundEmail.objects.update(due_at=began)
    assert mail_send_due() == 12
    assert OutboundEmail.objects.outage() is None
    assert set(postbox.counts.values()) == {1}


def test_a_wrong_password_is_an_outage_too(settings, postbox, readers) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "d-tac", "wrong"
    queue(readers[:3])
    assert mail_send_due() == 0
    assert OutboundEmail.objects.failing().count() == 1
    assert not OutboundEmail.objects.filter(attempts__gt=0).exists()


def test_a_letter_that_the_server_hangs_up_on_is_counted_and_holds_up_no_other(
    postbox, readers
) -> None:
    postbox.hangs_up_on = {readers[0].email}
    queue(readers)
    assert mail_send_due() == 11
    waits = []
    for _ in range(9):
        before = timezone.now()
        OutboundEmail.objects.filter(state="queued").update(due_at=before)
        assert mail_send_due() == 0
        waits.append((OutboundEmail.objects.get(state="queued").due_at - before).total_seconds())
    assert [round(wait / 60) for wait in waits] == [2, 4, 8, 16, 32, 64, 128, 240, 240]
    assert len(postbox.met) == 10
    OutboundEmail.objects.filter(state="queued").update(
        due_at=timezone.now(), created_at=timezone.now() - GIVEN_UP_AFTER
    )
    mail_send_due()
    assert OutboundEmail.objects.get(user=readers[0]).state == "given_up"
    assert OutboundEmail.objects.outage() is None


def test_a_server_that_hangs_up_on_everybody_is_left_alone_for_a_while(postbox, readers) -> None:
    postbox.hangs_up_on = {reader.email for reader in readers}
    queue(readers)
    assert mail_send_due() == 0
    assert mail_send_due() == 0
    assert len(postbox.met) == 2  # the first may be to blame, the second was not
    assert OutboundEmail.objects.filter(attempts=0).count() == 10
    postbox.hangs_up_on = set()
    OutboundEmail.objects.update(due_at=timezone.now())
    assert mail_send_due() == 12
    assert set(postbox.counts.values()) == {1}


def test_the_manager_is_told_of_an_outage_after_half_an_hour_and_no_longer_than_it_lasts(
    settings, postbox
) -> None:
    cast = make_cast()
    client = Client()
    signed_in(client, cast.intel)
    queue([cast.staff, cast.store])

    def told(ago: int) -> bool:
        began = timezone.now() - dt.timedelta(minutes=ago)
        OutboundEmail.objects.failing().update(failing_since=began, due_at=timezone.now())
        return "E-mail is not going out since" in client.get("/queue/").content.decode()

    assert not told(40)  # what waits its turn does not fail
    working, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    mail_send_due()
    assert not told(29)
    assert told(31)
    mail_send_due()
    assert told(31)
    settings.EMAIL_PORT = working
    OutboundEmail.objects.update(due_at=timezone.now())
    assert mail_send_due() == 2
    assert not told(31)
    postbox.refuse[cast.staff.email] = "451 mailbox full"  # one recipient's, not the server's
    queue([cast.staff], key="another")
    mail_send_due()
    assert not told(31)
