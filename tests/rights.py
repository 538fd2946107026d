"""Who may open what: the rights matrix of DESIGN section 3, one line for each address.

Each cell is the expected answer to a GET by a role whose business is the report's own ("staff",
"store"), another ("other"), a partner agency, the Intelligence Manager, the Board and the
administrator. "post" marks an address that only takes POST: a GET answers 405 to those it is for,
404 to everybody else. Refs in braces are filled in by the test's world.
"""

from dataclasses import dataclass

ROLES = ("staff", "store", "other", "police", "intel", "board", "admin")

# (name of the address, path, answers in the order of ROLES)
OK, NO, SEEN, GO, POST = 200, 404, 403, 302, 405


@dataclass(frozen=True)
class Line:
    """One address of the matrix."""

    name: str
    path: str
    answers: tuple[int, ...]


def line(name: str, path: str, *answers: int) -> Line:
    """Return a line; one answer stands for every role."""
    return Line(name, path, answers * len(ROLES) if len(answers) == 1 else answers)


MATRIX = (
    #                                                  staff store other police intel board admin
    line("home", "/", GO),
    line("healthz", "/healthz/", OK),
    line("readyz", "/readyz/", OK),
    line("account_login", "/sign-in/", GO),
    line("account_inactive", "/sign-in/inactive/", OK),
    line("account_signup", "/sign-up/", GO),
    line("account_logout", "/sign-out/", OK),
    line("agreement", "/agreement/", OK),
    line("me", "/me/", OK),
    line("access_log", "/me/log/", OK),
    line("gallery", "/gallery/", OK, OK, OK, OK, OK, NO, NO),
    line("profile", "/gallery/{published}/", OK, OK, OK, OK, OK, NO, NO),
    line("profile", "/gallery/{licensed}/", NO, NO, OK, OK, OK, NO, NO),
    line("profile", "/gallery/{unpublished}/", NO),
    line("profile", "/gallery/{withdrawn}/", NO),
    line("profile", "/gallery/D-9999/", NO),
    line("photo", "/photos/{published_photo}/card/", OK, OK, OK, OK, OK, NO, NO),
    line("photo", "/photos/{licensed_photo}/large/", NO, NO, OK, OK, OK, NO, NO),
    line("photo", "/photos/{unpublished_photo}/thumb/", NO, NO, NO, NO, OK, NO, NO),
    line("photo", "/photos/{report_photo}/large/", OK, OK, NO, NO, OK, NO, NO),
    line("photo", "/photos/{published_photo}/huge/", NO),
    line("log", "/log/", OK, OK, OK, OK, OK, NO, NO),
    line("log_who", "/log/who/", OK, OK, OK, OK, OK, NO, NO),
    line("report_list", "/reports/", OK, OK, OK, OK, OK, NO, NO),
    line("report", "/reports/{waiting}/", OK, OK, NO, NO, OK, NO, NO),
    line("report", "/reports/{accepted}/", OK, OK, NO, OK, OK, NO, NO),
    line("report", "/reports/INC-2026-99999/", NO),
    line("report_review", "/reports/{waiting}/review/", NO, NO, NO, NO, OK, NO, NO),
    line("report_link", "/reports/{waiting}/link/", POST),
    line("queue", "/queue/", NO, NO, NO, NO, OK, NO, NO),
    line("subject_list", "/subjects/", NO, NO, NO, NO, OK, NO, NO),
    line("subject_new", "/subjects/new/", NO, NO, NO, NO, OK, NO, NO),
    line("subject", "/subjects/{unpublished}/", NO, NO, NO, NO, OK, NO, NO),
    line("subject_edit", "/subjects/{published}/edit/", NO, NO, NO, NO, OK, NO, NO),
    line("subject_photo", "/subjects/{published}/photo/", NO, NO, NO, NO, OK, NO, NO),
    line(
        "subject_photo_edit",
        "/subjects/{published}/photos/{published_photo}/",
        *(NO, NO, NO, NO, OK, NO, NO),
    ),
    line("subject_photo_edit", "/subjects/{published}/photos/{licensed_photo}/", NO),
    line("subject_publish", "/subjects/{published}/publish/", NO, NO, NO, NO, OK, NO, NO),
    line("subject_withdraw", "/subjects/{published}/withdraw/", NO, NO, NO, NO, OK, NO, NO),
    line("notice_raise", "/subjects/{published}/exclude/", NO, NO, NO, NO, OK, NO, NO),
    line("notice_list", "/exclusions/", OK, OK, OK, OK, OK, NO, NO),
    line("notice", "/exclusions/{in_force}/", OK, OK, OK, OK, OK, NO, NO),
    line("notice", "/exclusions/{to_serve}/", NO, OK, NO, NO, OK, NO, NO),
    line("notice", "/exclusions/{expired}/", NO, NO, NO, NO, OK, NO, NO),
    line("notice_serve", "/exclusions/{to_serve}/serve/", NO, OK, NO, NO, OK, NO, NO),
    line("notice_serve", "/exclusions/{in_force}/serve/", NO, GO, NO, NO, OK, NO, NO),
    line("notice_revoke", "/exclusions/{in_force}/revoke/", NO, NO, NO, NO, OK, NO, NO),
    line("bulletin_list", "/bulletins/", OK, OK, OK, OK, OK, NO, NO),
    line("bulletin", "/bulletins/{sent}/", OK, OK, OK, OK, OK, NO, NO),
    line("bulletin", "/bulletins/{draft}/", NO, NO, NO, NO, OK, NO, NO),
    line("bulletin_new", "/bulletins/new/", NO, NO, NO, NO, OK, NO, NO),
    line("bulletin_send", "/bulletins/{draft}/send/", POST),
    line("member_list", "/members/", NO, NO, NO, NO, OK, OK, NO),
    line("member_detail", "/members/{own_member}/", NO, OK, NO, NO, OK, NO, NO),
    line("member_detail", "/members/{police_member}/", NO, NO, NO, OK, OK, NO, NO),
    line("board", "/board/", NO, NO, NO, NO, OK, OK, NO),
)

# Addresses that take only POST, with who may: everybody else gets 404.
POSTS = {
    "report_link": {"intel"},
    "bulletin_send": {"intel"},
}
