"""Pages about mail: what a user gets, what came back, and what the scheme puts into it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from common.http import add_problems, form_status, query_text

from .access import roles_only, user_of
from .forms import BounceForm, MailChoiceForm, SchemeSettingForm
from .letters import WANTS, stop_read, wants
from .models import BouncedAddress, Role, SchemeSetting, User
from .services import bounce_clear, bounce_mark, mail_wanted_set, scheme_setting_change


@require_http_methods(["GET", "POST"])
def mail_choices(request: HttpRequest) -> HttpResponse:
    """Which e-mails the user gets: each kind on or off."""
    user = user_of(request)
    form = MailChoiceForm(request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            kind, wanted = form.choice()
            mail_wanted_set(user_id=user.pk, kind=kind, wanted=wanted, by=user)
            messages.success(request, f"{kind.label}: {'on' if wanted else 'off'}.")
            return redirect("mail_choices")
        messages.warning(request, "Choose one of these.")
    bounced = BouncedAddress.objects.holds(user.email)
    kinds = [{"code": str(kind), "label": kind.label, "on": wants(user, kind)} for kind in WANTS]
    context = {"kinds": kinds, "bounced": bounced, "page_title": "E-mails"}
    return render(request, "members/mail_choices.html", context, status=_posted(request))


def _posted(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


@csrf_exempt  # RFC 8058: the mail program posts by itself, without cookies; the token is signed
@require_http_methods(["GET", "HEAD", "POST"])
def mail_stop(request: HttpRequest, token: str) -> HttpResponse:
    """The link in a letter: a page that asks, and a POST that turns that kind of mail off.

    A GET changes nothing (mail scanners open links), and the page tells nothing about anybody.
    """
    found = stop_read(token)
    if found is None:
        raise Http404
    user_id, kind = found
    done = request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click"
    if done:
        mail_wanted_set(user_id=user_id, kind=kind, wanted=False)
    context = {"kind": kind, "done": done, "page_title": "Stop these e-mails"}
    status = 422 if request.method == "POST" and not done else 200
    return render(request, "members/mail_stop.html", context, status=status)


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def bounce_list(request: HttpRequest) -> HttpResponse:
    """Addresses that mail came back from; one more can be marked."""
    form = BounceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            assert isinstance(form.user, User)
            bounce_mark(by=user_of(request), user=form.user, reason=form.cleaned_data["reason"])
            messages.success(request, f"{form.user.email} gets no more mail until you clear it.")
            if form.user == user_of(request):
                messages.warning(request, "This is your own address: you are told nothing by mail.")
            return redirect("bounce_list")
        except ValidationError as error:
            add_problems(form, error)
    rows = BouncedAddress.objects.stopped().select_related("user__member", "marked_by")
    page = Paginator(rows, 50).get_page(query_text(request, "page"))
    context = {"form": form, "page": page, "page_title": "Returned mail"}
    return render(request, "members/bounce_list.html", context, status=form_status(form))


@require_POST
@roles_only(Role.INTEL)
def bounce_clear_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Let mail go to an address again."""
    bounce = get_object_or_404(BouncedAddress, pk=pk)
    if bounce_clear(by=user_of(request), bounce=bounce):
        messages.success(request, f"{bounce.address} gets mail again.")
    else:
        messages.info(request, f"{bounce.address} was cleared already.")
    return redirect("bounce_list")


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def scheme_settings(request: HttpRequest) -> HttpResponse:
    """What the scheme allows in e-mail and on paper, what that risks, and why it was changed."""
    setting = SchemeSetting.current()
    form = SchemeSettingForm(request.POST or None, setting=setting)
    if request.method == "POST" and form.is_valid():
        try:
            scheme_setting_change(by=user_of(request), **form.cleaned_data)
            messages.success(request, "Changed. It holds from now on.")
            return redirect("scheme_settings")
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "setting": setting, "page_title": "Scheme settings"}
    return render(request, "members/scheme_settings.html", context, status=form_status(form))
