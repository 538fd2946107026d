"""The one list of pages behind the side bar, the phone's bottom bar and the Me page."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from incidents.models import Report
from members.models import Role, User


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
ALL = frozenset(Role)

ENTRIES = (
    Entry("queue", "Queue", "inbox", INTEL, phone=True),
    Entry("gallery", "Gallery", "layout-grid", MEMBERS, phone=True),
    Entry("bulletin_list", "Bulletins", "newspaper", MEMBERS, phone=True),
    Entry("gallery", "Gallery", "layout-grid", INTEL, phone=True),
    Entry("log", "Log", "plus", READERS, phone=True, primary=True),
    Entry("subject_list", "Subjects", "users", INTEL),
    Entry("report_list", "Reports", "file-text", READERS),
    Entry("notice_list", "Exclusions", "ban", READERS, phone=True),
    Entry("bulletin_list", "Bulletins", "newspaper", INTEL),
    Entry("board", "Board", "chart-column", BOARD, phone=True),
    Entry("member_list", "Members", "store", BOARD, phone=True),
    Entry("access_log", "Access log", "scroll-text", ALL, desk=True),
    Entry("me", "Me", "user", ALL, phone=True),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return the navigation of the signed-in user; nothing before the agreement is accepted."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or user.must_accept_agreement:
        return {}
    here = request.resolver_match.view_name if request.resolver_match else ""
    waiting = Report.objects.filter(status="submitted").count() if user.is_intel else 0
    entries = [entry for entry in ENTRIES if user.role in entry.roles]
    phone = 0
    nav = []
    for entry in entries:
        on_phone = entry.phone and (phone < 4 or entry.view == "me")
        phone += on_phone
        nav.append(
            {
                "url": reverse(entry.view),
                "label": entry.label,
                "icon": entry.icon,
                "count": waiting if entry.view == "queue" else None,
                "current": entry.view == SECTION_OF.get(here, here),
                "primary": entry.primary,
                "phone": on_phone,
                "desk": entry.desk,
            }
        )
    place = user.premises.name if user.premises else user.member.name
    return {"nav": nav, "nav_place": place}


SECTION_OF = {
    "profile": "gallery",
    "report": "report_list",
    "report_review": "queue",
    "notice": "notice_list",
    "notice_raise": "subject_list",
    "notice_serve": "notice_list",
    "notice_revoke": "notice_list",
    "bulletin": "bulletin_list",
    "bulletin_new": "bulletin_list",
    "subject": "subject_list",
    "subject_new": "subject_list",
    "subject_edit": "subject_list",
    "subject_photo": "subject_list",
    "subject_photo_edit": "subject_list",
    "subject_publish": "subject_list",
    "subject_withdraw": "subject_list",
    "member_detail": "member_list",
}
"""Which entry is lit on a page that has none of its own."""
