"""Printing a police pack and entering it in the register of sharing."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied

from common.money import pounds
from common.pdf import Sheet, pdf_render
from incidents.models import Report
from members.models import Member, Role, SharingRecord, User
from members.sharing import Sharing, share_record

from .case import (
    Case,
    goods_line,
    london,
    person_facts,
    person_heading,
    report_facts,
    what_it_is,
)

REPORT, EVIDENCE, STATEMENT = "report", "evidence", "statement"
PARTS = [
    (REPORT, "Crime report"),
    (EVIDENCE, "Evidence list"),
    (STATEMENT, "Witness statement"),
]


@dataclass(frozen=True)
class Witness:
    """Who makes the statement, and its words. `age` None is 18 or over."""

    name: str
    words: str
    age: int | None = None
    occupation: str = ""


@dataclass(frozen=True)
class Order:
    """A pack as its sender wants it."""

    client_id: uuid.UUID
    parts: Sequence[str]
    recipient: str
    purpose: str
    lawful_basis: str
    agreement: str = ""
    recipient_ref: str = ""
    recipient_member: Member | None = None
    witness: Witness | None = None


def may_share_pack(user: User, report: Report) -> bool:
    """Whether this user gives packs of this report: incidents only, the business's own manager."""
    if report.kind != Report.Kind.INCIDENT:
        return False
    return user.is_intel or (user.role == Role.MANAGER and report.member_id == user.member_id)


def police_pack_share(*, by: User, case: Case, order: Order) -> tuple[SharingRecord, bytes]:
    """Print a pack and enter it in the register; return the entry and the PDF, which is not kept.

    The same `client_id` again gives both again. Raises PermissionDenied where it isn't theirs to
    give, ValidationError (code "changed") where the same form now says something else.
    """
    if not may_share_pack(by, case.report):
        raise PermissionDenied
    named = {REPORT, STATEMENT} & set(order.parts)
    sharing = Sharing(
        client_id=order.client_id,
        record=case.report.ref,
        recipient=order.recipient,
        recipient_ref=order.recipient_ref,
        recipient_member=order.recipient_member,
        purpose=order.purpose,
        lawful_basis=order.lawful_basis,
        agreement=order.agreement,
        subjects=case.subject_refs if named else [],
        fields=_kinds(case, order),
    )

    def make(ref: str, at: dt.datetime) -> bytes:
        sheet = Sheet(
            title=f"Police pack: {case.report.ref}",
            ref=f"{case.report.ref} · {ref}",
            printed_for=f"{by.name}, {by.member.name}",
            printed_at=at,
        )
        return pdf_render("police-pack", _content(by, case, order, ref), sheet=sheet)

    return share_record(by=by, sharing=sharing, make=make)


def _kinds(case: Case, order: Order) -> list[str]:
    """Return the kinds of data in a pack, as the register says them."""
    kinds = []
    if REPORT in order.parts:
        kinds += ["time and place", "what happened", "name of the reporter"]
        kinds += ["description of people"] if case.people else []
        kinds += ["goods and values"] if case.items else []
        kinds += ["names of subjects"] if case.subject_refs else []
    if EVIDENCE in order.parts:
        kinds.append("evidence list with hashes")
    if STATEMENT in order.parts:
        kinds.append("witness statement with the witness’s name")
    return kinds


def _content(by: User, case: Case, order: Order, ref: str) -> dict[str, Any]:
    """Return what the template prints. The manager's notes and decision are not among it."""
    return {
        "shared": [
            ("For", order.recipient),
            ("Their reference", order.recipient_ref),
            ("Contents", ", ".join(words for part, words in PARTS if part in order.parts)),
            ("Purpose", order.purpose),
            ("Lawful basis", order.lawful_basis),
            ("Agreement", order.agreement),
            ("Recorded as", f"{ref}, shared by {by.name}, {by.member.name}"),
        ],
        "report": _report(case) if REPORT in order.parts else None,
        "exhibits": _exhibits(case) if EVIDENCE in order.parts else None,
        "statement": _statement(order.witness) if STATEMENT in order.parts else None,
    }


def _report(case: Case) -> dict[str, Any]:
    report = case.report
    sums = (report.value_stolen, report.value_recovered, report.net_loss)
    return {
        "facts": report_facts(report),
        "words": report.words.strip(),
        "people": [
            {"heading": person_heading(case, person), "facts": person_facts(case, person)}
            for person in case.people
        ],
        "goods": [goods_line(item) for item in case.items],
        "totals": ["", *(pounds(value, pence=True) for value in sums)],
    }


def _exhibits(case: Case) -> list[dict[str, str]]:
    return [
        {
            "ref": each.exhibit_ref,
            "what": what_it_is(each),
            "received": f"{london(each.added_at)}, from {each.added_by.name}",
            "sha256": each.sha256,
        }
        for each in case.exhibits
    ]


def _statement(witness: Witness | None) -> dict[str, str]:
    assert witness is not None, "a pack with a statement has a witness"
    return {
        "who": witness.name,
        "age": "Over 18" if witness.age is None else str(witness.age),
        "occupation": witness.occupation,
        "words": witness.words,
    }
