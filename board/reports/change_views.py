"""Pages that change a report: words, figures, files, the Board's decision, a correction."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from board.models import MOST_FILES, ReportVersion
from common.http import add_problems, form_status
from members.access import roles_only, user_of
from members.models import Role

from .access import get_draft, get_version
from .attachments import attachment_add, attachment_remove
from .forms import CommentaryForm, CorrectForm, DecideForm, FileForm, RevisionForm
from .services import (
    NOT_YET,
    report_approve,
    report_correct,
    report_freeze,
    report_return,
    report_submit,
    report_write,
)

Step = Callable[..., None]


def _refused_unless_draft(request: HttpRequest, version: ReportVersion) -> HttpResponse | None:
    if version.is_draft:
        return None
    messages.warning(request, NOT_YET)
    return redirect("board_report", ref=version.report.ref)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def board_report_write(request: HttpRequest, ref: str) -> HttpResponse:
    """Write to the parts of a draft."""
    user = user_of(request)
    version = get_draft(user, ref)
    if refused := _refused_unless_draft(request, version):
        return refused
    form = CommentaryForm(request.POST or None, version=version)
    if request.method == "POST" and form.is_valid():
        try:
            revision = form.cleaned_data["revision"]
            report_write(by=user, version=version, revision=revision, words=form.words())
            messages.success(request, "Saved.")
            return redirect("board_report", ref=ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "version": version, "page_title": f"Write to {ref}"}
    return render(request, "board/reports/write.html", context, status=form_status(form))


def _step(request: HttpRequest, ref: str, do: Step, said: str) -> HttpResponse:
    """Do what a single button asks for, on the state of the version that was on the page."""
    user = user_of(request)
    version = get_draft(user, ref)
    form = RevisionForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "Nothing was changed. Look at it as it is now and try again.")
        return redirect("board_report", ref=ref)
    try:
        do(by=user, version=version, revision=form.cleaned_data["revision"])
        messages.success(request, said)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("board_report", ref=ref)


@require_POST
@roles_only(Role.INTEL)
def board_report_freeze(request: HttpRequest, ref: str) -> HttpResponse:
    """Freeze the figures of a draft as they are now."""
    return _step(request, ref, report_freeze, "The figures are frozen as they are now.")


@require_POST
@roles_only(Role.INTEL)
def board_report_submit(request: HttpRequest, ref: str) -> HttpResponse:
    """Give a draft to the Board."""
    return _step(request, ref, report_submit, "The Board has it now.")


@require_http_methods(["GET", "POST"])
@roles_only(Role.BOARD)
def board_report_decide(request: HttpRequest, ref: str) -> HttpResponse:
    """Approve what waits for the Board, or send it back with words."""
    user = user_of(request)
    version = get_version(user, ref)
    form = DecideForm(request.POST or None, initial={"revision": version.revision})
    if not version.is_submitted:
        messages.warning(request, "It does not wait for the Board any more.")
        return redirect("board_report", ref=ref)
    if request.method == "POST" and form.is_valid():
        try:
            said = _decide(request, form, version)
            messages.success(request, said)
            # What was sent back is the manager's again, and not the Board's to see.
            return redirect("board_report_list")
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "version": version, "page_title": f"Decide on {ref}"}
    return render(request, "board/reports/decide.html", context, status=form_status(form))


def _decide(request: HttpRequest, form: DecideForm, version: ReportVersion) -> str:
    """Do what the pressed button says; return what is told. Raises ValidationError for neither."""
    user, data = user_of(request), form.cleaned_data
    if "approve" in request.POST and data["words"].strip():
        raise ValidationError(
            {"words": "Approved, these words would be lost. Send it back instead."}
        )
    if "approve" in request.POST:
        report_approve(by=user, version=version, revision=data["revision"])
        return "Approved. It can’t be changed any more; a correction is a new version."
    if "return" in request.POST:
        report_return(by=user, version=version, revision=data["revision"], words=data["words"])
        return "Sent back with your words."
    raise ValidationError("Choose whether to approve it or to send it back.")


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def board_report_correct(request: HttpRequest, ref: str) -> HttpResponse:
    """Begin the correction of an approved report: a new version."""
    user = user_of(request)
    version = get_draft(user, ref)
    if not version.is_approved:
        messages.warning(request, "There is an unfinished version already.")
        return redirect("board_report", ref=ref)
    form = CorrectForm(request.POST or None, initial={"number": version.number})
    if request.method == "POST" and form.is_valid():
        try:
            report_correct(by=user, report=version.report, **form.cleaned_data)
            messages.success(request, "A new version is begun. The old one stays as it is.")
            return redirect("board_report", ref=ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "version": version, "page_title": f"Correct {ref}"}
    return render(request, "board/reports/correct.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def board_report_files(request: HttpRequest, ref: str) -> HttpResponse:
    """The files that come with a draft: one more, or one less (`remove` is its number)."""
    user = user_of(request)
    version = get_draft(user, ref)
    if refused := _refused_unless_draft(request, version):
        return refused
    sent = request.method == "POST"
    if sent and "remove" in request.POST:
        return _remove(request, version)
    form = FileForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        initial={"revision": version.revision},
    )
    if sent and form.is_valid():
        try:
            _add(request, version, form.cleaned_data)
            messages.success(request, "Added.")
            return redirect("board_report_files", ref=ref)
        except ValidationError as error:
            add_problems(form, error)
    files = list(version.attachments.order_by("number"))
    context = {
        "form": form,
        "version": version,
        "files": files,
        "room": MOST_FILES - len(files),
        "page_title": f"Files of {ref}",
    }
    return render(request, "board/reports/files.html", context, status=form_status(form))


def _add(request: HttpRequest, version: ReportVersion, data: dict[str, Any]) -> None:
    attachment_add(
        by=user_of(request), version=version, revision=data["revision"], file=data["file"][0],
        name=data["name"],
    )  # fmt: skip


def _remove(request: HttpRequest, version: ReportVersion) -> HttpResponse:
    form = RevisionForm(request.POST)
    number = request.POST.get("remove", "")
    if form.is_valid() and number.isascii() and number.isdigit() and len(number) <= 3:
        try:
            attachment_remove(
                by=user_of(request), version=version, revision=form.cleaned_data["revision"],
                number=int(number),
            )  # fmt: skip
            messages.success(request, "Taken out.")
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
    return redirect("board_report_files", ref=version.report.ref)
