"""One notice, or 404."""

from django.http import Http404

from members.models import User

from .models import (
    Appeal,
    CaseFile,
    CaseIncident,
    EvidencePack,
    Notice,
    SignedCopy,
    SpotNumber,
    WarningLetter,
)


def get_notice(user: User, ref: str) -> Notice:
    """Return a notice that this user may see. Raises Http404."""
    notice = (
        Notice.objects.visible_to(user)
        .filter(ref=ref.upper())
        .with_face(user)
        .select_related(
            "authorised_by",
            "service_recorded_by",
            "service_premises",
            "revoked_by",
            "policy",
            "confirmed_by",
            "let_go_by",
        )
        .first()
    )
    if notice is None:
        raise Http404
    return notice  # type: ignore[no-any-return]


def proves_service(user: User, notice: Notice) -> bool:
    """Whether the service of a notice is this user's to record and to prove, whenever it is."""
    return user.is_intel or bool(Notice.objects.proven_by(user).filter(pk=notice.pk).exists())


def get_proven_notice(user: User, ref: str) -> Notice:
    """Return a notice whose service this user proves. Raises Http404, also for who only sees it."""
    notice = get_notice(user, ref)
    if not proves_service(user, notice):
        raise Http404
    return notice


def get_signed_copy(user: User, ref: str, number: int) -> SignedCopy:
    """Return a page of a signed copy that this user may open. Raises Http404."""
    found: SignedCopy | None = (
        SignedCopy.objects.visible_to(user)
        .filter(notice__ref=ref.upper(), number=number)
        .select_related("notice__subject")
        .first()
    )
    if found is None:
        raise Http404
    return found


def get_number(user: User, ref: str) -> SpotNumber:
    """Return a numbered notice: any for the manager, its own for a member. Raises Http404."""
    rows = SpotNumber.objects.select_related("member", "issued_by").filter(ref=ref.upper())
    if not user.is_intel:
        rows = rows.filter(member=user.member_id)
    number: SpotNumber | None = rows.first()
    if number is None:
        raise Http404
    return number


def get_appeal(user: User, ref: str) -> Appeal:
    """Return an appeal: any for the manager, a Board member's own case for them. Raises Http404."""
    found: Appeal | None = (
        Appeal.objects.visible_to(user)
        .filter(ref=ref.upper())
        .select_related(
            "notice__subject",
            "notice__policy",
            "notice__authorised_by",
            "notice__confirmed_by",
            "decided_by",
        )
        .first()
    )
    if found is None:
        raise Http404
    return found


def get_case(user: User, ref: str) -> CaseFile:
    """Return a case file, for the Intelligence Manager alone. Raises Http404."""
    rows = CaseFile.objects.visible_to(user).select_related("subject", "made_by", "closed_by")
    found: CaseFile | None = rows.filter(ref=ref.upper()).first()
    if found is None:
        raise Http404
    return found


def get_case_incident(case: CaseFile, report: str) -> CaseIncident:
    """Return an incident of a case file, by the report's reference. Raises Http404."""
    rows = case.incidents.select_related(
        "case", "report__type", "report__premises", "report__member", "report__reporter__member"
    )
    found: CaseIncident | None = rows.filter(report__ref=report.upper()).first()
    if found is None:
        raise Http404
    return found


def get_pack(user: User, ref: str) -> EvidencePack:
    """Return an evidence pack, for the Intelligence Manager alone. Raises Http404."""
    rows = EvidencePack.objects.visible_to(user).select_related("case__subject", "ordered_by")
    found: EvidencePack | None = rows.filter(ref=ref.upper()).first()
    if found is None:
        raise Http404
    return found


def get_warning(user: User, ref: str) -> WarningLetter:
    """Return a warning letter, for the Intelligence Manager alone. Raises Http404."""
    found: WarningLetter | None = (
        WarningLetter.objects.visible_to(user)
        .filter(ref=ref.upper())
        .select_related("subject", "policy", "authorised_by", "recorded_by", "withdrawn_by")
        .first()
    )
    if found is None:
        raise Http404
    return found
