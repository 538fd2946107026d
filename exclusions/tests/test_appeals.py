"""Appeals: decided by others, in that case file and nothing else; upheld, the notice ends."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from audit.models import Event
from common import dates
from exclusions.models import Appeal, Notice
from exclusions.services import (
    Asked,
    appeal_acknowledge,
    appeal_decide,
    appeal_decline,
    appeal_panel_add,
    appeal_tell,
    appeal_withdraw,
    notice_confirm,
    notice_revoke,
    numbers_issue,
)
from incidents.services import PersonInput, report_accept
from members.models import OutboundEmail, Role, User
from tests import factories
from tests.cast import Cast, make_cast
from tests.pdfs import HARD_NAMES, shows_name, text_of
from tests.races import at_once

DAY = dt.timedelta(days=1)


def in_force(cast: Cast, name: str = "Ann Appellant", days: int = 9) -> Notice:
    subject = factories.subject(cast.intel, name=name)
    return factories.served_notice(
        cast.intel, cast.staff, cast.shop, subject, ago=dt.timedelta(days=days)
    )


def test_upheld_it_ends_at_once_everywhere(cast: Cast, client_of) -> None:
    notice = in_force(cast)
    appeal = factories.appeal(cast.intel, notice, cast.board)
    assert client_of("other").get(f"/exclusions/{notice.ref}/").status_code == 200
    appeal_decide(
        by=cast.board, appeal=appeal, decision="upheld", reasons="The film shows another."
    )
    assert not Notice.objects.in_force().exists()
    notice.refresh_from_db()
    assert (notice.revoked_by, notice.revoked_reason) == (
        cast.board,
        f"Appeal {appeal.ref} upheld.",
    )
    assert client_of("other").get(f"/exclusions/{notice.ref}/").status_code == 404
    assert OutboundEmail.objects.filter(key=f"appeal-decided:{appeal.ref}").count() == 1


def test_refused_it_stands(cast: Cast) -> None:
    notice = in_force(cast)
    factories.decided_appeal(cast, notice)
    assert Notice.objects.in_force().get() == notice
    again = factories.appeal(cast.intel, notice)  # another may come in then
    assert again.is_open


def test_none_is_decided_by_who_decided_first(cast: Cast) -> None:
    notice = in_force(cast)
    appeal = factories.appeal(cast.intel, notice)
    for user in (cast.intel, cast.staff, cast.police, cast.store):
        with pytest.raises(ValidationError, match="Only members of the Board"):
            appeal_panel_add(by=cast.intel, appeal=appeal, user=user)
        with pytest.raises(PermissionDenied):
            appeal_decide(by=user, appeal=appeal, decision="refused", reasons="x")
    with pytest.raises(PermissionDenied):  # of the Board, but not asked
        appeal_decide(by=cast.board, appeal=appeal, decision="refused", reasons="x")
    # Whoever decided the notice and joined the Board since.
    User.objects.filter(pk=cast.intel.pk).update(role=Role.BOARD)
    cast.intel.refresh_from_db()
    with pytest.raises(ValidationError, match="had a part in the notice"):
        appeal_panel_add(by=cast.intel, appeal=appeal, user=cast.intel)
    with pytest.raises(IntegrityError, match="appeal_decided_by_others"), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(
            decision="refused", reasons="x", decided_at=timezone.now(), decided_by=cast.intel
        )


def test_none_is_decided_by_who_confirmed_it_since_the_appeal_came_in(cast: Cast) -> None:
    number = numbers_issue(by=cast.intel, member=cast.store.member, count=1)[0]
    notice = factories.spot_notice(cast.store, cast.shop, number)
    appeal = factories.appeal(cast.intel, notice)
    report = notice.grounds.get()
    report_accept(by=cast.intel, report=report, revision=report.revision)
    notice_confirm(by=cast.intel, notice=notice, asked=Asked())
    appeal.refresh_from_db()
    assert appeal.confirmed_by == cast.intel
    User.objects.filter(pk=cast.intel.pk).update(role=Role.BOARD)
    cast.intel.refresh_from_db()
    with pytest.raises(ValidationError, match="had a part in the notice"):
        appeal_panel_add(by=cast.store, appeal=appeal, user=cast.intel)
    with pytest.raises(IntegrityError, match="appeal_decided_by_others"), transaction.atomic():
        Appeal.objects.filter(pk=appeal.pk).update(
            decision="refused", reasons="x", decided_at=timezone.now(), decided_by=cast.intel
        )


def test_the_board_sees_that_case_file_and_nothing_else(cast: Cast, client_of) -> None:
    mine, others = in_force(cast), in_force(cast, "Zed Other")
    case, other = (
        factories.appeal(cast.intel, mine, cast.board),
        factories.appeal(cast.intel, others),
    )
    board = client_of("board")
    page = board.get(f"/appeals/{case.ref}/").content.decode()
    for words in ("Ann Appellant", "It was not me.", "Arrested.", mine.grounds.get().ref):
        assert words in page
    assert cast.staff.name not in page
    assert board.get(f"/appeals/{other.ref}/").status_code == 404
    listed = board.get("/appeals/").content.decode()
    assert case.ref in listed
    assert other.ref not in listed
    for path in (
        f"/exclusions/{mine.ref}/", f"/reports/{mine.grounds.get().ref}/", "/exclusions/",
        f"/subjects/{mine.subject.ref}/", f"/gallery/{mine.subject.ref}/", "/gallery/",
        f"/exclusions/{mine.ref}/notice.pdf", f"/appeals/{case.ref}/acknowledgement.pdf",
    ):  # fmt: skip
        assert board.get(path).status_code == 404, path
    viewed = Event.objects.get(action="exclusions.appeal.viewed", actor_id=cast.board.pk)
    assert viewed.subjects == [mine.subject.ref]
    with time_machine.travel(timezone.now() + 3 * DAY):
        appeal_decide(by=cast.board, appeal=case, decision="refused", reasons="x")
    with time_machine.travel(timezone.now() + 20 * DAY):
        assert Appeal.objects.visible_to(cast.board).exists()
    with time_machine.travel(timezone.now() + 40 * DAY):
        assert not Appeal.objects.visible_to(cast.board).exists()


def test_who_stands_back_no_longer_sees_it(cast: Cast, client_of) -> None:
    appeal = factories.appeal(cast.intel, in_force(cast), cast.board)
    board, path = client_of("board"), f"/appeals/{appeal.ref}/"
    assert board.post(path, {"step": "decline", "decline-reason": ""}).status_code == 422
    done = board.post(path, {"step": "decline", "decline-reason": "Her neighbour."})
    assert done.url == "/appeals/"
    assert board.get(path).status_code == 404
    with pytest.raises(PermissionDenied):
        appeal_decide(by=cast.board, appeal=appeal, decision="refused", reasons="x")
    assert "Her neighbour." in client_of("intel").get(path).content.decode()


@pytest.mark.parametrize("name", HARD_NAMES)
def test_letters_bear_any_name(cast: Cast, client_of, name: str) -> None:
    appeal = factories.decided_appeal(cast, in_force(cast, name))
    for letter in ("acknowledgement", "outcome"):
        said = text_of(client_of("intel").get(f"/appeals/{appeal.ref}/{letter}.pdf").content)
        assert shows_name(said, name)
        for words in (appeal.ref, appeal.notice.ref, dates.short_date(dates.today())):
            assert words in said


def test_the_whole_way_on_the_pages(cast: Cast, client_of) -> None:
    notice = in_force(cast)
    intel, board = client_of("intel"), client_of("board")
    today = dates.today().isoformat()
    data = {"kind": "appeal", "received_on": today, "received_how": "email", "words": "Not me."}
    assert intel.post(f"/exclusions/{notice.ref}/appeal/", {"kind": "appeal"}).status_code == 422
    path = intel.post(f"/exclusions/{notice.ref}/appeal/", data).url
    second = intel.post(f"/exclusions/{notice.ref}/appeal/", data)
    assert "is open already" in second.content.decode()
    assert "To be acknowledged by" in intel.get("/queue/").content.decode()
    letter = text_of(intel.get(f"{path}acknowledgement.pdf").content)
    for words in ("Ann Appellant", notice.ref, "no part in the first decision"):
        assert words in letter
    assert intel.post(path, {"step": "acknowledge", "acknowledge-on": today}).status_code == 302
    assert "see who decides" in intel.get("/queue/").content.decode()
    asked = intel.post(path, {"step": "panel", "panel-user": cast.board.pk})
    assert asked.status_code == 302
    assert OutboundEmail.objects.get(user=cast.board).template == "appeal-to-decide"
    assert path not in intel.get("/queue/").content.decode()
    # The manager can't decide it, whatever is sent.
    assert intel.post(path, {"step": "decide", "decide-decision": "refused"}).status_code == 403
    assert board.post(path, {"step": "panel", "panel-user": cast.board.pk}).status_code == 403
    refused = board.post(path, {"step": "decide", "decide-decision": "refused"})
    assert "Write the reasons" in refused.content.decode()
    reasons = "The film shows you. Zoë’s word is “clear”."
    done = board.post(
        path, {"step": "decide", "decide-decision": "refused", "decide-reasons": reasons}
    )
    assert done.url == path
    assert "The outcome is not sent yet" in intel.get("/queue/").content.decode()
    outcome = text_of(intel.get(f"{path}outcome.pdf").content)
    for words in (
        "the notice stands",
        "The film shows you.",
        "Zoë’s",
        dates.short_date(notice.ends_on),
    ):
        assert words in outcome
    assert intel.post(path, {"step": "told", "told-on": today}).status_code == 302
    assert path not in intel.get("/queue/").content.decode()
    actions = Event.objects.filter(action__startswith="exclusions.appeal", is_read=False)
    assert [each.action.rpartition(".")[2] for each in actions.order_by("pk")] == [
        "received", "acknowledged", "panel", "decided", "told",
    ]  # fmt: skip


def test_an_early_review_after_six_quiet_months(cast: Cast) -> None:
    young, quiet = in_force(cast), in_force(cast, "Qui Et", days=200)
    with pytest.raises(ValidationError, match="6 months after service"):
        factories.appeal(cast.intel, young, kind="early_review")
    seen = [PersonInput(subject=quiet.subject)]
    with time_machine.travel(timezone.now() - 100 * DAY):
        sighting = factories.report(cast.intel, cast.shop, people=seen)
    with pytest.raises(ValidationError, match="incidents or breaches"):
        factories.appeal(cast.intel, quiet, kind="early_review")
    sighting.people.all().delete()
    # What the notice rests on came before it.
    quiet.grounds.update(occurred_at=timezone.now() - 210 * DAY)
    assert factories.appeal(cast.intel, quiet, kind="early_review").is_open


def test_only_against_a_notice_in_force(cast: Cast) -> None:
    waiting = factories.raised_notice(
        cast.intel, cast.staff, cast.shop, factories.subject(cast.intel, name="A Bee")
    )
    over = in_force(cast)
    notice_revoke(by=cast.intel, notice=over, reason="x")
    for notice in (waiting, over):
        with pytest.raises(ValidationError, match="Only a notice in force"):
            factories.appeal(cast.intel, notice)
    notice = in_force(cast, "C Dee")
    for day, words in ((dates.today() + DAY, "future"), (dates.today() - 10 * DAY, "before")):
        with pytest.raises(ValidationError, match=words):
            factories.appeal(cast.intel, notice, received_on=day)


def test_what_was_decided_or_taken_back_stays_so(cast: Cast) -> None:
    decided = factories.decided_appeal(cast, in_force(cast))
    taken = factories.appeal(cast.intel, in_force(cast, "C Dee"), cast.board)
    appeal_withdraw(by=cast.intel, appeal=taken, on=dates.today())
    for appeal in (decided, taken):
        with pytest.raises(ValidationError, match="already"):
            appeal_decide(by=cast.board, appeal=appeal, decision="upheld", reasons="x")
        with pytest.raises(ValidationError, match="already"):
            appeal_decline(by=cast.board, appeal=appeal, reason="x")
        with pytest.raises(ValidationError, match="already"):
            appeal_acknowledge(by=cast.intel, appeal=appeal, on=dates.today())
    with pytest.raises(ValidationError, match="no outcome"):
        appeal_tell(by=cast.intel, appeal=taken, on=dates.today())
    for change in (
        {"decision": "upheld"}, {"reasons": "y"}, {"words": "y"},
        {"received_on": dates.today() - DAY}, {"notice": taken.notice},
    ):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            Appeal.objects.filter(pk=decided.pk).update(**change)
    for change in ({"decision": "refused"}, {"withdrawn_on": dates.today() - 99 * DAY}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Appeal.objects.filter(pk=taken.pk).update(**change)


@pytest.mark.django_db(transaction=True)
def test_decided_and_revoked_at_once_by_many_it_ends_once() -> None:
    cast = make_cast()
    notice = in_force(cast)
    appeal = factories.appeal(cast.intel, notice, cast.board)

    def decide() -> None:
        appeal_decide(by=cast.board, appeal=appeal, decision="upheld", reasons="x")

    def revoke() -> None:
        notice_revoke(by=cast.intel, notice=notice, reason="x")

    at_once(decide, revoke, decide, revoke)
    assert Event.objects.filter(action="exclusions.notice.revoked").count() == 1
    assert Event.objects.filter(action="exclusions.appeal.decided").count() == 1
