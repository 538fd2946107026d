"""Pages of controllers and processors, and of agreements."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from common.http import add_problems, form_status
from common.lists import chips
from members.access import roles_only, user_of
from members.models import Role
from records import actions
from records.access import get_body
from records.models import DataBody
from records.pages import page_of, shown

from .agreements import agreements, papers, shared_under
from .forms import BodyForm
from .services import body_save

SHOWS = [("current", "Current"), ("due", "To look at again"), ("all", "All")]


@require_safe
@roles_only(Role.INTEL)
def body_list(request: HttpRequest) -> HttpResponse:
    """Controllers and processors."""
    user = user_of(request)
    show = shown(request, SHOWS)
    seen = DataBody.objects.visible_to(user)
    parts: dict[str, Any] = {"current": seen.current(), "due": seen.due(), "all": seen}
    page = page_of(request, parts[show])
    record(actions.BODIES_LISTED, by=user, show=show, page=page.number)
    context = {
        "page": page,
        "show": show,
        "chips": chips(SHOWS, show),
        "page_title": "Controllers and processors",
    }
    return render(request, "records/body_list.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def body_new(request: HttpRequest) -> HttpResponse:
    """Enter a controller or processor."""
    return _form(request, None)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def body_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a controller or processor."""
    return _form(request, get_body(user_of(request), pk))


def _form(request: HttpRequest, body: DataBody | None) -> HttpResponse:
    user = user_of(request)
    names = [name for name in BodyForm.base_fields if name != "revision"]
    known = {name: getattr(body, name) for name in names} if body else {}
    form = BodyForm(
        request.POST or None, initial={"revision": body.revision if body else 1, **known}
    )
    if request.method == "POST" and form.is_valid():
        try:
            revision = form.cleaned_data["revision"]
            body_save(by=user, body=body, revision=revision, fields=form.known())
            messages.success(request, "Saved.")
            return redirect("body_list")
        except ValidationError as error:
            add_problems(form, error)
    context = {
        "form": form,
        "button": "Save",
        "back": "body_list",
        "page_title": body.name if body else "A controller or processor",
    }
    return render(request, "records/entry_form.html", context, status=form_status(form))


@require_safe
@roles_only(Role.INTEL)
def agreement_list(request: HttpRequest) -> HttpResponse:
    """Under what data is shared: the members' agreement, partners' papers, and how often."""
    user = user_of(request)
    record(actions.AGREEMENTS_VIEWED, by=user)
    context = {
        "agreements": agreements(),
        "papers": papers(user),
        "shared": shared_under(),
        "page_title": "Agreements",
    }
    return render(request, "records/agreements.html", context)
