"""What members browse: faces first."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from audit.services import record
from common.http import query_text
from common.lists import chips
from dtac.presenters import cards, photo_url, profile_ribbon
from exclusions.models import Notice
from incidents.models import Report
from members.access import READERS, roles_only, user_of
from offenders import actions
from offenders.access import get_profile
from offenders.models import ProfileVersion

PAGE = 24
SHOWS = (("all", "All"), ("excluded", "Excluded"), ("sought", "ID sought"), ("warning", "Warnings"))


@require_safe
@roles_only(*READERS)
def gallery(request: HttpRequest) -> HttpResponse:
    """Published profiles this user may see, searched and filtered. Logged with who was on it."""
    user = user_of(request)
    text, show = query_text(request, "q"), query_text(request, "show")
    found = ProfileVersion.objects.visible_to(user).for_list().search(text)
    in_force = Notice.objects.in_force().values("subject")
    parts = {
        "all": found,
        "excluded": found.filter(subject__in=in_force),
        "sought": found.filter(known=False),
        "warning": found.exclude(warnings=[]),
    }
    show = show if show in parts else "all"
    counts = found.counts_by_show(in_force)
    page = Paginator(parts[show], PAGE).get_page(query_text(request, "page"))
    faces = cards(page.object_list)
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
    }
    return render(request, "offenders/gallery.html", context)


@require_safe
@roles_only(*READERS)
def profile(request: HttpRequest, ref: str) -> HttpResponse:
    """One target profile as published, with its exclusion. Never the working record."""
    user = user_of(request)
    version = get_profile(user, ref)
    notice = (
        Notice.objects.in_force().filter(subject=version.subject_id).order_by("-ends_on").first()
    )
    until = notice.ends_on if notice else None
    photos = [shown.photo for shown in version.shown.select_related("photo")]
    own = Report.objects.visible_to(user).about(version.subject_id).for_list()
    record(
        actions.PROFILE_VIEWED,
        by=user,
        ref=version.subject.ref,
        subjects=[version.subject.ref],
        version=version.number,
    )
    context = {
        "version": version,
        "notice": notice,
        "ribbon": profile_ribbon(version, until),
        "face": photo_url(photos[0].uuid if photos else None, "large"),
        "photos": [photo_url(photo.uuid, "large") for photo in photos[1:]],
        "reports": own.order_by("-occurred_at")[:5],
        "log_url": f"{reverse('log')}?who={version.subject.ref}",
    }
    return render(request, "offenders/profile.html", context)
