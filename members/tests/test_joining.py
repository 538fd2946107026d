"""From a form that anybody can send to a member with people of its own."""

import datetime as dt
import re
import uuid
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from common import dates
from members.joining import forms, people
from members.joining.applications import Approval, application_approve, applications_purge
from members.joining.invitations import (
    InvitationInput,
    founder_invite,
    invitation_accept,
    invitation_again,
    invitation_end,
    invitation_find,
    invitation_make,
    invitation_token,
    password_link_send,
)
from members.letters import NothingToSay, address_letter_render
from members.models import (
    Agreement,
    Application,
    Invitation,
    Member,
    OutboundEmail,
    Role,
    User,
)
from tests import factories
from tests.cast import Cast, make_cast
from tests.races import at_once

PASSWORD = "three private words"


def filled_in(**fields: Any) -> dict[str, Any]:
    """Return the public form as a person sends it."""
    area = factories.AreaFactory()
    return {
        "mark": forms.fresh_mark(),
        "website": "",
        "business": "The New Bakery",
        "sector": "independent",
        "address": "4 Spital Street",
        "postcode": "da12dj",
        "area": area.pk,
        "name": "Rae Miller",
        "position": "Owner",
        "email": "rae@bakery.example",
        "may_speak": "on",
        **fields,
    }


def letter_of(email: OutboundEmail) -> str:
    """Return the text of a letter as its address gets it now."""
    made = address_letter_render(
        template=email.template, address=email.address, context=email.context
    )
    return made.text


def link_of(invitation: Invitation) -> str:
    """Return the path of the link in the letter that was queued for an invitation."""
    email = OutboundEmail.objects.get(key=f"invitation:{invitation.pk}")
    found = re.search(r"/invited/\S+", letter_of(email))
    assert found
    return found.group()


def test_a_stranger_sends_the_form_and_the_manager_is_told(cast: Cast, client: Client) -> None:
    answer = client.post("/join/", filled_in())
    assert (answer.status_code, answer.url) == (302, "/join/sent/")
    row = Application.objects.get()
    assert (row.business, row.postcode, row.is_open) == ("The New Bakery", "DA1 2DJ", True)
    mail = OutboundEmail.objects.get(template="application-received")
    assert mail.user == cast.intel


def test_a_second_click_makes_no_second_application(cast: Cast, client: Client) -> None:
    data = filled_in()
    assert [client.post("/join/", data).status_code for _ in range(2)] == [302, 302]
    assert Application.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"website": "http://cheap.example"}, "Leave this empty"),
        ({"mark": "made-up"}, "open for too long"),
        ({"postcode": "Dartford"}, "Enter a whole postcode"),
        ({"may_speak": ""}, "ask somebody who may"),
        ({"email": "rae"}, "Enter the whole address"),
    ],
)
def test_what_a_machine_or_a_hurry_sends_is_refused_and_kept_on_the_page(
    cast: Cast, client: Client, fields: dict[str, Any], words: str
) -> None:
    answer = client.post("/join/", filled_in(**fields))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "The New Bakery" in answer.content.decode()
    assert not Application.objects.exists()


def test_a_form_of_yesterday_gets_a_mark_that_can_be_sent(cast: Cast, client: Client) -> None:
    with time_machine.travel(timezone.now() - dt.timedelta(days=2)):
        old = forms.fresh_mark()
    page = client.post("/join/", filled_in(mark=old)).content.decode()
    fresh = re.search(r'name="mark" value="([^"]+)"', page)
    assert fresh
    assert fresh.group(1) != old
    assert client.post("/join/", filled_in(mark=fresh.group(1))).status_code == 302


def test_one_place_sends_five_an_hour(cast: Cast, client: Client, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"apply": "5/h/ip"}
    client.defaults["REMOTE_ADDR"] = f"192.0.2.{uuid.uuid4().int % 250}"
    sent = [client.post("/join/", filled_in(email=f"a{n}@x.example")) for n in range(6)]
    assert [answer.status_code for answer in sent] == [302] * 5 + [429]
    assert "Wait an hour" in sent[-1].content.decode()
    assert Application.objects.count() == 5


def test_from_the_form_to_a_member_with_people(cast: Cast, client: Client, client_of) -> None:
    row = factories.application()
    page = client_of("intel").post(
        f"/members/applications/{row.uuid}/", {"kind": "affiliate", "prospect": ""}
    )
    member = Member.objects.get(name="The New Bakery")
    assert page.url == f"/members/{member.slug}/"
    assert (member.status, member.kind) == ("applied", "affiliate")
    assert member.premises.get().postcode == "DA1 2DJ"
    assert member.contacts.get().is_main

    invitation = Invitation.objects.get(is_founding=True)
    link = link_of(invitation)
    assert client.get(link).status_code == 200
    assert not User.objects.filter(email="rae@bakery.example").exists()  # a scanner opened it
    sent = {"name": "Rae Miller", "password": PASSWORD, "again": PASSWORD, "version": 1}
    refused = client.post(link, sent)
    assert refused.status_code == 422
    assert "tick the box" in refused.content.decode()
    joined = client.post(link, {**sent, "accept": "on"})
    assert joined.status_code == 302
    assert client.get("/gallery/").status_code == 200

    member.refresh_from_db()
    assert (member.status, member.joined_on) == ("active", dates.today())
    assert member.certified_until == dates.year_from_today()
    rae = User.objects.get(email="rae@bakery.example")
    assert (rae.role, rae.certified_until) == (Role.MANAGER, dates.year_from_today())
    assert [step.after for step in member.steps.all()] == ["active", "applied", "prospect"]

    asked = client.post(
        f"/members/{member.slug}/people/invite/",
        {"email": "sam@bakery.example", "name": "Sam", "role": "reporter", "premises": ""},
    )
    assert asked.status_code == 302
    link = link_of(Invitation.objects.get(email="sam@bakery.example"))
    other = Client()
    other.post(link, {**sent, "name": "Sam", "accept": "on"})
    assert other.get("/log/").status_code == 200
    sam = User.objects.get(email="sam@bakery.example")
    assert (
        client.post(f"/members/{member.slug}/people/{sam.uuid}/", {"end": "1"}).status_code == 302
    )
    assert other.get("/log/").url.startswith("/sign-in/")


def test_a_prospect_of_that_name_is_the_business_that_applied(cast: Cast) -> None:
    known = factories.MemberFactory(
        name="The New Bakery", slug="bakery", status="contacted", joined_on=None
    )
    row = factories.application()
    with pytest.raises(ValidationError, match="is there already"), transaction.atomic():
        application_approve(by=cast.intel, application=row, approval=Approval("full"))
    made = application_approve(by=cast.intel, application=row, approval=Approval("full", known))
    assert made.member == known
    with pytest.raises(ValidationError, match="decided already"):
        application_approve(by=cast.intel, application=row, approval=Approval("full", known))


def test_declining_tells_only_what_was_written_for_them(cast: Cast, client_of) -> None:
    row = factories.application()
    data = {"decline": "1", "reason": "Known to police.", "answer": "We take no bakeries yet."}
    page = f"/members/applications/{row.uuid}/"
    assert client_of("intel").post(page, {**data, "reason": ""}).status_code == 422
    assert client_of("intel").post(page, data).url == "/members/applications/"
    text = letter_of(OutboundEmail.objects.get(address="rae@bakery.example"))
    assert "We take no bakeries yet." in text
    assert "police" not in text
    assert not Member.objects.filter(name="The New Bakery").exists()


def test_decided_applications_go_after_a_year(cast: Cast) -> None:
    old, fresh = factories.application(), factories.application(email="b@x.example")
    waiting = factories.application(email="c@x.example")
    with time_machine.travel(timezone.now() - dt.timedelta(days=366)):
        application_approve(by=cast.intel, application=old, approval=Approval("full"))
    Application.objects.filter(pk=waiting.pk).update(
        received_at=timezone.now() - dt.timedelta(days=800)
    )
    assert applications_purge() == 1
    assert set(Application.objects.all()) == {fresh, waiting}


def test_a_link_ends_after_a_week_and_works_once(cast: Cast, client: Client) -> None:
    made = factories.invitation(cast.store)
    link = f"/invited/{invitation_token(made)}/"
    with time_machine.travel(timezone.now() + dt.timedelta(days=7, minutes=1)):
        assert client.get(link).status_code == 410
    user = invitation_accept(invitation=made, name="Nia", password=PASSWORD, agreement=1)
    assert user.member == cast.store.member
    assert client.get(link).status_code == 410
    with pytest.raises(ValidationError, match="can’t be used any more"):
        invitation_accept(invitation=made, name="Nia", password=PASSWORD, agreement=1)


def test_a_link_that_is_over_keeps_nobody_from_being_invited_elsewhere(cast: Cast) -> None:
    factories.invitation(cast.store)
    with time_machine.travel(timezone.now() + dt.timedelta(days=8)):
        assert factories.invitation(cast.otherstore).member == cast.otherstore.member


def test_a_link_of_another_kind_or_hand_is_no_invitation(cast: Cast) -> None:
    made = factories.invitation(cast.store)
    assert invitation_find(signing.dumps(str(made.uuid), salt="members.letters.stop")) is None
    assert invitation_find(str(made.uuid)) is None
    assert invitation_find(invitation_token(made)) == made


def test_taken_back_or_made_anew_the_old_link_is_dead_and_its_letter_not_sent(cast: Cast) -> None:
    first = factories.invitation(cast.store)
    second = invitation_again(by=cast.store, invitation=first)
    assert invitation_find(invitation_token(first)) is None
    assert invitation_end(by=cast.store, invitation=second)
    assert not invitation_end(by=cast.store, invitation=second)
    for row in (first, second):
        with pytest.raises(NothingToSay):
            letter_of(OutboundEmail.objects.get(key=f"invitation:{row.pk}"))


def test_a_lapsed_business_or_one_that_left_takes_nobody_in(cast: Cast) -> None:
    made = factories.invitation(cast.store)
    Member.objects.filter(pk=cast.store.member_id).update(status="lapsed")
    assert invitation_find(invitation_token(made)) is None
    with pytest.raises(ValidationError, match="not a member now"):
        factories.invitation(cast.store, email="later@x.example")


def test_who_is_invited_to_what(cast: Cast) -> None:
    for role in (Role.AGENCY, Role.BOARD, Role.INTEL):
        with pytest.raises(ValidationError, match="Nobody can be that"):
            factories.invitation(cast.store, role=role)
    with pytest.raises(ValidationError, match="its own premises"):
        factories.invitation(cast.store, premises=cast.pub)
    with pytest.raises(ValidationError, match="can’t be invited"):
        factories.invitation(cast.store, email="STAFF@test.example")
    factories.invitation(cast.store)
    with pytest.raises(ValidationError, match="invited already"):
        factories.invitation(cast.store, email="NEW@test.example")
    factories.invitation(cast.otherstore, email="NEW@test.example")  # it may not know of the first
    scheme = cast.intel.member
    invitation_make(by=cast.intel, member=scheme, data=InvitationInput("b@x.example", "B", "board"))
    with pytest.raises(ValidationError, match="has applied"):
        founder_invite(by=cast.intel, member=cast.store.member, name="X", email="x@x.example")


def test_nobody_finds_out_by_inviting_who_has_an_account_elsewhere(cast: Cast, client_of) -> None:
    """The answer is that for any address; its link works for nobody, and no letter is sent."""
    client = client_of("store")
    said = []
    for email in ("other@test.example", "nobody@test.example"):
        data = {"email": email, "name": "Sam New", "role": "reporter", "premises": ""}
        answer = client.post("/members/marlowe/people/invite/", data, follow=True)
        said.append(answer.content.decode().replace(email, "X"))
    assert "The link is sent to X" in said[0]
    made = Invitation.objects.get(email="other@test.example")
    assert invitation_find(invitation_token(made)) is None
    with pytest.raises(NothingToSay):
        letter_of(OutboundEmail.objects.get(key=f"invitation:{made.pk}"))
    real = Invitation.objects.get(email="nobody@test.example")
    assert invitation_find(invitation_token(real)) == real
    data = InvitationInput("other@test.example", "O", Role.REPORTER)
    with pytest.raises(ValidationError, match="can’t be invited"):  # the scheme knows all
        invitation_make(by=cast.intel, member=cast.store.member, data=data)


def test_the_first_person_can_be_invited_again_and_manages_the_others(cast: Cast) -> None:
    member = factories.MemberFactory(status="applied", joined_on=None)
    factories.PremisesFactory(member=member)
    data = InvitationInput("first@x.example", "First", Role.REPORTER)
    with pytest.raises(ValidationError, match="manages the others"):
        invitation_make(by=cast.intel, member=member, data=data)
    data = InvitationInput("first@x.example", "First", Role.MANAGER)
    made = invitation_make(by=cast.intel, member=member, data=data)
    assert made.is_founding
    invitation_accept(invitation=made, name="First", password=PASSWORD, agreement=1)
    member.refresh_from_db()
    assert member.has_access


def test_a_business_that_joins_anew_lets_nobody_in_who_was_there_before(cast: Cast) -> None:
    member = cast.store.member
    Member.objects.filter(pk=member.pk).update(status="applied")
    made = founder_invite(by=cast.intel, member=member, name="Owner", email="owner@x.example")
    owner = invitation_accept(invitation=made, name="Owner", password=PASSWORD, agreement=1)
    assert list(User.objects.with_access().filter(member=member)) == [owner]
    assert people.user_restore(by=owner, user=cast.staff)


def test_the_old_manager_joins_anew_with_the_old_account(cast: Cast, client: Client) -> None:
    member = cast.store.member
    people.user_end(by=cast.intel, user=cast.store)
    Member.objects.filter(pk=member.pk).update(status="applied")
    member.refresh_from_db()
    row = factories.application(business=member.name, email=cast.store.email)
    made = application_approve(by=cast.intel, application=row, approval=Approval("full", member))
    link = link_of(made)
    page = client.get(link).content.decode()
    assert "joins" in page
    sent = {"name": "Store", "password": PASSWORD, "again": PASSWORD, "version": 1, "accept": "on"}
    assert client.post(link, sent).status_code == 302
    cast.store.refresh_from_db()
    assert cast.store.is_active
    assert client.get("/gallery/").status_code == 200


def test_what_the_scheme_ended_only_the_scheme_gives_back(cast: Cast) -> None:
    people.user_end(by=cast.intel, user=cast.staff)
    with pytest.raises(ValidationError, match="The scheme ended"):
        people.user_restore(by=cast.store, user=cast.staff)
    assert people.user_restore(by=cast.intel, user=cast.staff)
    people.user_end(by=cast.store, user=cast.staff)
    assert people.user_restore(by=cast.store, user=cast.staff)


def test_a_business_without_premises_does_not_join(cast: Cast) -> None:
    member = factories.MemberFactory(status="applied", joined_on=None)
    made = founder_invite(by=cast.intel, member=member, name="O", email="o@x.example")
    with pytest.raises(ValidationError, match="no premises"), transaction.atomic():
        invitation_accept(invitation=made, name="O", password=PASSWORD, agreement=1)


def test_mistakes_in_the_form_do_not_count_as_forms(
    cast: Cast, client: Client, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"apply": "5/h/ip"}
    client.defaults["REMOTE_ADDR"] = f"192.0.2.{uuid.uuid4().int % 250}"
    for _ in range(7):
        assert client.post("/join/", filled_in(email="rae")).status_code == 422
    assert client.post("/join/", filled_in()).status_code == 302


def test_no_administrator_is_ever_invited(cast: Cast) -> None:
    made = factories.invitation(cast.store)
    with pytest.raises(ValidationError):
        invitation_make(
            by=cast.intel,
            member=cast.intel.member,
            data=InvitationInput("a@x.example", "A", "admin"),
        )
    made.role = "admin"
    with pytest.raises(ValidationError):
        made.full_clean()


def test_a_weak_or_the_public_password_is_refused_by_name(cast: Cast, client: Client) -> None:
    link = f"/invited/{invitation_token(factories.invitation(cast.store))}/"
    for weak in ("short", "dartford-demo", "password1234"):
        sent = {"name": "N", "password": weak, "again": weak, "version": 1, "accept": "on"}
        assert client.post(link, sent).status_code == 422
    sent = {"name": "N", "password": PASSWORD, "again": "x", "version": 1, "accept": "on"}
    assert "not the same" in client.post(link, sent).content.decode()
    assert not User.objects.filter(email="new@test.example").exists()


def test_an_agreement_that_changed_meanwhile_is_read_again(cast: Cast, client: Client) -> None:
    link = f"/invited/{invitation_token(factories.invitation(cast.store))}/"
    Agreement.objects.create(version=2, title="New", body="New words.", effective_on="2021-01-01")
    sent = {"name": "N", "password": PASSWORD, "again": PASSWORD, "version": 1, "accept": "on"}
    answer = client.post(link, sent)
    assert answer.status_code == 422
    assert "New words." in answer.content.decode()
    assert not User.objects.filter(email="new@test.example").exists()


def test_a_forgotten_password_is_set_by_a_link_and_nothing_else_changes(
    cast: Cast, client: Client
) -> None:
    made = password_link_send(by=cast.store, user=cast.staff)
    later = password_link_send(by=cast.store, user=cast.staff)
    assert invitation_find(invitation_token(made)) is None
    answer = client.post(link_of(later), {"password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 302
    cast.staff.refresh_from_db()
    assert cast.staff.check_password(PASSWORD)
    assert cast.staff.name == "Staff Person"
    people.user_end(by=cast.store, user=cast.staff)
    with pytest.raises(ValidationError, match="no access now"):
        password_link_send(by=cast.store, user=cast.staff)


def test_ended_access_kills_its_links_and_can_be_given_back(cast: Cast, client_of) -> None:
    made = password_link_send(by=cast.store, user=cast.staff)
    theirs = client_of("staff")
    assert theirs.get("/gallery/").status_code == 200
    assert people.user_end(by=cast.store, user=cast.staff)
    assert theirs.get("/gallery/").url.startswith("/sign-in/")
    assert invitation_find(invitation_token(made)) is None
    assert not people.user_end(by=cast.store, user=cast.staff)
    assert people.user_restore(by=cast.store, user=cast.staff)
    cast.staff.refresh_from_db()
    assert cast.staff.has_access


def test_nobody_ends_confirms_or_promotes_themselves_or_others_people(cast: Cast) -> None:
    for by, user in (
        (cast.store, cast.store), (cast.store, cast.other), (cast.staff, cast.store),
        (cast.board, cast.staff), (cast.intel, cast.intel), (cast.police, cast.store),
        (cast.store, cast.admin), (cast.intel, cast.admin),
    ):  # fmt: skip
        assert not people.may_keep(by, user)
        with pytest.raises(ValidationError):
            people.user_end(by=by, user=user)
        with pytest.raises(ValidationError):
            people.user_change(by=by, user=user, name="X", role="manager", premises=None)
        with pytest.raises(ValidationError):
            people.users_certify(by=by, member=user.member, users=[user])
    assert people.may_keep(cast.board, cast.intel)
    with pytest.raises(ValidationError, match="Nobody can be that"):
        people.user_change(by=cast.store, user=cast.staff, name="S", role=Role.INTEL, premises=None)


def test_a_manager_cannot_confirm_a_person_of_another_business(cast: Cast, client_of) -> None:
    User.objects.update(certified_until=dates.today())
    page = f"/members/{cast.store.member.slug}/people/"
    client = client_of("store")
    assert client.post(page, {"who": [str(cast.other.uuid)]}).status_code == 422
    assert client.post(page, {"who": [str(cast.store.uuid)]}).status_code == 422
    assert client.post(page, {"who": [str(cast.staff.uuid)]}).status_code == 302
    found = {user.email: user.certified_until for user in User.objects.all()}
    assert found.pop("staff@test.example") == dates.year_from_today()
    assert set(found.values()) == {dates.today()}


def test_who_is_not_confirmed_is_paused_and_told_so(cast: Cast, client: Client, client_of) -> None:
    theirs = client_of("staff")
    User.objects.filter(pk=cast.staff.pk).update(
        certified_until=dates.today() - dt.timedelta(days=1)
    )
    assert theirs.get("/gallery/").url.startswith("/sign-in/")
    cast.staff.set_password(PASSWORD)
    cast.staff.save(update_fields=["password"])
    answer = client.post("/sign-in/", {"login": cast.staff.email, "password": PASSWORD})
    assert "confirmed" in client.get(answer.url).content.decode()
    assert not User.objects.with_access().filter(pk=cast.staff.pk).exists()
    people.users_certify(by=cast.store, member=cast.staff.member, users=[cast.staff])
    assert User.objects.with_access().filter(pk=cast.staff.pk).exists()


def test_an_administrator_is_never_locked_out_by_a_date(cast: Cast) -> None:
    User.objects.update(certified_until=dt.date(2020, 1, 1))
    assert list(User.objects.with_access()) == [cast.admin]
    cast.admin.refresh_from_db()
    assert cast.admin.has_access


def test_people_are_told_before_their_year_ends_once_each(cast: Cast) -> None:
    today = dates.today()
    User.objects.filter(pk__in=[cast.staff.pk, cast.store.pk]).update(
        certified_until=today + dt.timedelta(days=31)
    )
    for days in range(33):
        with time_machine.travel(dates.london_midnight(today + dt.timedelta(days=days, hours=9))):
            if days % 3:  # some days it doesn't run at all, some twice
                people.certification_remind()
                people.certification_remind()
    mails = OutboundEmail.objects.filter(template__startswith="certification")
    by_user = sorted((mail.user.email, mail.template.rpartition("-")[2]) for mail in mails)
    assert by_user == sorted(
        [("staff@test.example", "yours"), ("store@test.example", "yours")] * 2
        + [("store@test.example", "theirs"), ("intel@test.example", "theirs")] * 2
    )


def test_a_business_confirms_its_details_unless_they_changed_meanwhile(
    cast: Cast, client_of
) -> None:
    member = cast.store.member
    page = f"/members/{member.slug}/confirm/"
    client = client_of("store")
    assert client.post(page, {"revision": 1}).status_code == 422
    assert client.post(page, {"revision": 9, "right": "on"}).status_code == 422
    assert client.post(page, {"revision": 1, "right": "on"}).status_code == 302
    member.refresh_from_db()
    assert member.certified_until == dates.year_from_today()


def test_the_database_lets_an_invitation_be_over_once(cast: Cast) -> None:
    made = factories.invitation(cast.store)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=made.pk).update(accepted_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboundEmail.objects.update(address="")


@pytest.mark.django_db(transaction=True)
def test_two_clicks_on_one_link_make_one_account() -> None:
    cast = make_cast()
    made = factories.invitation(cast.store)

    def accept() -> None:
        invitation_accept(invitation=made, name="Nia", password=PASSWORD, agreement=1)

    refused = at_once(accept, accept)
    assert sorted(error is None for error in refused) == [False, True]
    assert User.objects.filter(email="new@test.example").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_person_is_invited_twice_at_once() -> None:
    cast = make_cast()
    refused = at_once(
        lambda: factories.invitation(cast.store), lambda: factories.invitation(cast.store)
    )
    assert sorted(error is None for error in refused) == [False, True]
    assert OutboundEmail.objects.filter(template="invitation").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_link_used_while_it_is_taken_back_is_one_or_the_other() -> None:
    cast = make_cast()
    made = factories.invitation(cast.store)
    at_once(
        lambda: invitation_accept(invitation=made, name="N", password=PASSWORD, agreement=1),
        lambda: invitation_end(by=cast.store, invitation=made),
    )
    made.refresh_from_db()
    made_one = User.objects.filter(email="new@test.example").exists()
    assert made_one == (made.accepted_at is not None) == (made.ended_at is None)


@pytest.mark.django_db(transaction=True)
def test_ending_access_and_setting_a_password_at_once_leave_them_out() -> None:
    cast = make_cast()
    made: list[Invitation] = []

    def accept() -> None:
        invitation_accept(invitation=made[-1], name="", password=PASSWORD, agreement=None)

    def end() -> None:
        people.user_end(by=cast.store, user=cast.staff)

    for _ in range(4):
        people.user_restore(by=cast.store, user=cast.staff)
        made.append(password_link_send(by=cast.store, user=cast.staff))
        assert at_once(accept, end)[1] is None
        cast.staff.refresh_from_db()
        assert not cast.staff.is_active


@pytest.mark.django_db(transaction=True)
def test_a_demotion_is_not_undone_by_a_new_password() -> None:
    cast = make_cast()
    made = password_link_send(by=cast.intel, user=cast.store)
    at_once(
        lambda: invitation_accept(invitation=made, name="", password=PASSWORD, agreement=None),
        lambda: people.user_change(
            by=cast.intel, user=cast.store, name="Store Person", role=Role.REPORTER, premises=None
        ),
    )
    cast.store.refresh_from_db()
    assert cast.store.role == Role.REPORTER
    assert cast.store.check_password(PASSWORD)
