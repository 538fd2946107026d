"""Pages of accreditation: the list as it stands, a requirement, the pack."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import record
from common import dates
from common.http import add_problems, download, form_status
from members.access import roles_only, user_of
from members.models import Role
from members.signin.proof import proof_needed
from records import actions
from records.models import StandardRequirement

from .forms import RequirementForm
from .pack import pack_zip
from .services import gaps, requirement_remove, requirement_save, sections


@require_safe
@roles_only(Role.INTEL, Role.BOARD)
def standards(request: HttpRequest) -> HttpResponse:
    """What the standards ask for, and what shows each today; the gaps first of all."""
    found = sections()
    context = {
        "sections": found,
        "whole": sum(len(section.rows) for section in found),
        "gaps": list(gaps(found)),
        "may_change": user_of(request).is_intel,
        "page_title": "Accreditation",
    }
    return render(request, "records/standards.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def standard_new(request: HttpRequest) -> HttpResponse:
    """Enter a requirement."""
    return _form(request, None)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def standard(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a requirement, say what shows it, or take it off the list."""
    row = StandardRequirement.objects.filter(pk=pk, removed_at=None).first()
    if row is None:
        raise Http404
    return _form(request, row)


def _form(request: HttpRequest, row: StandardRequirement | None) -> HttpResponse:
    user = user_of(request)
    form = RequirementForm(request.POST or None, requirement=row)
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        revision = fields.pop("revision")
        try:
            if row is not None and "remove" in request.POST:
                requirement_remove(by=user, requirement=row, revision=revision)
                messages.success(request, "Off the list.")
            else:
                requirement_save(by=user, requirement=row, fields=fields, revision=revision)
                messages.success(request, "Saved.")
            return redirect("standards")
        except ValidationError as error:
            add_problems(form, error)
    title = f"Requirement {row.number}" if row else "A requirement"
    context = {"form": form, "row": row, "page_title": title}
    return render(request, "records/standard.html", context, status=form_status(form))


@require_safe
@roles_only(Role.INTEL)
@proof_needed(download=True)
def standards_pack(request: HttpRequest) -> HttpResponse:
    """The evidence pack for the assessor."""
    user, now = user_of(request), timezone.now()
    content = pack_zip(by=user, at=now)
    record(actions.STANDARDS_EXPORTED, by=user)
    name = f"d-tac-accreditation-{dates.london_date(now)}.zip"
    return download(content, name, "application/zip")
