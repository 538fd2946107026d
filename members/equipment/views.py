"""Pages of equipment: the list, one item, lending it, where it is, faults, checks, coverage."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from common import dates
from common.charts import bar_chart
from common.http import add_problems, form_status, query_text
from common.lists import chips
from members.access import roles_only, user_of
from members.models import EquipmentItem, ItemState, Role

from .access import get_item, get_open_fault
from .figures import cover
from .forms import (
    CarrierForm,
    ChangeForm,
    CheckForm,
    FaultForm,
    ItemForm,
    LoanForm,
    MoveForm,
    SettleForm,
)
from .querysets import SOON
from .services import item_change, item_enter, item_lend, item_move, last_check, loan_change
from .upkeep import check_record, fault_close, fault_report

SHOWS = (
    ("all", "All"),
    ("loan", "On loan"),
    ("due", "Due back"),
    ("faulty", "Faulty"),
    ("check", "Check due"),
    ("store", "In store"),
    ("gone", "Lost, disposed of"),
)
OWN = tuple(show for show in SHOWS if show[0] in ("all", "due", "faulty", "check"))
HOLDERS = (Role.MANAGER, Role.AGENCY)


@require_safe
@roles_only(Role.INTEL, Role.BOARD, *HOLDERS)
def equipment_list(request: HttpRequest) -> HttpResponse:
    """All equipment and what is due, or what a business has on loan."""
    user = user_of(request)
    shows = OWN if user.role in HOLDERS else SHOWS
    show, text = query_text(request, "show"), query_text(request, "q")
    show = show if show in dict(shows) else "all"
    items = EquipmentItem.objects.visible_to(user).as_they_are()
    found = items.search(text, people=user.role != Role.BOARD)
    page = Paginator(found.part(show), 50).get_page(query_text(request, "page"))
    context = {
        "page": page,
        "chips": chips(shows, show, counts=found.counts(), q=text),
        "q": text,
        "show": show,
        **_days(),
        "own": user.role in HOLDERS,
        "page_title": "Equipment",
    }
    return render(request, "members/equipment/list.html", context)


@require_safe
@roles_only(Role.INTEL, Role.BOARD)
def equipment_cover(request: HttpRequest) -> HttpResponse:
    """How many members have a radio, area by area."""
    figures = cover()
    points = [(row.name, row.percent, f"{row.percent}%") for row in figures.areas]
    context = {
        "figures": figures,
        "chart": bar_chart(points, line=100),
        "page_title": "Radio coverage",
    }
    return render(request, "members/equipment/cover.html", context)


@require_safe
@roles_only(Role.INTEL, *HOLDERS)
def equipment_item(request: HttpRequest, ref: str) -> HttpResponse:
    """One item: what it is, where it is; for the manager also where it was."""
    user = user_of(request)
    item = get_item(user, ref)
    faults = item.faults.select_related("reported_by")
    context: dict[str, Any] = {
        "item": item,
        "state": ItemState(item.state).label,
        "check": last_check(item),
        **_days(),
        "faults": faults[:20] if user.is_intel else faults.open(),
        "page_title": item.title,
    }
    if user.is_intel:
        context["history"] = item.holdings.select_related("member", "made_by")[:20]
    return render(request, "members/equipment/item.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def equipment_new(request: HttpRequest) -> HttpResponse:
    """Enter an item."""
    form = ItemForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = item_enter(by=user_of(request), data=form.values())
            messages.success(request, f"Entered. Its label is {made.ref}.")
            return redirect("equipment_item", ref=made.ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "page_title": "Enter equipment"}
    return render(request, "members/equipment/form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def equipment_edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change what is held of an item."""
    item = get_item(user_of(request), ref)
    form = ChangeForm(request.POST or None, item=item)

    def save() -> None:
        revision = form.cleaned_data["revision"]
        item_change(by=user_of(request), item=item, revision=revision, data=form.values())

    return _form_page(request, item, form, save, title="Change it", button="Save")


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def equipment_lend(request: HttpRequest, ref: str) -> HttpResponse:
    """Lend an item that is in store."""
    item = get_item(user_of(request), ref)
    if item.state != ItemState.STORE:
        messages.warning(request, f"{ref} is not in store.")
        return redirect("equipment_item", ref=ref)
    form = LoanForm(request.POST or None, initial={"revision": item.revision})

    def save() -> None:
        revision = form.cleaned_data["revision"]
        item_lend(by=user_of(request), item=item, revision=revision, data=form.values())

    return _form_page(request, item, form, save, title="Lend it", button="Lend it")


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def equipment_loan(request: HttpRequest, ref: str) -> HttpResponse:
    """Change who carries what is on loan, and when it is due back."""
    item = get_item(user_of(request), ref)
    if item.state != ItemState.LOAN:
        messages.warning(request, f"{ref} is not on loan.")
        return redirect("equipment_item", ref=ref)
    names = ("person", "is_lone_worker", "due_on", "revision")
    form = CarrierForm(request.POST or None, initial={n: getattr(item, n) for n in names})

    def save() -> None:
        loan_change(by=user_of(request), item=item, **form.cleaned_data)

    return _form_page(request, item, form, save, title="Change the loan", button="Save")


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def equipment_move(request: HttpRequest, ref: str) -> HttpResponse:
    """Record where an item is now."""
    item = get_item(user_of(request), ref)
    form = MoveForm(
        request.POST or None,
        state=item.state,
        has_faults=item.is_faulty,
        initial={"revision": item.revision},
    )

    def save() -> None:
        revision = form.cleaned_data["revision"]
        item_move(by=user_of(request), item=item, revision=revision, move=form.move())

    return _form_page(request, item, form, save, title="Where it is", button="Record it")


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL, *HOLDERS)
def equipment_fault(request: HttpRequest, ref: str) -> HttpResponse:
    """Report what is wrong with an item."""
    item = get_item(user_of(request), ref)
    form = FaultForm(request.POST or None)

    def save() -> None:
        fault_report(by=user_of(request), item=item, words=form.cleaned_data["words"])

    return _form_page(request, item, form, save, title="Report a fault", button="Report it")


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def equipment_settle(request: HttpRequest, ref: str, fault: int) -> HttpResponse:
    """Settle a fault of an item."""
    item = get_item(user_of(request), ref)
    found = get_open_fault(item, fault)
    form = SettleForm(request.POST or None)

    def save() -> None:
        fault_close(by=user_of(request), fault=found, **form.cleaned_data)

    return _form_page(
        request, item, form, save, title="Settle the fault", button="Save", said=found.words
    )


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def equipment_check(request: HttpRequest, ref: str) -> HttpResponse:
    """Record the annual check of an item."""
    item = get_item(user_of(request), ref)
    form = CheckForm(request.POST or None)

    def save() -> None:
        check_record(by=user_of(request), item=item, data=form.values())

    return _form_page(request, item, form, save, title="Annual check", button="Record it")


def _days() -> dict[str, dt.date]:
    return {"today": dates.today(), "soon": dates.today() + SOON}


def _form_page(
    request: HttpRequest,
    item: EquipmentItem,
    form: forms.Form,
    save: Callable[[], None],
    *,
    title: str,
    button: str,
    said: str = "",
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            save()
            messages.success(request, "Saved.")
            return redirect("equipment_item", ref=item.ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {"item": item, "form": form, "page_title": title, "button": button, "said": said}
    return render(request, "members/equipment/form.html", context, status=form_status(form))
