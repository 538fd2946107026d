"""Pages of appeals: typed in by the manager, decided by the Board in the case file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from common.fields import PlainForm
from common.http import add_problems, download, form_status, query_text
from common.lists import chips
from members.access import roles_only, user_of
from members.models import Role

from . import actions
from .access import get_appeal, get_notice
from .appeal_forms import DayForm, DecideForm, DeclineForm, PanelForm, ReceiveForm
from .appeal_letters import acknowledgement_print, outcome_print
from .models import Appeal
from .querysets import breaches
from .services import (
    appeal_acknowledge,
    appeal_decide,
    appeal_decline,
    appeal_panel_add,
    appeal_receive,
    appeal_tell,
    appeal_withdraw,
)
from .signed_views import copies_of

SHOWS = [("open", "Open"), ("over", "Decided or taken back")]


@dataclass(frozen=True)
class Step:
    """Something that is done with an appeal: by whom, with which form, and what is said then."""

    role: Role
    form: type[PlainForm]
    take: Callable[..., Any]
    said: str


STEPS = {
    "acknowledge": Step(Role.INTEL, DayForm, appeal_acknowledge, "Recorded."),
    "panel": Step(Role.INTEL, PanelForm, appeal_panel_add, "They are asked by e-mail."),
    "withdraw": Step(Role.INTEL, DayForm, appeal_withdraw, "Recorded. The notice stands."),
    "told": Step(Role.INTEL, DayForm, appeal_tell, "Recorded."),
    "decline": Step(Role.BOARD, DeclineForm, appeal_decline, "You no longer see that case."),
    "decide": Step(Role.BOARD, DecideForm, appeal_decide, "Decided. The manager writes to them."),
}


@require_safe
@roles_only(Role.INTEL, Role.BOARD)
def appeal_list(request: HttpRequest) -> HttpResponse:
    """Appeals: all for the manager, a Board member's own cases for them."""
    user = user_of(request)
    show = query_text(request, "show")
    show = show if show in dict(SHOWS) else "open"
    seen = Appeal.objects.visible_to(user).select_related("notice__subject")
    rows = seen.open() if show == "open" else seen.exclude(decision="", withdrawn_on=None)
    page = Paginator(rows.order_by("decide_by", "pk"), 30).get_page(query_text(request, "page"))
    record(
        actions.APPEALS_LISTED,
        by=user,
        subjects=[appeal.notice.subject.ref for appeal in page.object_list],
        show=show,
    )
    context = {"page": page, "show": show, "chips": chips(SHOWS, show)}
    return render(request, "exclusions/appeal_list.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def appeal_new(request: HttpRequest, ref: str) -> HttpResponse:
    """Type in an appeal against a notice."""
    user = user_of(request)
    notice = get_notice(user, ref)
    form = ReceiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = appeal_receive(by=user, notice=notice, data=form.received())
            messages.success(request, f"{made.ref} is on record. The notice stays in force.")
            return redirect("appeal", ref=made.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(actions.NOTICE_VIEWED, by=user, ref=notice.ref, subjects=[notice.subject.ref])
    context = {"notice": notice, "form": form, "page_title": f"Appeal against {notice.ref}"}
    return render(request, "exclusions/appeal_new.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL, Role.BOARD)
def appeal(request: HttpRequest, ref: str) -> HttpResponse:
    """An appeal with its case file, and the next step for who sees it."""
    user = user_of(request)
    found = get_appeal(user, ref)
    forms = {name: step.form(prefix=name) for name, step in STEPS.items() if step.role == user.role}
    refused = None
    if request.method == "POST":
        name = str(request.POST.get("step", ""))
        if name not in STEPS:
            return redirect("appeal", ref=found.ref)
        step = STEPS[name]
        if step.role != user.role:
            raise PermissionDenied
        refused = forms[name] = step.form(request.POST, prefix=name)
        if refused.is_valid() and _taken(request, step, found, refused):
            gone = name in ("decline",)
            return redirect("appeal_list") if gone else redirect("appeal", ref=found.ref)
    record(actions.APPEAL_VIEWED, by=user, ref=found.ref, subjects=[found.notice.subject.ref])
    context = _case(found) | {"forms": forms, "signed": copies_of(user, found.notice)}
    status = form_status(refused) if refused else 200
    return render(request, "exclusions/appeal.html", context, status=status)


def _taken(request: HttpRequest, step: Step, found: Appeal, form: PlainForm) -> bool:
    """Take a step; a refusal is put into its form."""
    try:
        step.take(by=user_of(request), appeal=found, **form.cleaned_data)
    except ValidationError as error:
        add_problems(form, error)
        return False
    messages.success(request, step.said)
    return True


def _case(found: Appeal) -> dict[str, Any]:
    """Return the case file: what the first decision rests on, and what came after it."""
    notice = found.notice
    return {
        "appeal": found,
        "notice": notice,
        "grounds": list(notice.grounds.select_related("type", "premises").order_by("occurred_at")),
        "attempts": list(notice.attempts.all()),
        "broken": list(
            breaches()
            .filter(subject=notice.subject_id, notice_ref=notice.ref)
            .select_related("report__premises", "report__type")
            .order_by("occurred_at")
        ),
        "panel": list(found.panel.select_related("user")),
        "page_title": f"{found.ref}: {found.get_kind_display().lower()}",
    }


@require_safe
@roles_only(Role.INTEL)
def appeal_letter(request: HttpRequest, ref: str, which: str) -> HttpResponse:
    """The letter that acknowledges an appeal, or tells what was decided."""
    user = user_of(request)
    found = get_appeal(user, ref)
    if which == "acknowledgement":
        made = acknowledgement_print(by=user, appeal=found)
    elif which == "outcome" and found.decision:
        made = outcome_print(by=user, appeal=found)
    else:
        raise Http404
    return download(made, f"{found.ref}-{which}.pdf", "application/pdf")
