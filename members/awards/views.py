"""Pages of awards: bids, what awards ask for, assessing a bid, certificates."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from common import dates
from common.http import add_problems, download, form_status, plain_text, query_text
from common.lists import chips
from members.access import roles_only, user_of
from members.models import Award, AwardCriterion, AwardEntry, Member, Role

from .access import get_award, get_entry
from .certificates import award_pdf
from .forms import AwardForm, BidForm, ChecksForm, ReasonForm
from .services import (
    State,
    award_apply,
    award_check,
    award_check_and_give,
    award_end,
    award_refuse,
    award_save,
    award_withdraw,
)

SHOWS = (
    ("holds", "Held"),
    ("decide", "To decide"),
    ("soon", "Ends soon"),
    ("ended", "Ended"),
    ("not", "Not awarded"),
)
KEEPERS = (Role.INTEL, Role.BOARD)
BUSINESS = (Role.MANAGER, Role.AGENCY)


@require_safe
@roles_only(*KEEPERS, *BUSINESS)
def award_list(request: HttpRequest) -> HttpResponse:
    """Who holds which award, who has applied, whose ends."""
    user = user_of(request)
    show, text = query_text(request, "show"), query_text(request, "q")
    show = show if show in dict(SHOWS) else "holds"
    found = AwardEntry.objects.visible_to(user).search(text)
    page = Paginator(found.part(show).for_list(), 50).get_page(query_text(request, "page"))
    context = {
        "page": page,
        "chips": chips(SHOWS, show, counts=found.counts(), q=text),
        "q": text,
        "show": show,
        "today": dates.today(),
        "page_title": "Awards",
    }
    return render(request, "members/awards/list.html", context)


@require_safe
@roles_only(*KEEPERS, *BUSINESS)
def award_kinds(request: HttpRequest) -> HttpResponse:
    """The awards there are, what each asks for, and how many members hold it."""
    user = user_of(request)
    awards = Award.objects.for_list()
    if user.role in BUSINESS:
        awards = awards.given()
    asked: dict[int, list[str]] = {}
    for row in AwardCriterion.objects.filter(ended_on=None):
        asked.setdefault(row.award_id, []).append(row.words)
    rows = [(award, asked.get(award.pk, [])) for award in awards]
    context = {"rows": rows, "page_title": "What awards ask for"}
    return render(request, "members/awards/kinds.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def award_new(request: HttpRequest) -> HttpResponse:
    """Enter an award."""
    return _award_page(request, None)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def award_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change an award, or cease to give it."""
    award = get_award(slug)
    if "end" not in request.POST:
        return _award_page(request, award)
    if award_end(by=user_of(request), award=award):
        messages.success(request, f"{award.name} is not given any more.")
    return redirect("award_kinds")


def _award_page(request: HttpRequest, award: Award | None) -> HttpResponse:
    form = AwardForm(request.POST or None, award=award)
    if request.method == "POST" and form.is_valid():
        try:
            revision = form.cleaned_data["revision"]
            award_save(by=user_of(request), data=form.values(), award=award, revision=revision)
            messages.success(request, "Saved.")
            return redirect("award_kinds")
        except ValidationError as error:
            add_problems(form, error)
    title = award.name if award else "Enter an award"
    context = {"form": form, "award": award, "page_title": title}
    return render(request, "members/awards/award.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL, *BUSINESS)
def award_bid(request: HttpRequest) -> HttpResponse:
    """Apply for an award: a business for itself, the manager for any."""
    user = user_of(request)
    form = BidForm(request.POST or None, user=user, member=_whose_bid(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = award_apply(by=user, data=form.values())
            messages.success(request, "Applied for.")
            return redirect("award_entry", ref=made.ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "page_title": "Apply for an award"}
    return render(request, "members/awards/bid.html", context, status=form_status(form))


def _whose_bid(request: HttpRequest) -> Member | None:
    """Return the member that a bid is for: one's own, or the one that the manager came from."""
    user = user_of(request)
    if not user.is_intel:
        return user.member
    slug = plain_text(request.POST.get("member")) or query_text(request, "member")
    return Member.objects.active().filter(slug=slug).first()


@require_safe
@roles_only(*KEEPERS, *BUSINESS)
def award_entry(request: HttpRequest, ref: str) -> HttpResponse:
    """One bid: what it asks for, what was seen, and what became of it."""
    user = user_of(request)
    entry = get_entry(user, ref)
    context: dict[str, Any] = {
        "entry": entry,
        "checks": entry.checks.select_related("criterion"),
        "is_open": entry.state == State.APPLIED,
        "is_given": entry.state == State.AWARDED,
        "today": dates.today(),
        "page_title": entry.award.name,
    }
    return render(request, "members/awards/entry.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def award_assess(request: HttpRequest, ref: str) -> HttpResponse:
    """Record which criteria of a bid are met, and give the award."""
    user = user_of(request)
    entry = get_entry(user, ref)
    if entry.state != State.APPLIED:
        raise Http404
    checks = list(entry.checks.select_related("criterion", "checked_by"))
    form = ChecksForm(request.POST or None, entry=entry, checks=checks)
    if request.method == "POST" and form.is_valid():
        try:
            revision = form.cleaned_data["revision"]
            save = award_check_and_give if "give" in request.POST else award_check
            save(by=user, entry=entry, revision=revision, seen=form.seen())
            messages.success(request, "Awarded." if "give" in request.POST else "Saved.")
            return redirect("award_entry", ref=ref)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "entry": entry, "page_title": entry.award.name}
    return render(request, "members/awards/assess.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def award_refusal(request: HttpRequest, ref: str) -> HttpResponse:
    """Refuse a bid, or take an award away again, with a reason."""
    user = user_of(request)
    entry = get_entry(user, ref)
    change = {State.APPLIED: award_refuse, State.AWARDED: award_withdraw}.get(State(entry.state))
    if change is None:
        raise Http404
    form = ReasonForm(request.POST or None, initial={"revision": entry.revision})
    if request.method == "POST" and form.is_valid():
        try:
            change(by=user, entry=entry, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect("award_entry", ref=ref)
        except ValidationError as error:
            add_problems(form, error)
    title = "Refuse it" if entry.state == State.APPLIED else "Take it away"
    context = {"form": form, "entry": entry, "page_title": title}
    return render(request, "members/awards/refusal.html", context, status=form_status(form))


@require_safe
@roles_only(*KEEPERS, *BUSINESS)
def award_certificate(request: HttpRequest, ref: str) -> HttpResponse:
    """The certificate of an award that was given, as a PDF."""
    user = user_of(request)
    entry = get_entry(user, ref)
    if entry.state != State.AWARDED:
        raise Http404
    content = award_pdf(entry, by=user, at=timezone.now())
    return download(content, f"{entry.ref}.pdf", "application/pdf")
