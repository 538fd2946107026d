"""The police pack of an incident: a form, then the PDF and an entry in the sharing register."""

from functools import partial

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from audit.services import record
from common.http import add_problems, download, form_status
from dtac.presenters import names_for
from incidents import actions
from incidents.access import get_report
from incidents.police_pack import PackForm, case_of, may_share_pack, police_pack_share
from members.access import roles_only, user_of
from members.models import Role, SharingRecord
from members.signin.proof import proof_needed


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL, Role.MANAGER)
@proof_needed(posts_only=True)
def police_pack(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask who receives an incident's pack and why; give the PDF and record it as shared."""
    user = user_of(request)
    report = get_report(user, ref)
    if not may_share_pack(user, report):
        raise Http404
    case = case_of(report, user, partial(names_for, user))
    form = PackForm(request.POST or None, user=user, case=case)
    if request.method == "POST" and form.is_valid():
        try:
            _, pdf = police_pack_share(by=user, case=case, order=form.order())
            return download(pdf, f"police-pack-{report.ref}.pdf", "application/pdf")
        except ValidationError as error:
            form.renew()
            add_problems(form, error)
    record(actions.REPORT_VIEWED, by=user, ref=report.ref, subjects=case.subject_refs)
    context = {
        "form": form,
        "report": report,
        "shares": SharingRecord.objects.visible_to(user).of_record(report.ref),
        "page_title": f"Police pack: {report.ref}",
    }
    return render(request, "incidents/police_pack.html", context, status=form_status(form))
