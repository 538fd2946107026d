"""What tests that span apps share."""

import copy
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from board.tallies import tallies_refresh
from common.variants import make_waiting_variants
from exclusions.merging import subjects_merge
from exclusions.models import Notice
from exclusions.services import numbers_issue, signed_copies_add
from incidents.services import report_accept
from members.equipment.upkeep import fault_report
from members.joining.invitations import invitation_token
from members.letters import stop_url
from members.models import MailKind, Premises
from members.money.invoices import Less, invoice_credit
from members.pipeline import ContactInput, contact_save
from members.services import bounce_mark, scheme_setting_change
from offenders.models import Photo
from offenders.services import bulletin_queue, bulletin_send, profile_withdraw
from offenders.services.record import vehicle_add
from tests import factories
from tests.cast import Cast, make_cast
from tests.malformed import World, make_world


@pytest.fixture
def hostile_world(cast: Cast, settings: Any, tmp_path: Path) -> Iterator[World]:
    """Everybody who may send a form, and subjects whom no answer may name."""
    yield from make_world(cast, settings, tmp_path)


def notice_in_force(cast: Cast) -> Notice:
    """Return a notice in force, for an appeal against it."""
    subject = factories.subject(cast.intel, name="Ann Appellant")
    return factories.served_notice(cast.intel, cast.staff, cast.shop, subject)


@pytest.fixture(scope="module")
def settled(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Cast, dict[str, Any]]]:
    """The cast and the world of a whole file, made once: what a test changes is undone after it.

    The tests' own transactions lie within this one, so a file whose tests ask for the world has
    no test that asks for the cast alone.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        cast = make_cast()
        yield cast, one_of_everything(cast)
        transaction.set_rollback(True)


@pytest.fixture
def world(settled: tuple[Cast, dict[str, Any]], db: None) -> dict[str, Any]:
    """One record of each kind that the matrix speaks of."""
    return dict(settled[1])


@pytest.fixture
def cast(request: pytest.FixtureRequest, db: None) -> Cast:
    """The people, members and premises that tests speak of by name; the world's, if it is there."""
    if "world" not in request.fixturenames:
        return make_cast()
    made: Cast = copy.deepcopy(request.getfixturevalue("settled")[0])
    return made


def one_of_everything(cast: Cast) -> dict[str, Any]:
    """Make the world; return the references of what is in it."""
    intel = cast.intel
    published = factories.published(intel)
    licensed = factories.published(
        intel, name="Paul Tate", draft_audience="sectors", draft_audience_sectors=["licensed"]
    )
    sought = factories.published(
        intel, status="id_sought", name="", date_of_birth=None, age_low=30, age_high=40
    )
    told = factories.recognition(cast.other, sought)
    vehicle = vehicle_add(by=intel, subject=published.subject, registration="GK19 ABC", words="")
    withdrawn = factories.published(intel, name="Leanne Foster")
    profile_withdraw(by=intel, subject=withdrawn.subject, reason="x")
    unpublished = factories.subject(intel, name="Hidden Person")
    kept, gone = (factories.subject(intel, name=name, photo=False) for name in ("Kim", "Kimm"))
    merge = subjects_merge(
        by=intel, kept=kept, gone=gone, revisions=(1, 1), fields={}, reason="Same person."
    )
    waiting = factories.report(cast.staff, cast.shop, files=[factories.upload()])
    accepted = factories.report(cast.staff, cast.shop, type=factories.incident_type())
    report_accept(by=intel, report=accepted, revision=1)
    in_force = factories.served_notice(intel, cast.staff, cast.shop, published.subject)
    to_serve = factories.raised_notice(intel, cast.staff, cast.shop, unpublished)
    expired = factories.served_notice(
        intel, cast.staff, cast.shop, licensed.subject, ago=dt.timedelta(days=400)
    )
    number, used = numbers_issue(by=intel, member=cast.store.member, count=2)
    to_confirm = factories.spot_notice(cast.store, cast.shop, used)
    broken, breach = factories.breach(cast, intel)
    cited = in_force.grounds.get()
    file = factories.case_file(intel, published.subject, cited)
    statement = factories.case_statement(cast, file)
    pack = factories.evidence_pack(intel, file)
    for by, notice in ((cast.store, in_force), (intel, broken)):
        signed_copies_add(by=by, notice=notice, files=[factories.upload()])
    case = factories.appeal(intel, in_force, cast.board)
    others = factories.appeal(intel, broken)
    warning = factories.given_warning(
        intel, cast.staff, cast.shop, factories.subject(intel, name="Warned Once", photo=False)
    )
    factories.accepted_incident(intel, cast.staff, cast.shop, warning.subject)
    letter_to_give = factories.raised_warning(
        intel, cast.staff, cast.shop, factories.subject(intel, name="To Be Warned", photo=False)
    )
    decided = factories.decided_appeal(cast, notice_in_force(cast))
    sent = factories.bulletin(intel, published)
    bulletin_send(by=intel, bulletin=sent)
    bulletin_queue(bulletin_id=sent.pk)
    draft = factories.bulletin(intel, published)
    scheme_setting_change(
        by=intel, revision=0, email_shows_people=False, printed_packs=True, reason="Tried out."
    )
    bounce = bounce_mark(by=intel, user=cast.otherstore, reason="No such person")
    given = factories.intelligence(cast.staff, subjects=[published.subject])
    shared = factories.shared_intelligence(intel, cast.police)
    pubs = {"audience": "sectors", "audience_sectors": ["licensed"]}
    to_pubs = factories.shared_intelligence(intel, cast.police, audience=pubs)
    alert = factories.alert(cast.staff, cast.shop, subject=published.subject)
    viewing = factories.unusual_viewing(cast.other)
    hold = factories.hold(intel, unpublished)
    request = factories.rights_request(intel, kept, kind="rectification", wrong_words="Kim",
                                       right_words="Kimberley")  # fmt: skip
    shared_out = factories.share(intel, kept.ref)
    make_waiting_variants(Photo.objects.filter(subject=unpublished))
    access_pack = factories.access_pack(intel, unpublished.ref)
    access = access_pack.request
    complaint = factories.complaint(intel, published.subject.ref)
    data_breach = factories.data_breach(intel)
    body = factories.data_body(intel)
    factories.withheld_privacy(intel, published.subject)
    requirement = factories.requirement(intel)
    grown = factories.grown_up(intel)
    night = factories.night()
    data = ContactInput("Ann Lee", phone="01632 960001")
    contact, away = (
        contact_save(by=intel, member=member, data=data)
        for member in (cast.store.member, cast.police.member)
    )
    invitation = factories.invitation(cast.store)
    payment = factories.payment(intel, cast.store.member, 300)  # some of it stays spare
    invoices = [factories.invoice(intel, each.member) for each in (cast.store, cast.police)]
    note = invoice_credit(by=intel, invoice=invoices[0], data=Less(Decimal(10), "Too much."))
    lent, police_lent = (
        factories.lent(intel, member) for member in (cast.store.member, cast.police.member)
    )
    stored = factories.equipment(intel)
    fault = fault_report(by=cast.store, item=lent, words="Crackles")
    trained, away_trained = (factories.certified(intel, user) for user in (cast.staff, cast.police))
    code = factories.document(intel)
    assessment = factories.document(intel, title="Assessment", kind="dpia", readers="scheme")
    bid = factories.award_bid(intel, cast.store.member, premises=cast.shop)
    held = factories.award_held(intel, cast.store.member)
    tallies_refresh()
    papers = {
        "meeting": factories.meeting(intel).ref,
        "board_meeting": factories.minuted(intel, kind="board").ref,
        "award": bid.award.slug,
        "bid": bid.ref,
        "held_award": held.ref,
        "board_report": factories.board_report(cast).report.ref,
        "board_draft": factories.board_report(cast, kind="annual", state="draft").report.ref,
        "board_waiting": factories.board_report(cast, kind="csp", state="submitted").report.ref,
        "import_run": factories.import_run(intel).ref,
        "imported": factories.import_run(intel, source="Spreadsheet", bad=False).ref,
    }
    return papers | {
        "invoice": invoices[0].ref,
        "police_invoice": invoices[1].ref,
        "note": note.ref,
        "payment": payment.ref,
        "bank_line": str(factories.bank_line(intel).uuid),
        "application": str(factories.application().uuid),
        "invitation": str(invitation.uuid),
        "token": invitation_token(invitation),
        "person": str(cast.staff.uuid),
        "police_person": str(cast.police.uuid),
        "manager": str(cast.intel.uuid),
        "document": code.slug,
        "scheme_document": assessment.slug,
        "session": trained.session.ref,
        "course": trained.session.course.slug,
        "certificate": trained.certificate,
        "police_certificate": away_trained.certificate,
        "lent": lent.ref,
        "police_lent": police_lent.ref,
        "in_store": stored.ref,
        "fault": fault.pk,
        "contact": str(contact.uuid),
        "site": str(Premises.objects.get(pk=cast.shop.pk).uuid),
        "police_contact": str(away.uuid),
        "alert": alert.ref,
        "viewing": viewing.pk,
        "hold": hold.pk,
        "requirement": requirement.pk,
        "grown": grown.ref,
        "night": night.on.isoformat(),
        "request": request.ref,
        "complaint": complaint.ref,
        "shared_out": shared_out.ref,
        "body": body.pk,
        "access": access.ref,
        "access_item": access.items.get(source="record").pk,
        "access_photo": access.items.get(source="photo").pk,
        "access_pack": access_pack.ref,
        "data_breach": data_breach.ref,
        "published": published.subject.ref,
        "licensed": licensed.subject.ref,
        "withdrawn": withdrawn.subject.ref,
        "unpublished": unpublished.ref,
        "sought": sought.subject.ref,
        "told": told.pk,
        "vehicle": vehicle.pk,
        "kept": kept.ref,
        "merge": merge.pk,
        "published_photo": published.main_photo.uuid,
        "licensed_photo": licensed.main_photo.uuid,
        "unpublished_photo": unpublished.photos.get().uuid,
        "report_photo": waiting.attachments.get().uuid,
        "waiting": waiting.ref,
        "accepted": accepted.ref,
        "in_force": in_force.ref,
        "to_serve": to_serve.ref,
        "expired": expired.ref,
        "number": number.ref,
        "case": file.ref,
        "case_report": cited.ref,
        "statement": statement.pk,
        "pack": pack.ref,
        "appeal": case.ref,
        "others_appeal": others.ref,
        "decided": decided.ref,
        "signed_page": str(in_force.signed_copies.get().uuid),
        "warning": warning.ref,
        "letter_to_give": letter_to_give.ref,
        "to_confirm": to_confirm.ref,
        "broken": broken.ref,
        "breach": breach.ref,
        "sent": sent.ref,
        "draft": draft.ref,
        "delivery": sent.deliveries.order_by("pk")[0].pk,
        "bounce": bounce.pk,
        "stop": stop_url(cast.staff, MailKind.DIGEST).rstrip("/").rpartition("/")[2],
        "given": given.ref,
        "shared": shared.ref,
        "shared_to_pubs": to_pubs.ref,
        "own_member": cast.staff.member.slug,
        "police_member": cast.police.member.slug,
    }
