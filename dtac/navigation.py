"""The one list of pages behind the side bar, the phone's bottom bar and the Me page."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from common.parts import drawn
from incidents import push
from incidents.models import Alert, Report
from members.middleware import must_give_second
from members.models import Role, User
from members.signin.sessions import idle_seconds


@dataclass(frozen=True)
class Entry:
    """A page in the navigation."""

    view: str
    label: str
    icon: str
    roles: frozenset[str]
    phone: bool = False
    desk: bool = True
    primary: bool = False


READERS = frozenset({Role.REPORTER, Role.MANAGER, Role.AGENCY, Role.INTEL})
MEMBERS = frozenset({Role.REPORTER, Role.MANAGER, Role.AGENCY})
INTEL = frozenset({Role.INTEL})
BOARD = frozenset({Role.BOARD, Role.INTEL})
MANAGER = frozenset({Role.MANAGER})
FIGURES = frozenset({Role.MANAGER, Role.INTEL})
KEEPERS = frozenset({Role.INTEL, Role.BOARD, Role.MANAGER, Role.AGENCY})
ALL = frozenset(Role)

ENTRIES = (
    Entry("queue", "Queue", "inbox", INTEL, phone=True),
    Entry("gallery", "Gallery", "layout-grid", MEMBERS, phone=True),
    Entry("alerts", "Alerts", "bell", MEMBERS, phone=True),
    Entry("gallery", "Gallery", "layout-grid", INTEL, phone=True),
    Entry("log", "Log", "plus", READERS, phone=True, primary=True),
    Entry("subject_list", "Subjects", "users", INTEL),
    Entry("report_list", "Reports", "file-text", READERS),
    Entry("notice_list", "Exclusions", "ban", READERS, phone=True),
    Entry("intelligence_list", "Intelligence", "lightbulb", READERS),
    Entry("alerts", "Alerts", "bell", INTEL),
    Entry("bulletin_list", "Bulletins", "newspaper", READERS),
    Entry("patterns", "When and where", "calendar-clock", FIGURES),
    Entry("series", "Series", "git-branch", INTEL),
    Entry("business", "My business", "store", MANAGER),
    Entry("board", "Board", "chart-column", BOARD, phone=True),
    Entry("member_list", "Members", "store", BOARD, phone=True),
    Entry("money", "Money", "pound-sterling", BOARD),
    Entry("equipment_list", "Equipment", "radio", KEEPERS),
    Entry("session_list", "Training", "graduation-cap", KEEPERS),
    Entry("award_list", "Awards", "award", KEEPERS),
    Entry("meeting_list", "Meetings", "calendar-days", READERS | BOARD),
    Entry("appeal_list", "Appeals", "scale", BOARD, phone=True),
    Entry("case_list", "Case files", "briefcase", INTEL),
    Entry("type_list", "Types of incident", "list", INTEL),
    Entry("viewing_list", "Unusual viewing", "eye", frozenset({Role.INTEL, Role.ADMIN})),
    Entry("records", "Records", "archive", INTEL),
    Entry("document_list", "Documents", "book-open", READERS | BOARD),
    Entry("import_list", "Import", "upload", INTEL),
    Entry("scheme_settings", "Scheme settings", "settings", INTEL),
    Entry("health", "Health", "activity", frozenset({Role.ADMIN})),
    Entry("access_log", "Access log", "scroll-text", ALL, desk=True),
    Entry("me", "Me", "user", ALL, phone=True),
)

VIEWS = frozenset(entry.view for entry in ENTRIES)


class AlertWatch:
    """What each reader's page knows of live alerts. Asked only where a whole page is made."""

    def __init__(self, user: User) -> None:
        self._user = user

    @cached_property
    def refs(self) -> list[str]:
        """The references of the live alerts this user sees, newest first."""
        return Alert.objects.live_refs(self._user)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.refs)

    @property
    def reader(self) -> str:
        """What tells this user's page from another's on one browser, and tells nothing else."""
        return salted_hmac("dtac.alerts", str(self._user.pk)).hexdigest()[:12]

    @property
    def push_url(self) -> str:
        """Where a browser says that it is this user's; empty where Web Push is off."""
        return reverse("alert_push") if push.is_on() else ""


@dataclass(frozen=True)
class Navigation:
    """Where a user may go: as entries, and as the bar of each page."""

    role: str
    section: str
    waiting: int
    watch: AlertWatch | None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Return what an entry needs to be drawn, of each."""
        return iter(_items(*self._shown()))

    @property
    def html(self) -> SafeString:
        """The bar: drawn once for each role, page and two numbers. It tells of nothing else."""
        return _bar(*self._shown())

    def _shown(self) -> tuple[str, str, int, int | None]:
        # Live alerts are counted here, so only where entries are drawn: parts of pages have none.
        return self.role, self.section, self.waiting, self.watch.count if self.watch else None


def _items(role: str, section: str, waiting: int, live: int | None) -> list[dict[str, Any]]:
    phone = 0
    items = []
    for entry in ENTRIES:
        if role not in entry.roles:
            continue
        on_phone = entry.phone and (phone < 4 or entry.view == "me")
        phone += on_phone
        items.append(
            {
                "url": reverse(entry.view),
                "label": entry.label,
                "icon": entry.icon,
                "waiting": waiting if entry.view == "queue" else None,
                "live": live if entry.view == "alerts" else None,
                "current": entry.view == section,
                "primary": entry.primary,
                "phone": on_phone,
                "desk": entry.desk,
            }
        )
    return items


@lru_cache(maxsize=200)
def _bar(role: str, section: str, waiting: int, live: int | None) -> SafeString:
    return drawn("nav", {"nav": _items(role, section, waiting, live)})


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return the navigation of the signed-in user; nothing before they may see anything."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or user.must_accept_agreement:
        return {}
    if must_give_second(request, user):
        return {}
    here = request.resolver_match.view_name if request.resolver_match else ""
    section = SECTION_OF.get(here, here)
    if user.role == Role.MANAGER and section in ("member_list", "money"):
        section = "business"
    waiting = Report.objects.filter(status="submitted").count() if user.is_intel else 0
    watch = AlertWatch(user) if user.sees_profiles else None
    place = user.premises.name if user.premises else user.member.name
    shared = bool(request.session.get("shared"))
    leave = idle_seconds(user, shared=True) if shared else None
    nav = Navigation(user.role, section if section in VIEWS else "", waiting, watch)
    return {"nav": nav, "nav_place": place, "alert_watch": watch, "leave_after": leave}


SECTION_OF = {
    "retention": "records",
    "retention_rule": "records",
    "night": "records",
    "deleted_list": "records",
    "hold_list": "records",
    "hold": "records",
    "request_list": "records",
    "rights_request": "records",
    "request_new": "subject_list",
    "privacy_new": "subject_list",
    "access_list": "records",
    "access_new": "records",
    "access_request": "records",
    "access_item": "records",
    "access_read": "records",
    "access_pack": "records",
    "complaint_list": "records",
    "complaint_new": "records",
    "complaint": "records",
    "data_breach_list": "records",
    "data_breach_new": "records",
    "data_breach": "records",
    "privacy_list": "records",
    "body_list": "records",
    "body_new": "records",
    "body_edit": "records",
    "agreement_list": "records",
    "share_list": "records",
    "share_new": "records",
    "share": "records",
    "standards": "records",
    "standard_new": "records",
    "standard": "records",
    "subject_of_age": "subject_list",
    "hold_new": "subject_list",
    "subject_put_off": "subject_list",
    "alert_new": "alerts",
    "profile": "gallery",
    "report": "report_list",
    "report_review": "queue",
    "report_edit": "report_list",
    "exhibit": "report_list",
    "intelligence": "intelligence_list",
    "intelligence_new": "intelligence_list",
    "intelligence_grade": "intelligence_list",
    "intelligence_reject": "intelligence_list",
    "intelligence_share": "intelligence_list",
    "police_pack": "report_list",
    "exclusion_policy": "notice_list",
    "exclusion_register": "notice_list",
    "premises_list": "notice_list",
    "notice": "notice_list",
    "appeal": "appeal_list",
    "case": "case_list",
    "case_new": "case_list",
    "case_edit": "case_list",
    "case_pick": "case_list",
    "case_incident": "case_list",
    "statement_new": "case_list",
    "statement_edit": "case_list",
    "evidence_pack": "case_list",
    "appeal_new": "notice_list",
    "notice_attempt": "notice_list",
    "notice_confirm": "notice_list",
    "on_the_spot": "notice_list",
    "spot_numbers": "notice_list",
    "number_void": "notice_list",
    "breach_step": "notice_list",
    "warning_list": "notice_list",
    "warning": "notice_list",
    "warning_give": "notice_list",
    "warning_withdraw": "notice_list",
    "warning_let_go": "notice_list",
    "warning_raise": "subject_list",
    "notice_raise": "subject_list",
    "notice_serve": "notice_list",
    "notice_revoke": "notice_list",
    "notice_vary": "notice_list",
    "signed_copies": "notice_list",
    "signed_remove": "notice_list",
    "bulletin": "bulletin_list",
    "bulletin_new": "bulletin_list",
    "bulletin_edit": "bulletin_list",
    "bulletin_schedule": "bulletin_list",
    "bulletin_deliveries": "bulletin_list",
    "bulletin_readers": "bulletin_list",
    "bulletin_pack": "bulletin_list",
    "bounce_list": "bulletin_list",
    "mail_choices": "me",
    "own_password": "me",
    "sessions": "me",
    "second_factor": "me",
    "second_factor_app": "me",
    "second_factor_passkey": "me",
    "second_factor_codes": "me",
    "subject": "subject_list",
    "subject_new": "subject_list",
    "subject_edit": "subject_list",
    "subject_photo": "subject_list",
    "subject_photo_edit": "subject_list",
    "photo_crop": "subject_list",
    "viewing": "viewing_list",
    "subject_publish": "subject_list",
    "subject_withdraw": "subject_list",
    "account": "member_list",
    "bank": "money",
    "bank_line": "money",
    "fees": "money",
    "invoice": "money",
    "invoice_change": "money",
    "invoice_list": "money",
    "invoice_new": "member_list",
    "lapse_hold": "member_list",
    "money_year": "money",
    "payment": "money",
    "payment_change": "money",
    "payment_list": "money",
    "payment_new": "member_list",
    "renewals": "money",
    "subscription_new": "member_list",
    "application": "member_list",
    "application_list": "member_list",
    "document": "document_list",
    "document_new": "document_list",
    "document_edit": "document_list",
    "document_readers": "document_list",
    "meeting": "meeting_list",
    "meeting_new": "meeting_list",
    "meeting_edit": "meeting_list",
    "meeting_people": "meeting_list",
    "meeting_add": "meeting_list",
    "meeting_minutes": "meeting_list",
    "meeting_approve": "meeting_list",
    "meeting_blank": "meeting_list",
    "award_kinds": "award_list",
    "award_new": "award_list",
    "award_edit": "award_list",
    "award_bid": "award_list",
    "award_entry": "award_list",
    "award_assess": "award_list",
    "award_refusal": "award_list",
    "trained_people": "session_list",
    "course_list": "session_list",
    "course_new": "session_list",
    "course_edit": "session_list",
    "session": "session_list",
    "session_new": "session_list",
    "session_edit": "session_list",
    "session_book": "session_list",
    "equipment_item": "equipment_list",
    "equipment_new": "equipment_list",
    "equipment_cover": "equipment_list",
    "equipment_edit": "equipment_list",
    "equipment_lend": "equipment_list",
    "equipment_loan": "equipment_list",
    "equipment_move": "equipment_list",
    "equipment_fault": "equipment_list",
    "equipment_settle": "equipment_list",
    "equipment_check": "equipment_list",
    "contact_edit": "member_list",
    "details_right": "member_list",
    "engagement": "member_list",
    "invitation": "member_list",
    "invite": "member_list",
    "people": "member_list",
    "person": "member_list",
    "scheme_people": "member_list",
    "contact_new": "member_list",
    "member_authority": "member_list",
    "member_edit": "member_list",
    "member_new": "member_list",
    "member_step": "member_list",
    "pipeline": "member_list",
    "premises_edit": "member_list",
    "premises_new": "member_list",
    "member_detail": "member_list",
    "member_figures": "member_list",
    "import_new": "import_list",
    "import_run": "import_list",
    "import_map": "import_list",
    "import_step": "import_list",
    "target_list": "board",
    "target_edit": "board",
    "board_report_list": "board",
    "board_report": "board",
    "board_report_write": "board",
    "board_report_files": "board",
    "board_report_decide": "board",
    "board_report_correct": "board",
    "type_new": "type_list",
    "type_edit": "type_list",
    "type_end": "type_list",
}
"""Which entry is lit on a page that has none of its own."""
