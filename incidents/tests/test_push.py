"""Web Push: which browsers, what they are told, and that one that fails costs nobody else."""

import datetime as dt
import json
import threading
import time
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from py_vapid import Vapid02

from incidents import push
from incidents.models import Alert, PushDelivery, PushSubscription
from incidents.services import alert_withdraw
from incidents.services.push import (
    BROWSERS_EACH,
    FAILURES,
    alerts_to_push,
    push_alert,
    push_allow,
    push_purge,
    subscriptions_for,
)
from members.models import User
from offenders.services import profile_withdraw
from tests import factories
from tests.cast import Cast, make_cast
from tests.push_service import KEYS, Keys, PushService, browsers

FCM = "https://fcm.googleapis.com/fcm/send/abc:def"


def browser(user: User, endpoint: str, keys: Keys = KEYS) -> PushSubscription:
    return push_allow(
        by=user, session_key="s", endpoint=endpoint, p256dh=keys.p256dh, auth=keys.auth
    )


# --- allowing and ending it ----------------------------------------------------------------------


def words(do: str, endpoint: str = FCM, keys: Keys = KEYS) -> dict[str, str]:
    return {"do": do, "endpoint": endpoint, "p256dh": keys.p256dh, "auth": keys.auth}


def test_allowed_stopped_and_asked_after(cast: Cast, client_of) -> None:
    staff = client_of("staff")
    assert staff.post("/alerts/push/", words("here")).json() == {"state": "off"}
    assert staff.post("/alerts/push/", words("allow")).json() == {"state": "on"}
    row = PushSubscription.objects.get()
    assert (row.user, row.endpoint, row.session_key) == (
        cast.staff,
        FCM,
        staff.session.session_key,
    )
    assert staff.post("/alerts/push/", words("here")).json() == {"state": "on"}
    assert staff.post("/alerts/push/", words("allow")).json() == {"state": "on"}  # twice is once
    assert staff.post("/alerts/push/", words("stop")).json() == {"state": "off"}
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "endpoint",
    ["", "x", "http://fcm.googleapis.com/a", "https://127.0.0.1/a", "https://localhost:6379/",
     "https://fcm.googleapis.com.evil.example/a", "https://evil.example/fcm.googleapis.com",
     "https://fcm.googleapis.com:8443/a", "https://a@fcm.googleapis.com/", "https://[::1]/a",
     "https://fcm.googleapis.com\\@127.0.0.1/", "https://fcm.googleapis.com /a", "file:///etc/passwd",
     "https://push.apple.com/a", "https://.push.apple.com/a", "https://fcm.googleapis.com:99999/a",
     "https://169.254.169.254/latest", "https://fcm.googleapis.com/" + "x" * 800, "https://fcm.goоgleapis.com/"],
)  # fmt: skip
def test_the_server_calls_no_address_but_a_push_services(
    cast: Cast, client_of, endpoint: str
) -> None:
    assert len(endpoint) > 800 or not push.may_send_to(endpoint)
    for do in ("allow", "here", "stop"):
        answer = client_of("staff").post("/alerts/push/", words(do, endpoint))
        assert answer.status_code == 422
        assert answer.json()["state"] == "refused"
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "endpoint",
    [FCM, "https://updates.push.services.mozilla.com/wpush/v2/x", "https://web.push.apple.com/x",
     "https://wns2-par02p.notify.windows.com/w/?token=x", "https://FCM.googleapis.com/x"],
)  # fmt: skip
def test_the_push_services_of_browsers_are_known(endpoint: str) -> None:
    assert push.may_send_to(endpoint)


@pytest.mark.parametrize(
    "keys",
    [{"p256dh": ""}, {"p256dh": "AAAA"}, {"p256dh": "B" * 87}, {"p256dh": "é" * 87},
     {"p256dh": KEYS.p256dh + "A" * 9}, {"auth": ""}, {"auth": "AAAA"}, {"auth": "!" * 22},
     {"auth": "A" * 44}],
)  # fmt: skip
def test_keys_that_no_browser_makes_are_refused(cast: Cast, client_of, keys) -> None:
    answer = client_of("staff").post("/alerts/push/", words("allow") | keys)
    assert answer.status_code == 422
    assert not PushSubscription.objects.exists()


def test_a_browser_is_whose_it_was_last_allowed_by(cast: Cast, client_of) -> None:
    client_of("staff").post("/alerts/push/", words("allow"))
    client_of("store").post("/alerts/push/", words("allow"))
    assert PushSubscription.objects.get().user == cast.store
    # Somebody else signs in at it: it is nobody's, and they have not allowed it.
    assert client_of("other").post("/alerts/push/", words("here")).json() == {"state": "off"}
    assert not PushSubscription.objects.exists()


def test_signing_out_ends_it_in_this_browser(cast: Cast, client_of) -> None:
    phone, tablet = client_of("staff"), client_of("staff")
    phone.post("/alerts/push/", words("allow"))
    tablet.post("/alerts/push/", words("allow", FCM + "2"))
    stale = browser(cast.staff, FCM + "3")  # allowed in a session that ended long ago
    other = browser(cast.other, FCM + "4")
    phone.post(reverse("account_logout"))
    left = set(PushSubscription.objects.values_list("endpoint", flat=True))
    assert left == {FCM + "2", other.endpoint}
    assert stale.endpoint not in left


def test_coming_back_makes_it_this_sessions(cast: Cast, client_of) -> None:
    client_of("staff").post("/alerts/push/", words("allow"))
    again = client_of("staff")
    assert again.post("/alerts/push/", words("here")).json() == {"state": "on"}
    again.post(reverse("account_logout"))
    assert not PushSubscription.objects.exists()


def test_a_user_has_so_many_browsers_at_most(cast: Cast) -> None:
    for number in range(BROWSERS_EACH + 3):
        browser(cast.staff, f"{FCM}{number}")
    left = PushSubscription.objects.order_by("pk").values_list("endpoint", flat=True)
    assert list(left) == [f"{FCM}{number}" for number in range(3, BROWSERS_EACH + 3)]


def test_without_a_key_it_is_not_offered(cast: Cast, client_of, settings) -> None:
    assert "data-push-key" in client_of("staff").get("/alerts/").content.decode()
    settings.DTAC_VAPID_PRIVATE_KEY = ""
    page = client_of("staff").get("/alerts/").content.decode()
    assert "data-push" not in page
    assert client_of("staff").post("/alerts/push/", words("allow")).status_code == 404


def test_only_those_who_see_alerts(cast: Cast, client_of) -> None:
    for who in ("board", "admin"):
        assert client_of(who).post("/alerts/push/", words("allow")).status_code == 404
    with pytest.raises(PermissionDenied):
        browser(cast.board, FCM)


def test_a_fresh_key_is_one_and_a_wrong_one_is_said_at_once(settings, capsys) -> None:
    from django.core.checks import run_checks

    call_command("vapid_key")
    settings.DTAC_VAPID_PRIVATE_KEY = capsys.readouterr().out.strip()
    assert len(push.public_key()) == 87
    assert not [each for each in run_checks() if each.id == "incidents.E001"]
    settings.DTAC_VAPID_PRIVATE_KEY = "not a key"
    assert [each for each in run_checks() if each.id == "incidents.E001"]


# --- who is told, and of what --------------------------------------------------------------------


def test_who_is_told(cast: Cast) -> None:
    for name, user in cast.users.items():
        if user.sees_profiles:
            browser(user, f"{FCM}{name}")
    pubs = {"draft_audience": "sectors", "draft_audience_sectors": ["licensed"]}
    licensed = factories.published(cast.intel, name="Paul Tate", **pubs)

    def told(alert: Alert) -> set[str]:
        rows = subscriptions_for(alert).values_list("endpoint", flat=True)
        return {endpoint.removeprefix(FCM) for endpoint in rows}

    near = factories.alert(cast.staff, cast.shop)
    assert told(near) == {"store", "police", "intel"}  # the raiser knows
    pub = factories.alert(cast.police, cast.pub, subject=licensed.subject, everywhere=True)
    assert told(pub) == {"other", "otherstore", "intel"}
    newcomer = factories.UserFactory(member=cast.other.member, premises=cast.pub)
    browser(newcomer, f"{FCM}newcomer")  # who has yet to accept the agreement
    assert told(pub) == {"other", "otherstore", "intel"}
    User.objects.filter(member=cast.other.member).update(is_active=False)
    assert told(pub) == {"intel"}
    profile_withdraw(by=cast.intel, subject=licensed.subject, reason="x")
    assert told(pub) == set()
    cast.store.member.status = "lapsed"
    cast.store.member.save()
    assert told(near) == {"police", "intel"}


@pytest.mark.django_db(transaction=True)
def test_the_message_names_nobody_and_no_place_but_the_area(service: PushService) -> None:
    cast = make_cast()
    version = factories.published(cast.intel)
    browsers(service, cast.police, ok=1)
    alert = factories.alert(
        cast.staff, cast.shop, subject=version.subject, text="Hiding razors at the pharmacy"
    )
    assert push_alert(alert_id=alert.pk) == 1
    [sent] = service.taken
    plain = KEYS.read(sent.body).decode()
    assert json.loads(plain) == {
        "title": "D-TAC alert in Town Centre",
        "body": "Open to see it.",
        "ref": alert.ref,
        "url": "/alerts/",
    }
    for secret in ("Kevin", "Marsh", version.subject.ref, "Marlowe", "Orchards", "razors", "Staff"):
        assert secret not in plain
        assert secret.encode() not in sent.body
        assert secret not in str(sent.headers)
    assert Vapid02.verify(sent.headers["authorization"])
    assert sent.headers["content-encoding"] == "aes128gcm"
    assert sent.headers["topic"] == alert.ref
    assert 7190 < int(sent.headers["ttl"]) <= 7200


@pytest.mark.django_db(transaction=True)
def test_told_once_however_often_it_runs_and_faults_are_tried_later(
    service: PushService, settings: Any
) -> None:
    cast = make_cast()
    browsers(service, cast.police, ok=5, fault=3)
    alert = factories.alert(cast.staff, cast.shop)
    assert push_alert(alert_id=alert.pk) == 5
    assert push_alert(alert_id=alert.pk) == 0  # claimed: the lease is the pause
    assert alerts_to_push() == []
    settings.DTAC_PUSH_LEASE_SECONDS = 0
    assert alerts_to_push() == [alert.pk]
    service.well = True
    assert push_alert(alert_id=alert.pk) == 3
    assert len(service.got("ok")) == 5
    alert.refresh_from_db()
    assert alert.push_done_at
    assert alerts_to_push() == []
    assert push_alert(alert_id=alert.pk) == 0
    assert not PushSubscription.objects.filter(failures__gt=0).exists()


@pytest.mark.django_db(transaction=True)
def test_one_that_always_fails_is_dropped_unless_all_do(service: PushService, monkeypatch) -> None:
    monkeypatch.setattr(push, "PAUSES", (0.0,))
    cast = make_cast()
    browsers(service, cast.police, fault=1, refused=1)
    long_ago = timezone.now() - dt.timedelta(minutes=6)  # no more tries for these

    def another() -> None:
        alert = factories.alert(cast.intel, cast.shop)
        Alert.objects.filter(pk=alert.pk).update(raised_at=long_ago)
        push_alert(alert_id=alert.pk)

    for _ in range(FAILURES + 1):
        another()
    assert PushSubscription.objects.count() == 2  # the fault may be ours
    browsers(service, cast.police, ok=1)
    for _ in range(FAILURES - 1):
        another()
    assert PushSubscription.objects.count() == 3
    another()
    assert [row.endpoint.split("/")[3] for row in PushSubscription.objects.all()] == ["ok"]


@pytest.mark.django_db(transaction=True)
def test_over_or_withdrawn_it_is_told_to_nobody(service: PushService, settings: Any) -> None:
    cast = make_cast()
    browsers(service, cast.police, ok=2)
    taken_back = factories.alert(cast.staff, cast.shop)
    alert_withdraw(by=cast.staff, alert=taken_back, reason="It is over")
    over = factories.alert(cast.staff, cast.shop)
    past = timezone.now() - dt.timedelta(hours=3)
    Alert.objects.filter(pk=over.pk).update(
        raised_at=past, expires_at=past + dt.timedelta(minutes=120)
    )
    off = factories.alert(cast.staff, cast.shop)
    assert alerts_to_push() == [off.pk]
    settings.DTAC_VAPID_PRIVATE_KEY = ""
    for alert in (taken_back, over, off):
        assert push_alert(alert_id=alert.pk) == 0
    assert not service.taken


@pytest.mark.django_db(transaction=True)
def test_withdrawn_in_the_middle_it_stops(service: PushService, monkeypatch) -> None:
    monkeypatch.setattr(push, "AT_ONCE", 4)
    cast = make_cast()
    browsers(service, cast.police, slow=60)
    alert = factories.alert(cast.staff, cast.shop)
    withdrawn: list[float] = []

    def manager() -> None:
        while not service.taken:
            time.sleep(0.01)
        alert_withdraw(by=cast.intel, alert=alert, reason="It is over")
        withdrawn.append(time.time())
        connection.close()

    thread = threading.Thread(target=manager)
    thread.start()
    push_alert(alert_id=alert.pk)
    thread.join()
    assert time.time() - withdrawn[0] < 4
    assert len(service.taken) < 20


@pytest.mark.django_db(transaction=True)
def test_a_day_after_its_end_nobody_knows_which_browsers_took_it(service: PushService) -> None:
    cast = make_cast()
    browsers(service, cast.police, ok=3)
    alert, fresh = factories.alert(cast.staff, cast.shop), factories.alert(cast.staff, cast.shop)
    for each in (alert, fresh):
        push_alert(alert_id=each.pk)
    assert PushDelivery.objects.count() == 6
    ended = timezone.now() - dt.timedelta(days=1, minutes=1)
    Alert.objects.filter(pk=alert.pk).update(
        raised_at=ended - dt.timedelta(hours=2), expires_at=ended
    )
    assert push_purge() == 3
    assert set(PushDelivery.objects.values_list("alert", flat=True)) == {fresh.pk}
