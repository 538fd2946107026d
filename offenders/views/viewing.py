"""Unusual viewing: who looked at people as the job hardly asks for, and what it was."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from common.http import add_problems, form_status, query_text
from common.lists import chips
from members.access import roles_only, user_of
from members.models import Role
from offenders import actions
from offenders.access import get_viewing
from offenders.forms.viewing import ViewingForm
from offenders.models import UnusualViewing
from offenders.services import viewing_answer, viewing_opened

SHOWS = (("waiting", "To look into"), ("answered", "Looked into"))


@require_safe
@roles_only(Role.INTEL, Role.ADMIN)
def viewing_list(request: HttpRequest) -> HttpResponse:
    """Who looked at people in an unusual way. It names no subject, so administrators see it:
    what the Intelligence Manager did is theirs to look into.
    """
    user = user_of(request)
    rows = UnusualViewing.objects.visible_to(user)
    show = query_text(request, "show")
    show = show if show in dict(SHOWS) else "waiting"
    found = rows.waiting() if show == "waiting" else rows.answered()
    page = Paginator(found, 30).get_page(query_text(request, "page"))
    record(actions.VIEWING_LISTED, by=user, show=show, page=page.number)
    context = {"page": page, "chips": chips(SHOWS, show), "show": show}
    return render(request, "offenders/viewing_list.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL, Role.ADMIN)
def viewing(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: whom they opened (for the manager alone), and what it was."""
    user = user_of(request)
    found = get_viewing(user, pk)
    form = ViewingForm(request.POST or None)
    if request.method == "POST":
        if found.user_id == user.pk:
            raise PermissionDenied
        if found.answered_at:
            messages.warning(request, "Somebody has looked into this already.")
            return redirect("viewing", pk=found.pk)
        if form.is_valid():
            try:
                viewing_answer(by=user, viewing=found, answer=form.cleaned_data["answer"])
                messages.success(request, "Noted.")
                return redirect("viewing_list")
            except ValidationError as error:
                add_problems(form, error)
    opened = viewing_opened(found) if user.is_intel else []
    record(
        actions.VIEWING_OPENED,
        by=user,
        ref=f"viewing-{found.pk}",
        subjects=[view.ref for view in opened],
    )
    context = {
        "viewing": found,
        "opened": opened,
        "form": form,
        "own": found.user_id == user.pk,
        "page_title": "Unusual viewing",
    }
    return render(request, "offenders/viewing.html", context, status=form_status(form))
