"""The registers that the manager keeps: what each holds, how much waits in it, and as a table."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from common import dates
from common.exports import Value
from members.models import SharingRecord, User

from .bodies.agreements import agreements
from .models import AccessRequest, Complaint, DataBody, DataBreach, RightsRequest
from .privacy.state import part, published, state_of

Row = Sequence[Value]


@dataclass(frozen=True)
class Register:
    """One register: its page, what it is for, how much is open, and its lines."""

    title: str
    words: str
    view: str
    open: Callable[[User], int]
    head: Sequence[str]
    rows: Callable[[User], Iterable[Row]]
    subjects: Callable[[User], Iterable[str]]


def _requests(user: User) -> Iterable[Row]:
    for row in RightsRequest.objects.visible_to(user).select_related("decided_by"):
        yield (
            row.ref,
            row.get_kind_display(),
            ", ".join(row.subject_refs),
            row.received_on,
            row.get_received_how_display(),
            row.due_on,
            row.extended_because,
            row.get_decision_display() if row.decision else "Open",
            dates.london_date(row.decided_at) if row.decided_at else None,
            row.decided_by.name if row.decided_by else "",
            row.told_on,
            "yes" if row.is_standing else "no",
        )


def _request_subjects(user: User) -> Iterable[str]:
    for refs in RightsRequest.objects.visible_to(user).values_list("subject_refs", flat=True):
        yield from refs


def _access(user: User) -> Iterable[Row]:
    for row in AccessRequest.objects.visible_to(user).select_related("answered_by"):
        yield (
            row.ref,
            ", ".join(row.subject_refs),
            row.received_on,
            row.get_received_how_display(),
            row.due_on,
            row.extended_because,
            row.get_outcome_display() if row.outcome else "Open",
            row.answered_on,
            row.answered_by.name if row.answered_by else "",
        )


def _access_subjects(user: User) -> Iterable[str]:
    for refs in AccessRequest.objects.visible_to(user).values_list("subject_refs", flat=True):
        yield from refs


def _complaints(user: User) -> Iterable[Row]:
    for row in Complaint.objects.visible_to(user).select_related("decided_by"):
        yield (
            row.ref,
            row.get_about_display(),
            ", ".join(row.subject_refs),
            row.received_on,
            row.get_received_how_display(),
            row.acknowledge_by,
            row.acknowledged_on,
            row.get_outcome_display() if row.outcome else "Open",
            dates.london_date(row.decided_at) if row.decided_at else None,
            row.decided_by.name if row.decided_by else "",
            row.told_on,
        )


def _complaint_subjects(user: User) -> Iterable[str]:
    for refs in Complaint.objects.visible_to(user).values_list("subject_refs", flat=True):
        yield from refs


def _breaches(user: User) -> Iterable[Row]:
    for row in DataBreach.objects.visible_to(user):
        yield (
            row.ref,
            row.happened_on,
            dates.in_full(row.aware_at),
            row.what,
            row.kinds,
            row.people,
            row.people_count,
            row.get_risk_display(),
            row.harm,
            row.measures,
            dates.in_full(row.regulator_at) if row.regulator_at else "",
            row.regulator_not or row.late_because,
            row.people_on,
            row.people_not or row.people_how,
            "no" if row.is_open else "yes",
        )


def _bodies(user: User) -> Iterable[Row]:
    for row in DataBody.objects.visible_to(user):
        yield (
            row.get_kind_display(),
            row.name,
            row.contact,
            row.does,
            row.kinds,
            row.place,
            row.abroad,
            row.contract,
            row.registration,
            row.registered_until,
            row.starts_on,
            row.ends_on,
            row.review_on,
        )


def _agreements(user: User) -> Iterable[Row]:
    for row in agreements():
        yield row.version, row.title, row.effective_on, row.accepted, row.of


def _shares(user: User) -> Iterable[Row]:
    rows = SharingRecord.objects.visible_to(user).select_related("shared_by__member")
    for row in rows.order_by("-id"):
        yield (
            row.ref,
            dates.in_full(row.shared_at),
            row.get_how_display(),
            row.recipient,
            row.recipient_ref,
            row.record,
            ", ".join(row.subjects),
            ", ".join(row.fields),
            row.purpose,
            row.lawful_basis,
            row.agreement,
            f"{row.shared_by.name}, {row.shared_by.member.name}",
            row.sha256,
        )


def _share_subjects(user: User) -> Iterable[str]:
    for refs in SharingRecord.objects.visible_to(user).values_list("subjects", flat=True):
        yield from refs


def _privacy(user: User) -> Iterable[Row]:
    for row in published().visible_to(user).order_by("ref"):
        state = state_of(row)
        yield row.ref, row.shown_name, state.told_on, state.words, state.review_on


REGISTERS: dict[str, Register] = {
    "access": Register(
        "Subject access",
        "What people asked to be told is held about them, searched, picked and given.",
        "access_list",
        lambda user: AccessRequest.objects.visible_to(user).open().count(),
        ("Request", "Records", "Came in", "How", "Answer by", "Why longer", "Answer", "Answered",
         "By"),
        _access,
        _access_subjects,
    ),
    "requests": Register(
        "Requests about records",
        "Objections, and what people ask to be put right, erased or restricted.",
        "request_list",
        lambda user: RightsRequest.objects.visible_to(user).open().count(),
        ("Request", "Kind", "Records", "Came in", "How", "Answer by", "Why longer", "Decision",
         "Decided", "By", "Told", "Stands"),
        _requests,
        _request_subjects,
    ),
    "complaints": Register(
        "Complaints",
        "Acknowledged within 30 days, looked into, answered.",
        "complaint_list",
        lambda user: Complaint.objects.visible_to(user).open().count(),
        ("Complaint", "About", "Records", "Came in", "How", "Acknowledge by", "Acknowledged",
         "Outcome", "Decided", "By", "Told"),
        _complaints,
        _complaint_subjects,
    ),
    "data-breaches": Register(
        "Data breaches",
        "What happened, whose data, who was told. The regulator within 72 hours.",
        "data_breach_list",
        lambda user: DataBreach.objects.visible_to(user).open().count(),
        ("Breach", "Happened", "Known since", "What", "Data", "Whose", "People", "Risk", "Harm",
         "Measures", "Regulator told", "Why not, or late", "People told", "How, or why not",
         "Closed"),
        _breaches,
        lambda user: (),
    ),
    "privacy": Register(
        "Privacy notices",
        "Who is published and was told that data is held about them; who wasn’t, and why.",
        "privacy_list",
        lambda user: part(published().visible_to(user), "decide").count(),
        ("Record", "Name", "Told", "State", "Look at it again"),
        _privacy,
        lambda user: published().visible_to(user).values_list("ref", flat=True),
    ),
    "bodies": Register(
        "Controllers and processors",
        "Who decides over the data with the scheme, and who processes it, under which contract.",
        "body_list",
        lambda user: DataBody.objects.visible_to(user).due().count(),
        ("Kind", "Name", "Contact", "Does", "Data", "Where", "Outside the UK", "Contract",
         "Registration", "Registered until", "Since",
         "Last day", "Review by"),
        _bodies,
        lambda user: (),
    ),
    "sharing": Register(
        "Sharing register",
        "To whom outside the scheme what was given, by whom, under which law and agreement.",
        "share_list",
        lambda user: 0,
        ("Entry", "When", "How", "Given to", "Their reference", "Of", "Records", "Data", "For",
         "Lawful basis", "Agreement", "By", "SHA-256"),
        _shares,
        _share_subjects,
    ),
    "agreements": Register(
        "Agreements",
        "The members’ agreement and who accepted it, partners’ papers, what was handed out.",
        "agreement_list",
        lambda user: 0,
        ("Version", "Title", "In force from", "Accepted by", "Of"),
        _agreements,
        lambda user: (),
    ),
}  # fmt: skip
"""By the name in addresses, in the order of the page."""
