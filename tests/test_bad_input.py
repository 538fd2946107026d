"""Every form against input that no browser sends: no 500, nothing half saved.

The addresses are those of tests/rights.py: a new one that takes forms is tested without being
listed here. Reports have tests of their own, tests/test_malformed_reports.py.
"""

import random
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from board.reports.forms import RevisionForm, StartForm
from exclusions.case_forms import CloseForm, OrderForm
from exclusions.warning_forms import LetGoForm
from imports.forms import StepForm
from incidents.forms.alerts import PushForm, WithdrawForm
from incidents.forms.intelligence import GradeForm, RejectForm, ShareForm
from incidents.forms.review import AnswerForm, AskForm, LinkForm, MergeForm, RuleOutForm, UndoForm
from members.forms import MailChoiceForm
from members.joining.forms import ConfirmForm
from members.sharing_forms import ShareForm as HandOutForm
from offenders.forms import BouncedForm, ScheduleForm, SeenForm
from tests import factories
from tests.rights import MATRIX

HOSTILE = (
    "", " ", "\x00", "a\x00b", "'; DROP TABLE audit_event; --", "<script>alert(1)</script>",
    "{{ 7|add:7 }}", "%s%n%x", "\u202egnp.exe", "😀" * 50, "x" * 20_000, "-1", "0",
    "99999999999999999999", "1e999", "NaN", "null", "[]", "2026-02-30", "9999-12-31",
    "0001-01-01", "2026-13-45T99:99", "£-5", "on", "../../etc/passwd", "D-0001", "unknown",
    "\r\nSet-Cookie: a=b", "٣", "1_000", "1", "2", "INC-2026-00001", "A", "B", "P", "C", "new",
    "none", "all", "area", "Raised by mistake", "allow", "9" * 5000,
)  # fmt: skip
FILES = (
    ("photo.jpg", b""),
    ("photo.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 500),
    ("photo.png", b"\x89PNG\r\n\x1a\n" + b"\xff" * 200),
    ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
    ("../../../x.jpg", factories.image_bytes()),
    ("p.html", b"<html><body>hello"),
    ("\x00.jpg", factories.image_bytes()),
)
ROUNDS = 25
# Forms that stand on a page with another one, or on none; "form" is found in the page itself.
FORMS: dict[str, tuple[type, ...]] = {
    "import_step": (StepForm,),
    "alert_push": (PushForm,),
    "alert_withdraw": (WithdrawForm,),
    "bulletin_bounced": (BouncedForm,),
    "people": (ConfirmForm,),
    "scheme_people": (ConfirmForm,),
    "invitation": (ConfirmForm,),
    "case_close": (CloseForm,),
    "case_pack": (OrderForm,),
    "pack_share": (HandOutForm,),
    "bulletin_schedule": (ScheduleForm,),
    "bulletin_send": (SeenForm,),
    "mail_choices": (MailChoiceForm,),
    "intelligence_grade": (GradeForm,),
    "intelligence_reject": (RejectForm,),
    "intelligence_share": (ShareForm,),
    "intelligence_withdraw": (RejectForm,),
    "report_answer": (AnswerForm,),
    "report_ask": (AskForm,),
    "report_link": (LinkForm,),
    "report_merge": (MergeForm,),
    "report_rule_out": (RuleOutForm,),
    "report_undo": (UndoForm,),
    "warning_let_go": (LetGoForm,),
    "board_report_start": (StartForm,),
    "board_report_freeze": (RevisionForm,),
    "board_report_submit": (RevisionForm,),
}
ITEMS = ("category", "quantity", "value_stolen", "value_recovered")
PERSON = ("pk", "who", "named_as", "description", "hair")
ENTRY = (
    "items-TOTAL_FORMS", "items-INITIAL_FORMS", "people-TOTAL_FORMS", "people-INITIAL_FORMS",
    *(f"items-0-{name}" for name in ITEMS), *(f"people-0-{name}" for name in PERSON),
)  # fmt: skip
MORE = {
    "log": ENTRY, "report_edit": ENTRY, "bulletin_new": ("look", "preset"),
    "bulletin_edit": ("look", "preset"),
    "subject_apart": ("with",),
    "board_report_decide": ("return",),
    "board_report_files": ("remove", "file"),
    "statement_edit": ("remove",),
    "retention_rule": ("save",),
    "access_request": (
        "step", "identify-how", "identify-revision", "search-names", "search-born",
        "search-subject_refs", "search-revision", "extend-due_on", "extend-told_on", "extend-why",
        "order-client_id", "order-revision", "answer-outcome", "answer-on", "answer-revision",
    ),
    "complaint": (
        "step", "acknowledge-on", "looked-on", "looked-words", "decide-outcome", "decide-reasons",
        "tell-on", "looked-revision", "decide-revision",
    ),
    "data_breach": (
        "step", "assess-what", "assess-kinds", "assess-people", "assess-people_count",
        "assess-risk", "assess-revision", "assess-happened_on", "regulator-told_at",
        "regulator-not_because", "regulator-revision", "people-told_on", "people-how",
        "people-not_because", "people-revision", "close-lessons", "close-revision",
    ),
    "rights_request": (
        "step", "identify-how", "extend-due_on", "extend-told_on", "extend-why", "show-why",
        "decide-decision", "decide-reasons", "tell-on", "tell-how", "lift-told_on", "lift-why",
        "recipient-share", "recipient-told_on", "recipient-words", "decide-revision",
    ),
    "hold": ("end", "reason"),
    "application": ("decline", "reason", "answer"),
    "bank_line": ("aside", "words"),
    "fees": ("vat", "remove", "rate-percent", "rate-starts_on"),
    "invoice_change": (
        "credit", "write_off", "send", "credit-amount", "credit-reason", "write_off-amount",
        "write_off-reason", "credit-client_id", "write_off-client_id",
    ),
    "payment_change": (
        "put", "off", "back", "put-invoice", "put-amount", "off-invoice", "back-amount",
        "back-paid_on", "back-method", "back-reason", "back-client_id",
    ),
    "subscription_new": ("agree",),
    "invitation": ("again", "end"),
    "person": ("end", "restore", "password", "reset", "reason"),
    "prove": ("password", "code", "credential"),
    "second_factor": ("end",),
    "second_factor_codes": ("new",),
    "sessions": ("end", "others"),
    "appeal": ("step", "decide-decision", "decide-reasons", "decline-reason"),
}  # fmt: skip
PAGES = {
    "retention_rule": "intel",
    "rights_request": "intel",
    "complaint": "intel",
    "access_new": "intel",
    "access_request": "intel",
    "access_item": "intel",
    "access_read": "intel",
    "access_pack": "intel",
    "complaint_new": "intel",
    "share_new": "intel",
    "data_breach": "intel",
    "data_breach_new": "intel",
    "privacy_new": "intel",
    "body_new": "intel",
    "body_edit": "intel",
    "request_new": "intel",
    "hold": "intel",
    "hold_new": "intel",
    "subject_put_off": "intel",
    "import_map": "intel",
    "import_new": "intel",
    "import_step": "intel",
    "case_new": "intel",
    "case_edit": "intel",
    "case_pick": "intel",
    "case_incident": "intel",
    "case_close": "intel",
    "case_pack": "intel",
    "pack_share": "intel",
    "statement_new": "intel",
    "statement_edit": "intel",
    "agreement": "staff",
    "prove": "staff",
    "second_factor": "staff",
    "second_factor_app": "staff",
    "second_factor_passkey": "staff",
    "second_factor_codes": "staff",
    "own_password": "staff",
    "standard_new": "intel",
    "standard": "intel",
    "sessions": "staff",
    "target_edit": "board",
    "board_report_start": "intel",
    "board_report_write": "intel",
    "board_report_files": "intel",
    "board_report_freeze": "intel",
    "board_report_submit": "intel",
    "board_report_decide": "board",
    "board_report_correct": "intel",
    "alert_new": "staff",
    "alert_push": "staff",
    "alert_withdraw": "store",
    "bounce_list": "intel",
    "bulletin_bounced": "intel",
    "bulletin_edit": "intel",
    "bulletin_new": "intel",
    "bulletin_pack": "store",
    "bulletin_schedule": "intel",
    "bulletin_send": "intel",
    "intelligence_grade": "intel",
    "intelligence_new": "police",
    "intelligence_reject": "intel",
    "intelligence_share": "intel",
    "intelligence_withdraw": "intel",
    "log": "staff",
    "mail_choices": "staff",
    "exclusion_policy": "intel",
    "bank": "intel",
    "bank_line": "intel",
    "fees": "intel",
    "invoice_change": "intel",
    "invoice_new": "intel",
    "lapse_hold": "intel",
    "payment_change": "intel",
    "payment_new": "intel",
    "subscription_new": "intel",
    "application": "intel",
    "apply": "staff",
    "details_right": "store",
    "invitation": "store",
    "invite": "store",
    "invited": "staff",
    "people": "store",
    "person": "store",
    "scheme_people": "intel",
    "meeting": "staff",
    "meeting_add": "intel",
    "meeting_approve": "intel",
    "meeting_blank": "intel",
    "meeting_edit": "intel",
    "meeting_minutes": "intel",
    "meeting_new": "intel",
    "meeting_people": "intel",
    "award_bid": "store",
    "award_edit": "intel",
    "award_assess": "intel",
    "award_new": "intel",
    "award_refusal": "intel",
    "document": "staff",
    "document_edit": "intel",
    "document_new": "intel",
    "course_edit": "intel",
    "course_new": "intel",
    "session": "intel",
    "session_book": "intel",
    "session_edit": "intel",
    "session_new": "intel",
    "equipment_check": "intel",
    "equipment_edit": "intel",
    "equipment_fault": "store",
    "equipment_lend": "intel",
    "equipment_loan": "intel",
    "equipment_move": "intel",
    "equipment_new": "intel",
    "equipment_settle": "intel",
    "contact_edit": "store",
    "contact_new": "store",
    "member_authority": "intel",
    "member_edit": "intel",
    "member_new": "intel",
    "member_step": "intel",
    "premises_edit": "store",
    "premises_new": "store",
    "notice_attempt": "store",
    "appeal": "board",
    "appeal_new": "intel",
    "notice_confirm": "intel",
    "notice_raise": "intel",
    "on_the_spot": "store",
    "spot_numbers": "intel",
    "number_void": "intel",
    "breach_step": "intel",
    "notice_revoke": "intel",
    "notice_serve": "store",
    "notice_vary": "intel",
    "signed_copies": "store",
    "signed_remove": "intel",
    "warning_give": "intel",
    "warning_let_go": "intel",
    "warning_raise": "intel",
    "warning_withdraw": "intel",
    "photo_crop": "intel",
    "police_pack": "store",
    "report_answer": "staff",
    "report_ask": "intel",
    "report_edit": "store",
    "report_link": "intel",
    "report_merge": "intel",
    "report_review": "intel",
    "report_rule_out": "intel",
    "report_undo": "intel",
    "profile_name": "staff",
    "scheme_settings": "intel",
    "recognition": "intel",
    "subject_of_age": "intel",
    "associate_add": "intel",
    "record_add": "intel",
    "subject_edit": "intel",
    "subject_identify": "intel",
    "top_ten_choose": "intel",
    "subject_apart": "intel",
    "subject_merge": "intel",
    "subject_new": "intel",
    "subject_photo": "intel",
    "subject_photo_edit": "intel",
    "subject_publish": "intel",
    "subject_withdraw": "intel",
    "type_edit": "intel",
    "type_end": "intel",
    "type_new": "intel",
    "viewing": "intel",
}
# Nothing is typed there, or it is the library's own.
BUTTONS = {"bounce_clear", "bulletin_cancel", "bulletin_discard", "bulletin_seen", "mail_stop",
           "night", "csp_report",
           "exhibit_check", "exhibit_file", "log_phone", "record_remove",
           "photo_discard", "photo_file", "notice_let_go",
           "subject_unmerge", "top_ten_lift", "type_back",
           "type_remove", "type_start", "account_login", "account_logout",
           "account_signup", "mfa_authenticate"}  # fmt: skip
LISTS = {
    "staff": ("/log/", "/log/who/", "/log/where/", "/reports/", "/gallery/", "/alerts/poll/",
              "/alerts/new/", "/intelligence/new/", "/exclusions/", "/me/log/", "/bulletins/",
              "/exclusions/premises/", "/rules/premises/", "/documents/",
              "/meetings/"),
    "store": ("/equipment/", "/training/", "/training/people/",
              "/members/{own_member}/figures/", "/patterns/", "/business/"),
    "intel": ("/records/retention/", "/records/retention/nights/{night}/", "/records/deleted/",
              "/records/holds/", "/records/requests/", "/records/complaints/", "/records/sharing/",
              "/records/access/", "/records/access/{access}/items/{access_photo}/look/",
              "/records/bodies/", "/records/data-breaches/", "/records/privacy/",
              "/import/", "/import/new/", "/import/{import_run}/",
              "/gallery/", "/log/", "/log/where/", "/reports/", "/queue/", "/patterns/", "/series/",
              "/types/", "/subjects/", "/subjects/top-ten/", "/members/", "/alerts/",
              "/intelligence/", "/exclusions/", "/exclusions/register/",
              "/exclusions/register.csv", "/cases/", "/cases/{case}/statements/new/",
              "/bulletins/{sent}/deliveries/",
              "/bulletins/{sent}/readers/", "/mail/bounced/",
              "/bulletins/new/", "/reports/{waiting}/review/", "/subjects/{published}/exclude/",
              "/viewing/", "/warnings/", "/members/applications/", "/money/bank/",
              "/equipment/", "/training/", "/training/people/", "/documents/", "/meetings/",
              "/meetings/{meeting}/", "/awards/", "/awards/apply/",
              "/documents/{document}/readers/", "/subjects/{published}/warn/",
              "/members/{own_member}/figures/", "/me/log/"),
    "board": ("/board/", "/board/figures.csv", "/board/targets/", "/money/", "/money/year/",
              "/board/reports/", "/board/reports/{board_report}/",
              "/money/invoices/", "/money/payments/", "/money/renewals/", "/money/ledger.csv",
              "/members/", "/members/pipeline/", "/members/engagement/", "/appeals/",
              "/scheme/people/", "/equipment/", "/training/", "/awards/"),
}  # fmt: skip


def path_of(name: str, world: dict[str, Any]) -> str:
    """Return the path of an address as the rights matrix has it."""
    return next(line.path for line in MATRIX if line.name == name).format(**world)


def field_names(client: Client, name: str, path: str) -> list[str]:
    """Return what the page's own form would send."""
    found = list(MORE.get(name, ()))
    for form in FORMS.get(name, ()):
        found += list(getattr(form, "base_fields"))  # noqa: B009
    answer = client.get(path)
    if answer.status_code == 200 and answer.context and "form" in answer.context:
        found += list(answer.context["form"].fields)
    return found


def everything() -> dict[str, int]:
    """Return how many rows each table of ours has, but for what is only a log of reading."""
    tables = [
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.split(".")[0] in OURS and model._meta.managed
    ]
    counts = " UNION ALL ".join(f"SELECT '{t}', count(*) FROM \"{t}\"" for t in tables)
    with connection.cursor() as cursor:
        cursor.execute(counts)
        return dict(cursor.fetchall())  # in the order that the database likes


OURS = ("board", "exclusions", "imports", "incidents", "members", "offenders", "records")


def test_every_form_is_tried(world, client_of) -> None:
    """A page of ours judges the method first, so a wrong one tells which are right."""
    client = client_of("intel")
    taking = {
        line.name
        for line in MATRIX
        if "POST" in client.put(line.path.format(**world)).headers.get("Allow", "")
    }
    assert taking - BUTTONS == set(PAGES)


@pytest.mark.parametrize("role", sorted(set(PAGES.values())))
def test_no_form_breaks(world, client_of, role: str) -> None:
    client = client_of(role)
    for name in [name for name, who in PAGES.items() if who == role]:
        with transaction.atomic():  # what one page's forms changed is not there for the next
            path = path_of(name, world)
            break_into(client, name, path)
            transaction.set_rollback(True)


def break_into(client: Client, name: str, path: str) -> None:
    """Send a page's form some dozen times with what nobody types."""
    names = field_names(client, name, path)
    assert names, name
    rng = random.Random(name)
    before = everything()
    for _ in range(ROUNDS):
        data: dict[str, Any] = {each: rng.choice(HOSTILE) for each in names if rng.random() < 0.8}
        if rng.random() < 0.3:
            data[rng.choice(names)] = [rng.choice(HOSTILE) for _ in range(5)]
        for field in {"photo", "uploads", "file"} & set(names):
            file = SimpleUploadedFile("x", rng.choice(FILES)[1])
            file.name = rng.choice(FILES)[0].replace("\x00", "%00")
            data[field] = file
        answer = client.post(path, data)
        assert answer.status_code in (200, 302, 400, 403, 404, 422), (name, data)
        now = everything()
        assert now == before or answer.status_code in (200, 302), (name, data)
        before = now


QUERIES = (
    "page=-1&show=%00&q=%25%27%22&who=%00&find=%00&cite=abc&cite=-1&n=-1&about=%00D-1",
    "page=99999999999999999999&show=../..&who=D-99999999999&cite=99999999999999999999&n=%D9%A3&q=k",
    "page=x&who_text=%F0%9F%98%80&known=%00+x&most=%FF&q=" + "x" * 3000,
    "q=%ED%A0%80&find=%ED%A0%80&who=%ED%A0%80&show=all",
    "since=9999-12-31&sort=%00&harm=1e9&age=NaN&kind=x&status=%F0%9F%98%80",
    "since=0001-01-01&until=%00",
    "since=2026-02-30&until=2026-01-01&period=custom",
    "period=%00&what=%00&area=x&member=%00",
    "member=%25&what=all:x&area=%F0%9F%98%80",
    "day=9&hour=99&only=%00&place=%00&goods=x&outcome=x&method=%00&what=all:",
    "since=2026-05-01&until=2026-01-01&only=accepted",
    "period=12m&show=person&page=99",
    "period=any&from=0001-01-01&to=9999-12-31",
    "period=year&from=9999-12-31&area=x&sector=%00",
    "period=month&from=0001-01-01",
    "show=all&kind=%00&who=%FF&business=%25&ref=%27&before=-1",
    "show=all&kind=taken&ref=D-1&before=99999999999999999&since=9999-12-31&until=9999-12-31",
)


@pytest.mark.parametrize("role", LISTS)
def test_no_query_string_breaks(world, client_of, role: str) -> None:
    client = client_of(role)
    for place in LISTS[role]:
        for query in QUERIES:
            path = f"{place.format(**world)}?{query}"
            assert client.get(path).status_code in (200, 204, 302, 404), path


def test_other_methods_change_nothing(world, client_of) -> None:
    client = client_of("intel")
    before = everything()
    for method in ("put", "delete", "patch", "options"):
        for name in PAGES:
            answer = getattr(client, method)(path_of(name, world))
            assert answer.status_code in (200, 302, 403, 404, 405), (method, name)
    assert everything() == before
