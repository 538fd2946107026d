"""What members browse: faces first."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from audit.services import record
from common.http import query_text
from common.lists import chips
from dtac.faces import AT_ONCE, Faces, Gallery, asked_of, gallery_of, notice_of, photos_of
from dtac.presenters import Card, cards, photo_url, profile_ribbon, top_ten_of
from exclusions.policy import policy_current
from exclusions.querysets import covers_premises_of
from incidents.latest import latest_about
from members.access import READERS, roles_only, user_of
from members.models import Role, User
from offenders import actions
from offenders.access import get_merged_into, get_profile
from offenders.models import Subject
from offenders.services import gallery_visit

MOST_PAGES = 10  # at once, for who comes back to where they had scrolled to
PageOfFaces = Page[Card]
SHOWS = (
    ("all", "All"),
    ("excluded", "Excluded"),
    ("top", "Top 10"),
    ("new", "New to me"),
    ("area", "My area"),
    ("known", "Known"),
    ("sought", "ID sought"),
    ("warning", "Warnings"),
)


@require_safe
@roles_only(*READERS)
def gallery(request: HttpRequest) -> HttpResponse:
    """Published profiles this user may see, searched and filtered. Logged with who was on it.

    A request of a part of the page (as one types or scrolls) gets the faces alone.
    """
    user = user_of(request)
    text, show = query_text(request, "q"), query_text(request, "show")
    show = show if show in dict(SHOWS) else "all"
    shown = gallery_of(user, since=gallery_visit(by=user))
    wanted = _wanted(request)
    page, counts = _searched(shown, text, show, wanted) if text else _all(shown, show, wanted)
    faces: Any = page.object_list
    record(
        actions.GALLERY_SEARCHED if text else actions.GALLERY_VIEWED,
        by=user,
        subjects=[face.ref for face in faces],
        show=show,
        page=page.number,
        **({"q": text} if text else {}),
    )
    context = {
        "page": page,
        "faces": faces,
        "chips": chips(SHOWS, show, counts=counts, q=text),
        "q": text,
        "show": show,
        "whole": wanted.whole,
        "asked": _asked(user) if page.number == 1 and not text else [],
    }
    return render(request, _template(request), context)


@dataclass(frozen=True)
class Wanted:
    """Which page of faces, and whether all up to it: the browser comes back to what it showed."""

    number: str
    whole: bool = False

    def start(self, page: PageOfFaces) -> int:
        """Return where the faces begin that are shown."""
        return 0 if self.whole else (page.number - 1) * AT_ONCE


def _wanted(request: HttpRequest) -> Wanted:
    upto = query_text(request, "upto", limit=4)
    if upto.isdecimal() and not request.GET.get("page"):
        return Wanted(str(max(1, min(int(upto), MOST_PAGES))), whole=True)
    return Wanted(query_text(request, "page"))


def _all(shown: Gallery, show: str, wanted: Wanted) -> tuple[PageOfFaces, dict[str, int]]:
    """Return a page of a part of the gallery, and how many there are in each part."""
    counts = shown.counts()
    page: Page[Any] = Paginator(range(counts[show]), AT_ONCE).get_page(wanted.number)
    start = wanted.start(page)
    page.object_list = shown.page(show, start, page.end_index() - start)
    return page, counts


def _searched(
    shown: Gallery, text: str, show: str, wanted: Wanted
) -> tuple[PageOfFaces, dict[str, int]]:
    """Return a page of those a search finds in a part, and how many it finds in each."""
    keys, counts = shown.found(text, show)
    page: Page[Any] = Paginator(keys, AT_ONCE).get_page(wanted.number)
    found = shown.faces(keys[wanted.start(page) : page.end_index()], text)
    page.object_list = Faces(cards(found, top_ten=True))
    return page, counts


def _asked(user: User) -> list[str]:
    """Return the reports whose sender the manager has asked something, for the page staff open."""
    if user.role not in (Role.REPORTER, Role.MANAGER):
        return []
    return asked_of(user)


def _template(request: HttpRequest) -> str:
    """Return the page, the part that changes as one types, or the next faces as one scrolls."""
    target = request.headers.get("HX-Target", "")
    parts = {"found": "offenders/includes/found.html", "more": "offenders/includes/faces.html"}
    return parts.get(target, "offenders/gallery.html")


@require_safe
@roles_only(*READERS)
def profile(request: HttpRequest, ref: str) -> HttpResponse:
    """One target profile as published, with its exclusion. Never the working record."""
    user = user_of(request)
    try:
        version = get_profile(user, ref)
    except Http404:
        if leads_to := get_merged_into(user, ref):
            return redirect("profile", ref=leads_to)
        raise
    notice = notice_of(version.subject_id)
    until = notice.known_until if notice else None
    photos = photos_of(version)
    record(
        actions.PROFILE_VIEWED,
        by=user,
        ref=version.subject.ref,
        subjects=[version.subject.ref],
        version=version.number,
    )
    context = {
        "version": version,
        "named": version.subject.status == Subject.Status.KNOWN,  # the manager knows by now
        "notice": notice,
        "staff_lines": policy_current().staff_lines() if notice else [],
        "covered_here": covers_premises_of(user) if notice else True,
        "ribbon": profile_ribbon(version, until, top_ten=bool(top_ten_of([version.subject_id]))),
        "face": photo_url(photos[0].uuid if photos else None, "large"),
        "photos": [photo_url(photo.uuid, "large") for photo in photos[1:]],
        "reports": latest_about(user, version.subject_id),
        "log_url": f"{reverse('log')}?who={version.subject.ref}",
    }
    return render(request, "offenders/profile.html", context)
