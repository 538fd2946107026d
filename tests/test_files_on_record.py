"""No file with personal data leaves without a row that says so (behaviour 37).

Every address whose view can hand out a file is found in the code itself, and stands in exactly one
list: what goes to somebody outside is entered in the register of sharing (or, on paper, in that of
paper copies); what one reads oneself is in the log; the rest holds nobody's data.
"""

import ast
import inspect
import sys
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from audit.models import Event
from members.models import SharingRecord
from offenders.models import PrintedPack
from tests.cast import Cast
from tests.rights import MATRIX, ROLES

OUTSIDE = {"police_pack", "pack_share", "access_pack", "bulletin_pack"}
"""Given to somebody outside the scheme's own pages: each writes a row of a register."""

READ = {
    "access_document", "access_log_file", "access_look", "appeal_letter", "exhibit_file",
    "import_problems", "notice_document", "number_blank", "pack_document", "photo", "photo_file",
    "photo_preview", "register_export", "register_file", "signed_copy", "warning_document",
}  # fmt: skip
"""Opened by who may see it, for the work itself: each time is in the log."""

OWN = {
    "account_document", "award_certificate", "board_export", "board_report_document",
    "board_report_file", "board_report_table", "certificate", "credit_document",
    "invoice_document", "ledger", "standards_pack",
}  # fmt: skip
"""A business's or one person's own paper, or figures without names: no subject is in it."""

NOBODY = {
    "alert_poll", "alert_push", "healthz", "import_template", "log", "log_phone", "manifest",
    "metrics", "readyz", "report_edit", "service_worker",
}  # fmt: skip
"""Nobody's data, or a short answer to what one sent, in JSON."""

MAKES_A_FILE = {
    "download", "original_download", "stored_response", "FileResponse", "StreamingHttpResponse",
    "JsonResponse",
}  # fmt: skip


def views(resolver: URLResolver) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every address of ours with its view as it was written, without its decorators."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            view = inspect.unwrap(pattern.callback)
            if not view.__module__.startswith(("django", "allauth")):
                yield str(pattern.name), view
        elif pattern.namespace != "admin":
            yield from views(pattern)


def gives_a_file(view: Callable[..., Any]) -> bool:
    """Whether a view, or what it calls in its own module, can answer with a file."""
    tree = ast.parse(inspect.getsource(sys.modules[view.__module__]))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    todo, seen = [view.__name__], set()
    while todo:
        name = todo.pop()
        if name in seen or name not in functions:
            continue
        seen.add(name)
        for node in ast.walk(functions[name]):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            typed = any(keyword.arg == "content_type" for keyword in node.keywords)
            if called in MAKES_A_FILE or (called == "HttpResponse" and typed):
                return True
            todo.append(called)
    return False


def test_every_address_that_gives_a_file_is_judged() -> None:
    found = {name for name, view in views(get_resolver()) if gives_a_file(view)}
    judged = (OUTSIDE, READ, OWN, NOBODY)
    assert found == set().union(*judged), found ^ set().union(*judged)
    assert sum(map(len, judged)) == len(found)  # in one list only


def paths(name: str, role: str, world: dict[str, Any]) -> list[str]:
    """Return the paths of an address that are a role's to open."""
    at = ROLES.index(role)
    return [
        line.path.format(**world)
        for line in MATRIX
        if line.name == name and line.answers[at] == 200
    ]


def test_what_one_reads_is_in_the_log_each_time(world: dict[str, Any], client_of: Any) -> None:
    """By GET: a row of the log, and nothing else; one's own thumbnails are part of their page."""
    client = client_of("intel")
    silent = []
    for name in sorted(READ):
        for path in paths(name, "intel", world):
            if "/card/" in path or "/thumb/" in path:
                continue
            before = Event.objects.count()
            answer = client.get(path)
            page = answer["Content-Type"].startswith("text/html")
            if not page and Event.objects.filter(is_read=True).count() == 0:
                silent.append(path)
            if not page and Event.objects.count() == before:
                silent.append(path)
    assert not silent


def given(answer: Any) -> bytes:
    """Return a file that was answered."""
    assert answer.status_code == 200, answer.content[:500]
    assert "attachment" in answer["Content-Disposition"]
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


SHARE = {
    "recipient": "PC 1234 Smith", "agency": "", "body": "Kent Police", "recipient_ref": "46/1/26",
    "purpose": "Prevention of crime", "lawful_basis": "DPA 2018", "agreement": "",
}  # fmt: skip


def test_what_goes_outside_is_in_the_register_before_it_leaves(
    cast: Cast, world: dict[str, Any], client_of: Any
) -> None:
    """Each is asked for in vain without saying to whom; then the row has the file's own hash."""
    from members.sharing import hashed

    client = client_of("intel")
    for path, data in (
        (f"/reports/{world['accepted']}/police-pack/", SHARE),
        (f"/packs/{world['pack']}/share/", SHARE),
        (f"/records/access/packs/{world['access_pack']}/", {"recipient": "Hidden Person"}),
    ):
        before = SharingRecord.objects.count()
        refused = client.post(path, {"client_id": str(uuid.uuid4())})
        assert refused.status_code == 422, path
        assert "Content-Disposition" not in refused, path
        assert SharingRecord.objects.count() == before, path
        page = client.get(path.removesuffix("share/"))
        form = page.context["form"]
        known = {name: form[name].value() for name in form.fields}
        plain = {name: value for name, value in known.items() if value not in (None, False)}
        answer = client.post(path, plain | data | {"client_id": str(uuid.uuid4())})
        content = given(answer)
        row = SharingRecord.objects.latest("pk")
        assert SharingRecord.objects.count() == before + 1, path
        assert row.sha256 == hashed(content), path
        assert row.recipient, path
        assert row.fields, path


def test_a_paper_copy_is_numbered_and_known(
    cast: Cast, world: dict[str, Any], client_of: Any
) -> None:
    client = client_of("intel")
    line = next(line for line in MATRIX if line.name == "bulletin_pack")
    path = line.path.format(**world)
    before = PrintedPack.objects.count()
    form = client.get(path).context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    member = cast.store.member.pk
    answer = client.post(path, data | {"member": member, "client_id": str(uuid.uuid4())})
    given(answer)
    assert PrintedPack.objects.count() == before + 1
    assert PrintedPack.objects.latest("pk").subjects
