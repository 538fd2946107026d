"""The page of a member's signed authorisation to exclude on its behalf."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from common.http import add_problems, form_status

from .access import get_member, roles_only, user_of
from .authority import authority_end, authority_record
from .forms import AuthorityEndForm, AuthorityForm
from .models import ExclusionAuthority, Member, Role


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def member_authority(request: HttpRequest, slug: str) -> HttpResponse:
    """Record that a member signed, or end what is held."""
    user = user_of(request)
    member = get_member(user, slug)
    if member.kind == Member.Kind.AGENCY:  # has no premises that people are excluded from
        raise Http404
    held = ExclusionAuthority.objects.held().filter(member=member, ended_on=None).first()
    form: AuthorityForm | AuthorityEndForm
    form = (AuthorityEndForm if held else AuthorityForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if held:
                authority_end(by=user, member=member, **form.cleaned_data)
                messages.success(request, "Ended. Its premises are off the list from tomorrow.")
            else:
                authority_record(by=user, member=member, **form.cleaned_data)
                messages.success(request, "Recorded. Its premises are on the list of exclusions.")
            return redirect("member_detail", slug=member.slug)
        except ValidationError as error:
            add_problems(form, error)
    context = {
        "member": member,
        "held": held,
        "past": member.exclusion_authorities.exclude(ended_on=None),
        "form": form,
        "page_title": "Authority to exclude",
    }
    return render(request, "members/authority.html", context, status=form_status(form))
