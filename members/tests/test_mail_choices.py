"""What people get by mail: turned off by a link or on their page, stopped by a bounce, paced."""

import threading
import time
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from audit.models import Event
from members.letters import stop_read, stop_url
from members.mail import email_queue, mail_send_due
from members.models import BouncedAddress, MailKind, MailPace, OutboundEmail, SchemeSetting, User
from members.pace import wait_for_turn
from members.services import bounce_clear, bounce_mark, scheme_setting_change
from tests.cast import Cast, make_cast

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def path_of(user: User, kind: MailKind) -> str:
    return "/mail/stop/" + stop_url(user, kind).partition("/mail/stop/")[2]


@pytest.mark.parametrize(
    ("kind", "field"),
    [(MailKind.BULLETIN, "receives_bulletins"), (MailKind.DIGEST, "receives_digest")],
)
def test_one_click_turns_off_one_kind_without_signing_in(cast: Cast, kind, field) -> None:
    client = Client(enforce_csrf_checks=True)
    path = path_of(cast.staff, kind)
    page = client.get(path)
    assert page.status_code == 200
    for personal in (cast.staff.name, cast.staff.email, cast.staff.member.name):
        assert personal not in page.content.decode()
    assert client.head(path).status_code == 200
    cast.staff.refresh_from_db()
    assert getattr(cast.staff, field)  # a scanner that opens the link changes nothing
    assert client.post(path, {}).status_code == 422
    assert client.post(path, ONE_CLICK).status_code == 200
    assert client.post(path, ONE_CLICK).status_code == 200
    cast.staff.refresh_from_db()
    off = {name: getattr(cast.staff, name) for name in ("receives_bulletins", "receives_digest")}
    assert off == {"receives_bulletins": True, "receives_digest": True, field: False}
    event = Event.objects.get(action="members.mail.wanted")
    assert event.detail == {"kind": str(kind), "wanted": False, "link": True}


def test_a_token_of_ours_only(cast: Cast) -> None:
    good = path_of(cast.staff, MailKind.BULLETIN)
    token = good.removeprefix("/mail/stop/").removesuffix("/")
    assert stop_read(token) == (cast.staff.pk, MailKind.BULLETIN)
    for bad in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x", token.swapcase(), "a:b:c"):
        assert stop_read(bad) is None
        assert Client().post(f"/mail/stop/{bad}/", ONE_CLICK).status_code == 404
    assert stop_url(cast.staff, MailKind.SERVICE) == ""


def test_the_page_of_ones_own_turns_it_on_again(cast: Cast, client_of) -> None:
    User.objects.filter(pk=cast.staff.pk).update(receives_bulletins=False)
    client = client_of("staff")
    assert "You don’t get them." in client.get("/me/mail/").content.decode()
    answer = client.post("/me/mail/", {"kind": "bulletin", "wanted": "yes"})
    assert answer.status_code == 302
    cast.staff.refresh_from_db()
    assert cast.staff.receives_bulletins
    assert client.post("/me/mail/", {"kind": "service", "wanted": "no"}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_a_bounced_address_gets_nothing_until_it_is_cleared_or_another(mailoutbox) -> None:
    cast = make_cast()

    def queue(key: str) -> OutboundEmail:
        context = {"headline": "x", "refs": ["D-0001"], "path": "/"}
        (email,) = email_queue(users=[cast.staff], key=key, template="bulletin", context=context)
        mail_send_due()
        email.refresh_from_db()
        return email

    first = queue("a")
    assert first.state == "sent"
    bounce = bounce_mark(by=cast.intel, user=cast.staff, reason="Unknown user", email=first)
    first.refresh_from_db()
    assert (first.state, first.last_error) == ("bounced", "Came back: Unknown user")
    assert first.sent_at
    assert first.ended_at
    second = queue("b")
    assert (second.state, second.last_error) == ("left_out", "Mail to this address came back")
    assert cast.staff not in User.objects.bulletin_recipients()
    with pytest.raises(ValidationError, match="marked already"):
        bounce_mark(by=cast.intel, user=cast.staff, reason="Again")
    User.objects.filter(pk=cast.staff.pk).update(email="new@test.example")
    assert queue("c").state == "sent"  # another address has done nothing wrong
    User.objects.filter(pk=cast.staff.pk).update(email="Staff@test.example")
    assert queue("d").state == "left_out"
    bounce_clear(by=cast.intel, bounce=bounce)
    assert queue("e").state == "sent"
    assert len(mailoutbox) == 3


def test_the_manager_marks_and_clears(cast: Cast, client_of) -> None:
    client = client_of("intel")
    assert (
        client.post("/mail/bounced/", {"address": "x@y.example", "reason": "x"}).status_code == 422
    )
    sent = {"address": "STAFF@test.example", "reason": "Mailbox full"}
    assert client.post("/mail/bounced/", sent).status_code == 302
    assert client.post("/mail/bounced/", sent).status_code == 422
    page = client.get("/mail/bounced/").content.decode()
    assert "Mailbox full" in page
    bounce = BouncedAddress.objects.get()
    assert "came back" in client_of("staff").get("/me/mail/").content.decode()
    assert client.post(f"/mail/bounced/{bounce.pk}/clear/").status_code == 302
    assert not BouncedAddress.objects.stopped().exists()
    codes = {"members.mail.bounced", "members.mail.cleared"}
    assert codes <= set(Event.objects.values_list("action", flat=True))


@pytest.mark.django_db(transaction=True)
def test_all_workers_together_keep_to_the_rate(settings: Any, mailoutbox) -> None:
    cast = make_cast()
    settings.DTAC_BULLETIN_PER_MINUTE = 60 * 25  # one each 40 ms
    users = list(User.objects.exclude(role="admin"))
    for number in range(3):
        context = {"headline": "x", "refs": ["D-0001"], "path": "/"}
        email_queue(users=users, key=f"k{number}", template="bulletin", context=context)
    waiting = OutboundEmail.objects.count()
    assert waiting > 20
    assert cast

    def work() -> None:
        mail_send_due()
        connection.close()

    began = time.monotonic()
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert OutboundEmail.objects.filter(state="sent").count() == waiting
    assert time.monotonic() - began >= (waiting - 1) * 0.04


@pytest.mark.django_db(transaction=True)
def test_the_turn_survives_the_worker_and_is_not_waited_for_in_vain(settings: Any) -> None:
    settings.DTAC_BULLETIN_PER_MINUTE = 60
    assert wait_for_turn(within=5)
    began = time.monotonic()
    assert not wait_for_turn(within=0.3)  # a second off: somebody else's time
    assert time.monotonic() - began < 0.3
    connection.close()  # as after a restart: the row is still there
    assert not wait_for_turn(within=0.3)
    assert MailPace.objects.count() == 1


def test_settings_need_a_reason_and_the_newest_page(cast: Cast, client_of) -> None:
    client = client_of("intel")
    assert not SchemeSetting.current().email_shows_people
    data = {"revision": "0", "email_shows_people": "on", "reason": " "}
    assert client.post("/scheme/", data).status_code == 422
    assert client.post("/scheme/", data | {"reason": "DPIA of 3 May"}).status_code == 302
    late = client.post("/scheme/", data | {"reason": "Late", "printed_packs": "on"})
    assert late.status_code == 422
    assert "Someone changed this" in late.content.decode()
    now = SchemeSetting.current()
    assert (now.email_shows_people, now.printed_packs, now.reason) == (True, False, "DPIA of 3 May")
    assert now.changed_by_id == cast.intel.pk
    with pytest.raises(ValidationError, match="Nothing was changed"):
        scheme_setting_change(
            by=cast.intel, revision=1, email_shows_people=True, printed_packs=False, reason="x"
        )
    assert Event.objects.filter(action="members.scheme.changed").count() == 1
