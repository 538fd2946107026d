"""A bulletin's e-mail: no name by default; with the setting on, only what its reader may see."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client

from audit.models import Event
from common.variants import make_waiting_variants
from members.letters import NothingToSay, letter_render
from members.mail import mail_send_due
from members.models import Agreement, OutboundEmail, SchemeSetting, User
from members.services import scheme_setting_change
from offenders.models import Bulletin, Photo
from offenders.services import (
    bulletin_mail_end,
    bulletin_queue,
    bulletin_send,
    profile_withdraw,
)
from offenders.tasks import bulletin_sweep
from tests import factories
from tests.cast import Cast, make_cast, signed_in


def allow(cast: Cast, *, people: bool = False, packs: bool = False) -> None:
    """Set the scheme's settings."""
    scheme_setting_change(
        by=cast.intel,
        revision=SchemeSetting.current().revision,
        email_shows_people=people,
        printed_packs=packs,
        reason="The Board decided so.",
    )


def letter(bulletin: Bulletin, user: User):
    context = {
        "ref": bulletin.ref,
        "headline": bulletin.headline,
        "path": f"/bulletins/{bulletin.ref}/",
    }
    return letter_render(template="bulletin", kind="bulletin", user=user, context=context)


def test_the_setting_adds_names_and_small_pictures_for_those_who_may_see_them(cast: Cast) -> None:
    everybody = factories.published(cast.intel, name="Paul Tate")
    pubs = factories.published(
        cast.intel, name="Ray Oakes", draft_audience="sectors", draft_audience_sectors=["licensed"]
    )
    make_waiting_variants(Photo.objects.all())
    fits = {"audience": "sectors", "audience_sectors": ["licensed"]}
    made = factories.bulletin(cast.intel, everybody, pubs, **fits)
    assert "Paul" not in (off := letter(made, cast.other)).text + off.html
    assert not off.images
    allow(cast, people=True)
    bulletin_send(by=cast.intel, bulletin=made)
    made.refresh_from_db()
    shown = letter(made, cast.other)
    for text in (shown.text, shown.html):
        assert "Paul Tate" in text
        assert "Ray Oakes" in text
    assert [image.content[:2] for image in shown.images] == [b"\xff\xd8"] * 2
    assert all(len(image.content) < 10_000 for image in shown.images)
    assert not re.search(r'(src|background)="http', shown.html)  # nothing is loaded from afar
    assert 'alt="D-' in shown.html
    # A shop's reader is in neither audience of the second; a withdrawn one is in nobody's.
    shop = letter(made, cast.staff)
    assert "Ray Oakes" not in shop.text + shop.html
    assert len(shop.images) == 1
    profile_withdraw(by=cast.intel, subject=everybody.subject, reason="Mistake")
    assert "Paul" not in letter(made, cast.other).html
    with pytest.raises(NothingToSay):
        letter(made, cast.staff)
    assert Event.objects.get(action="offenders.bulletin.sent").detail["shows_people"]
    changed = Event.objects.get(action="members.scheme.changed")
    assert changed.detail == {"email_shows_people": True}


def test_names_go_only_while_the_setting_is_on_and_was_when_it_was_sent(cast: Cast) -> None:
    made = factories.bulletin(cast.intel, factories.published(cast.intel, name="Paul Tate"))
    bulletin_send(by=cast.intel, bulletin=made)
    allow(cast, people=True)
    made.refresh_from_db()
    assert "Paul" not in letter(made, cast.staff).html  # switched on after it was sent
    second = factories.bulletin(cast.intel, factories.published(cast.intel, name="Kim Ward"))
    bulletin_send(by=cast.intel, bulletin=second)
    second.refresh_from_db()
    assert "Kim Ward" in letter(second, cast.staff).html
    allow(cast, people=False)
    assert "Kim" not in letter(second, cast.staff).html  # switched off in the middle


def test_names_go_to_nobody_who_has_not_accepted_the_agreement(cast: Cast) -> None:
    allow(cast, people=True)
    made = factories.bulletin(cast.intel, factories.published(cast.intel, name="Paul Tate"))
    bulletin_send(by=cast.intel, bulletin=made)
    made.refresh_from_db()
    assert "Paul" in letter(made, cast.staff).html
    Agreement.objects.create(version=2, title="New", body="x", effective_on="2020-02-02")
    told = letter(made, cast.staff)
    assert "Paul" not in told.html + told.text
    assert not told.images


def test_the_draft_shows_the_letter_as_it_will_be_sent(cast: Cast, client_of) -> None:
    version = factories.published(cast.intel, name="Paul Tate")
    make_waiting_variants(Photo.objects.all())
    made = factories.bulletin(cast.intel, version)
    answer = client_of("intel").get(f"/bulletins/{made.ref}/")
    email = answer.context["email"]
    assert email.html in answer.context["email"].html
    assert "Paul" not in email.html + email.text
    assert version.subject.ref in email.text
    allow(cast, people=True)
    answer = client_of("intel").get(f"/bulletins/{made.ref}/")
    assert "Paul Tate" in answer.context["email"].html
    assert f"/photos/{version.main_photo.uuid}/thumb/" in answer.context["email"].html
    assert "It can’t be taken back" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_what_goes_out_holds_text_html_picture_and_a_way_to_stop() -> None:
    cast = make_cast()
    allow(cast, people=True)
    version = factories.published(cast.intel, name="Paul Tate")
    make_waiting_variants(Photo.objects.all())
    made = factories.bulletin(cast.intel, version)
    bulletin_send(by=cast.intel, bulletin=made)
    bulletin_queue(bulletin_id=made.pk)
    mail_send_due()
    whole = mail.outbox[0].message()
    kinds = [part.get_content_type() for part in whole.walk()]
    assert kinds == [
        "multipart/related",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "image/jpeg",
    ]
    picture = list(whole.walk())[-1]
    cid = picture["Content-ID"].strip("<>")
    assert f'src="cid:{cid}"' in mail.outbox[0].alternatives[0].content
    assert re.fullmatch(r"<https?://[^>]+/mail/stop/[^>]+/>", whole["List-Unsubscribe"])
    assert whole["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.django_db(transaction=True)
def test_whose_name_went_to_whom_is_kept_with_the_delivery() -> None:
    cast = make_cast()
    everybody = factories.published(cast.intel, name="Paul Tate")
    pubs = factories.published(
        cast.intel, name="Ray Oakes", draft_audience="sectors", draft_audience_sectors=["licensed"]
    )
    fits = {"audience": "sectors", "audience_sectors": ["licensed"]}
    plain = factories.bulletin(cast.intel, everybody, **fits)
    allow(cast, people=False, packs=True)
    bulletin_send(by=cast.intel, bulletin=plain)
    allow(cast, people=True)
    shown = factories.bulletin(cast.intel, everybody, pubs, **fits)
    bulletin_send(by=cast.intel, bulletin=shown)
    for made in (plain, shown):
        bulletin_queue(bulletin_id=made.pk)
    waiting = shown.deliveries.get(user=cast.otherstore)
    OutboundEmail.objects.filter(pk=waiting.email_id).update(due_at="2100-01-01T00:00Z")
    mail_send_due()
    refs = [everybody.subject.ref, pubs.subject.ref]
    assert shown.deliveries.get(user=cast.other).email.subjects == refs
    assert shown.deliveries.get(user=cast.otherstore).email.subjects == []  # not sent yet
    assert plain.deliveries.get(user=cast.other).email.subjects == []
    client = Client()
    signed_in(client, cast.intel)
    page = client.get(f"/bulletins/{shown.ref}/deliveries/?show=sent").content.decode()
    named = ", ".join(f'<span class="text-nowrap">{ref}</span>' for ref in refs)
    assert page.count(f"With names and photos of {named}") == 2  # other, police
    page = client.get(f"/bulletins/{shown.ref}/deliveries/?show=waiting").content.decode()
    assert "With names" not in page
    assert "With names" not in client.get(f"/bulletins/{plain.ref}/deliveries/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_one_summary_for_the_manager_and_a_line_of_the_queue() -> None:
    cast = make_cast()
    made = factories.bulletin(cast.intel, factories.published(cast.intel))
    bulletin_send(by=cast.intel, bulletin=made)
    bulletin_queue(bulletin_id=made.pk)
    mine = OutboundEmail.objects.filter(user__in=[cast.staff, cast.store])
    mine.update(state="failed", ended_at="2026-01-01T00:00Z", last_error="550 no such person")
    assert not bulletin_mail_end(bulletin_id=made.pk)  # the others still wait
    client = Client()
    signed_in(client, cast.intel)
    assert "didn’t reach everybody" in client.get("/queue/").content.decode()  # at once
    mail_send_due()
    bulletin_sweep()
    bulletin_sweep()
    mail_send_due()
    (summary,) = [each for each in mail.outbox if "did not reach everybody" in each.subject]
    assert summary.to == [cast.intel.email]
    assert "Of 5 recipients 3 were sent to, 2 refused" in summary.body
    assert "List-Unsubscribe" not in summary.extra_headers
    page = client.get(f"/bulletins/{made.ref}/deliveries/?show=failed").content.decode()
    assert "550 no such person" in page
    client.post(f"/bulletins/{made.ref}/seen/")
    assert made.ref not in client.get("/queue/").content.decode()


def test_what_was_withdrawn_since_it_was_queued_is_sent_to_nobody(cast: Cast) -> None:
    version = factories.published(cast.intel)
    made = factories.bulletin(cast.intel, version)
    bulletin_send(by=cast.intel, bulletin=made)
    profile_withdraw(by=cast.intel, subject=version.subject, reason="Mistake")
    with pytest.raises(NothingToSay):
        letter(made, cast.staff)


def test_who_opened_it_by_business(cast: Cast, client_of) -> None:
    made = factories.bulletin(cast.intel, factories.published(cast.intel, name="Paul Tate"))
    bulletin_send(by=cast.intel, bulletin=made)
    bulletin_queue(bulletin_id=made.pk)
    for name in ("staff", "staff", "store", "intel"):
        client_of(name).get(f"/bulletins/{made.ref}/")
    answer = client_of("intel").get(f"/bulletins/{made.ref}/readers/")
    rows = {
        row.name: (row.recipients, [who for who, _ in row.people]) for row in answer.context["page"]
    }
    assert rows == {
        "Marlowe Chemist": (2, ["Staff Person", "Store Person"]),
        "The Penfold Arms": (2, []),
        "Dartford Police": (1, []),
    }
    assert "Paul" not in answer.content.decode()
    assert Event.objects.latest("pk").action == "members.log.viewed"


@pytest.mark.parametrize("preset", ["new", "excluded", "ending"])
def test_presets_tick_profiles_and_keep_what_was_typed(cast: Cast, client_of, preset: str) -> None:
    old = factories.published(cast.intel, name="Paul Tate")
    bulletin_send(by=cast.intel, bulletin=factories.bulletin(cast.intel, old))
    new = factories.published(cast.intel, name="Kim Ward")
    factories.published(
        cast.intel, name="Ray Oakes", draft_audience="sectors", draft_audience_sectors=["licensed"]
    )
    excluded = factories.published(cast.intel, name="Leanne Foster")
    factories.served_notice(cast.intel, cast.staff, cast.shop, excluded.subject)
    ending = factories.published(cast.intel, name="Jo Fenn")
    factories.served_notice(
        cast.intel, cast.staff, cast.shop, ending.subject, ago=dt.timedelta(days=350)
    )
    wanted = {"new": {new, excluded, ending}, "excluded": {excluded, ending}, "ending": {ending}}
    answer = client_of("intel").post(
        "/bulletins/new/",
        {"preset": preset, "headline": "Watch", "audience": "all", "profiles": [old.pk]},
    )
    form = answer.context["form"]
    assert {int(pk) for pk in form["profiles"].value()} == {v.pk for v in wanted[preset]} | {old.pk}
    assert form["headline"].value() == "Watch"
    assert ("1 left out" in answer.content.decode()) == (preset == "new")
