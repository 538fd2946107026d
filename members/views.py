"""Pages of the members app."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from common import dates
from common.http import query_text
from common.lists import chips

from . import services
from .access import get_member, roles_only, user_of
from .forms import AgreementForm
from .models import ExclusionAuthority, Member, Role


@require_http_methods(["GET", "POST"])
def agreement(request: HttpRequest) -> HttpResponse:
    """The data-sharing agreement: read it, accept it, go on."""
    current = services.agreement_current()
    if current is None:
        return redirect("home")
    user = user_of(request)
    form = AgreementForm(request.POST or None, initial={"version": current.version})
    if request.method == "POST" and form.is_valid():
        try:
            services.agreement_accept(by=user, version=form.cleaned_data["version"])
            return redirect(_page_after(request))
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
            return redirect(request.get_full_path())
    context = {"agreement": current, "form": form, "accepted": not user.must_accept_agreement}
    return render(request, "members/agreement.html", context)


def _page_after(request: HttpRequest) -> str:
    """Return where the user was going when the agreement came between, if that is a page here."""
    wanted = query_text(request, "next", limit=2000)
    here = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if here and wanted.startswith("/") else reverse("home")


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """The user's own page: who they are, where they work, their training, sign out."""
    user = user_of(request)
    context = {
        "role": user.get_role_display(),
        "training": user.training.part("all").for_list()[:10],
        "today": dates.today(),
    }
    return render(request, "members/me.html", context)


@require_safe
@roles_only(Role.INTEL, Role.BOARD)
def member_list(request: HttpRequest) -> HttpResponse:
    """All members, prospects included, searched and filtered."""
    text = query_text(request, "q")
    show = query_text(request, "show")
    show = show if show in Member.Status.values else Member.Status.ACTIVE
    members = Member.objects.visible_to(user_of(request)).for_list().search(text)
    page = Paginator(members.filter(status=show), 50).get_page(query_text(request, "page"))
    counts = members.count_by_status()
    context = {
        "page": page,
        "chips": chips(Member.Status.choices, show, counts=counts, q=text),
        "q": text,
        "show": show,
    }
    return render(request, "members/member_list.html", context)


@require_safe
@roles_only(Role.INTEL, Role.MANAGER, Role.AGENCY)
def member_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One member: premises, people, subscription and payments."""
    member = get_member(user_of(request), slug)
    context = {
        "member": member,
        "authority": ExclusionAuthority.objects.held().filter(member=member).first(),
        "premises": member.premises.select_related("area"),
        "contacts": member.contacts.filter(ended_on=None),
        "steps": member.steps.select_related("made_by")[:20],
        "loans": member.holdings.loans().order_by("item__ref"),
        "trained": member.trained.not_renewed().for_list().order_by("valid_until", "name")[:20],
        "awards": member.awards.for_list()[:20],
        "today": dates.today(),
        "users": member.users.order_by("-is_active", "name"),
        "subscription": member.subscriptions.first(),
    }
    return render(request, "members/member_detail.html", context)
