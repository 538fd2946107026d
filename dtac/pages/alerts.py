"""Alerts: what is happening here and now, on every reader's screen within seconds."""

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.services import record
from common import dates
from common.http import add_problems, form_status, plain_text, query_text, typed
from common.lists import chips
from dtac.presenters import Card, Label, cards, excluded_label
from incidents import actions, push
from incidents.access import get_alert_to_withdraw
from incidents.forms.alerts import AlertForm, PushForm, WithdrawForm
from incidents.models import Alert
from incidents.services import alert_raise, alert_withdraw, may_withdraw
from incidents.services.push import push_allow, push_here, push_stop
from members.access import READERS, roles_only, user_of
from members.models import Premises, User
from offenders.models import ProfileVersion

PAGE = 30
BANNERS = 3
ON_SCREEN = 10
"""Banners of one page that are looked at again with each question, at most."""
SITES = 8
KNOWN = 2000
"""Letters of the list of alerts that a page says it has: some fifty references."""
SHOWS = (("live", "Live"), ("ended", "Ended"), ("withdrawn", "Withdrawn"))


@dataclass(frozen=True)
class AlertCard:
    """An alert as one reader sees it. `face` None: nobody, or nobody that this reader sees."""

    alert: Alert
    face: Card | None
    tag: Label | None
    ends: str
    is_live: bool
    may_withdraw: bool

    @property
    def left(self) -> int:
        """How many seconds it still has: a page without signal takes it away by itself then."""
        return max(0, int((self.alert.expires_at - timezone.now()).total_seconds()))

    @property
    def shown_as(self) -> str:
        """Stands for what is shown of the person: it changes as soon as that does."""
        said = [self.face.ref, self.face.name, self.face.photo_url] if self.face else []
        tag = self.tag.text if self.tag else ""
        return salted_hmac("dtac.alerts.shown", repr((said, tag))).hexdigest()[:12]

    @property
    def place(self) -> str:
        """Where, as far as the text and the names of the premises don't say it."""
        site, area = self.alert.premises.name, self.alert.area.name
        said = [] if self.alert.report_id else [site]
        return " · ".join(said if area in site else [*said, area])


def alert_cards(user: User, alerts: Iterable[Alert]) -> list[AlertCard]:
    """Return alerts with the faces this user may see, in two queries for all of them."""
    shown = list(alerts)
    subjects = {alert.subject_id for alert in shown if alert.subject_id}
    faces: dict[str, Card] = {}
    if subjects:
        seen = ProfileVersion.objects.visible_to(user).for_list().filter(subject__in=subjects)
        faces = {face.ref: face for face in cards(seen, size="thumb")}
    now = timezone.now()
    return [_card(user, alert, faces, now) for alert in shown]


def _card(user: User, alert: Alert, faces: dict[str, Card], now: dt.datetime) -> AlertCard:
    face = faces.get(alert.subject.ref) if alert.subject else None
    is_live = alert.withdrawn_at is None and alert.expires_at > now
    return AlertCard(
        alert=alert,
        face=face,
        tag=_tag(face),
        ends=_ends_in(alert.expires_at - now),
        is_live=is_live,
        may_withdraw=is_live and may_withdraw(user, alert),
    )


def _tag(face: Card | None) -> Label | None:
    if face is None or face.until is None:
        return face.ribbon if face else None
    return excluded_label(face.until, ribbon=False)


def _ends_in(left: dt.timedelta) -> str:
    """Return "ends in 1 hour 20 minutes"."""
    minutes = math.ceil(left.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    parts = [(hours, "hour"), (rest, "minute")]
    words = [f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in parts if count > 0]
    return f"ends in {' '.join(words)}" if minutes > 1 else "ends within a minute"


def _log(user: User, shown: Iterable[AlertCard], **detail: Any) -> None:
    rows = [card.alert for card in shown]
    record(
        actions.ALERTS_VIEWED,
        by=user,
        ref=rows[0].ref if len(rows) == 1 else "",
        subjects=[alert.subject.ref for alert in rows if alert.subject],
        **detail,
    )


@require_safe
@roles_only(*READERS)
def alerts(request: HttpRequest) -> HttpResponse:
    """Live alerts for this user; the manager also finds those that are over."""
    user = user_of(request)
    found = Alert.objects.visible_to(user)
    show = query_text(request, "show") if user.is_intel else "live"
    show = show if show in dict(SHOWS) else "live"
    rows = Paginator(found.show(show).for_list(), PAGE).get_page(query_text(request, "page"))
    shown = alert_cards(user, rows.object_list)
    _log(user, shown, show=show)
    counts = found.counts_by_show() if user.is_intel else {}
    context = {
        "page": rows,
        "cards": shown,
        "show": show,
        "chips": chips(SHOWS, show, counts=counts) if user.is_intel else [],
        "withdraw": WithdrawForm(),
        "push_key": push.public_key(),
    }
    return render(request, "incidents/alerts.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(*READERS)
def alert_new(request: HttpRequest) -> HttpResponse:
    """Raise an alert by itself, without a report."""
    user = user_of(request)
    if request.method != "POST":
        who = {"who": query_text(request, "who", limit=20)}
        return _form_page(request, AlertForm(user=user, initial=who))
    form = AlertForm(request.POST, user=user)
    if "find" in request.POST:  # nothing is judged yet
        return _form_page(request, AlertForm(user=user, initial=typed(form)))
    if form.is_valid():
        try:
            alert = alert_raise(by=user, data=form.alert())
            until = timezone.localtime(alert.expires_at, dates.LONDON)
            messages.success(request, f"{alert.ref} raised. It ends by itself at {until:%H:%M}.")
            return redirect("alerts")
        except ValidationError as error:
            add_problems(form, error)
    return _form_page(request, form)


def _form_page(request: HttpRequest, form: AlertForm) -> HttpResponse:
    user = user_of(request)
    sites = Premises.objects.reportable_by(user)
    text = plain_text(request.POST.get("premises_text", ""))
    chosen = plain_text(form["premises"].value(), limit=18)
    looked_up = form["premises"].is_hidden
    face = _face(user, plain_text(form["who"].value(), limit=20))
    context = {
        "form": form,
        "face": face,
        "sites": list(sites.search(text)[:SITES]) if looked_up and text else [],
        "site": sites.filter(pk=int(chosen)).first() if looked_up and chosen.isdecimal() else None,
        "sought": text,
    }
    return render(request, "incidents/alert_form.html", context, status=form_status(form))


def _face(user: User, ref: str) -> Card | None:
    """Return the published person of a reference, and log that they were shown."""
    if not ref:
        return None
    found = ProfileVersion.objects.visible_to(user).for_list().filter(subject__ref=ref.upper())
    face = next(iter(cards(found[:1], size="thumb")), None)
    if face:
        record(actions.PEOPLE_OFFERED, by=user, subjects=[face.ref])
    return face


@require_POST
@roles_only(*READERS)
def alert_withdraw_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Take an alert back: the manager any, a business its own."""
    user = user_of(request)
    alert = get_alert_to_withdraw(user, ref)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "Choose why the alert is withdrawn.")
        return redirect("alerts")
    try:
        alert_withdraw(by=user, alert=alert, reason=form.cleaned_data["reason"])
        messages.success(request, f"{alert.ref} is withdrawn: nobody sees it any more.")
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("alerts")


@require_safe
@roles_only(*READERS)
def alert_poll(request: HttpRequest) -> HttpResponse:
    """What is new for a page that knows of some alerts: 204 for nothing, else banners to show.

    `changed` are banners that it shows and that are no longer true: a ban ended meanwhile, say.
    Logged as a read only when it shows something.
    """
    user = user_of(request)
    refs = Alert.objects.live_refs(user)
    known = set(query_text(request, "known", limit=KNOWN).split())
    changed = _changed(user, _on_screen(request, refs))
    if set(refs) == known and not changed:
        return HttpResponse(status=204)
    fresh = [ref for ref in refs if ref not in known]
    most = 1 if query_text(request, "most") == "1" else BANNERS
    found = Alert.objects.visible_to(user).filter(ref__in=fresh)
    own = list(found.filter(raised_by=user).values_list("ref", flat=True)) if fresh else []
    shown = alert_cards(user, found.exclude(raised_by=user).for_list()[:most]) if fresh else []
    if shown or changed:
        _log(user, [*shown, *changed], show="banner")
    told = {"refs": refs, "own": own, "banners": _banners(shown), "changed": _banners(changed)}
    return JsonResponse(told)


def _on_screen(request: HttpRequest, refs: Iterable[str]) -> dict[str, str]:
    """Return the live alerts that a page shows, the first of them, each with its `shown_as`."""
    said = (each.split(":", 1) for each in query_text(request, "shown", limit=KNOWN).split())
    live = set(refs)
    pairs = [(each[0], each[-1]) for each in said if each[0] in live]
    return dict(pairs[:ON_SCREEN])


def _changed(user: User, on_screen: dict[str, str]) -> list[AlertCard]:
    """Return those of the alerts on a screen of which something else is to be shown by now."""
    if not on_screen:
        return []
    rows = Alert.objects.visible_to(user).filter(ref__in=on_screen).for_list()
    return [card for card in alert_cards(user, rows) if card.shown_as != on_screen[card.alert.ref]]


def _banners(shown: Iterable[AlertCard]) -> list[dict[str, str]]:
    return [
        {"ref": card.alert.ref, "html": render_to_string(BANNER, {"card": card})} for card in shown
    ]


BANNER = "incidents/includes/alert_banner.html"


@require_POST
@roles_only(*READERS)
def alert_push(request: HttpRequest) -> HttpResponse:
    """Tell this browser of alerts, stop that, or say whether it is told."""
    if not push.is_on():
        raise Http404
    user, session = user_of(request), request.session.session_key or ""
    form = PushForm(request.POST)
    if not form.is_valid():
        said = [str(error) for errors in form.errors.values() for error in errors]
        return JsonResponse({"state": "refused", "text": " ".join(said)}, status=422)
    data = form.cleaned_data
    is_told = data["do"] == "allow"
    if is_told:
        keys = {"p256dh": data["p256dh"], "auth": data["auth"]}
        push_allow(by=user, session_key=session, endpoint=data["endpoint"], **keys)
    elif data["do"] == "stop":
        push_stop(by=user, endpoint=data["endpoint"])
    else:
        is_told = push_here(by=user, session_key=session, endpoint=data["endpoint"])
    return JsonResponse({"state": "on" if is_told else "off"})
