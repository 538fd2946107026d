"""The outgoing queue against a real SMTP server: once each, never lost, never repeated."""

import datetime as dt
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import connection
from django.utils import timezone

from members.mail import GIVEN_UP_AFTER, claims_release, email_queue, mail_send_due
from members.models import MailKind, OutboundEmail, User
from tests.cast import make_cast
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


class Postbox:
    """A mail server that keeps what it accepts, and refuses what it is told to."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.refuse: dict[str, str] = {}
        self.too_large: int = 0
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
    return [UserFactory(member=cast.staff.member) for _ in range(12)]


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
    from members import mail

    queue(readers[:1])
    slow = mail._claim_one()
    assert slow is not None
    OutboundEmail.objects.update(claimed_at=timezone.now() - dt.timedelta(hours=1))
    assert mail_send_due() == 1
    mail._finish(slow, state="queued")
    assert OutboundEmail.objects.get().state == "sent"


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
