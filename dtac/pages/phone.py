"""What lets the log form work without signal: the app's manifest, its worker, the form to keep."""

import hashlib
import json

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from dtac.pages.log import form_context
from incidents.forms import Entry
from incidents.models import PhoneKey
from incidents.phone import phone_facts, unknown_owners
from members.access import READERS, roles_only, user_of

MOST_OWNERS = 20
# All that the kept form needs. No page with anybody's data is ever kept.
KEPT = (
    "bootstrap/css/bootstrap.min.css",
    "css/dtac.css",
    "css/forms.css",
    "js/app.js",
    "js/phone.js",
    "js/outbox.js",
    "js/log.js",
    "js/mend.js",
    "js/save.js",
    "js/waiting.js",
    "img/favicon.svg",
    "img/icon-180.png",
    "img/icon-192.png",
    "img/face.svg",
)


@require_http_methods(["GET", "POST"])
@roles_only(*READERS)
def phone(request: HttpRequest) -> HttpResponse:
    """Who is signed in, their key and places, for reports that wait on this phone.

    POST makes the key the first time; GET answers 204 while there is none. Of the owners in `of`
    it tells those that have no key any more: what waits under their names can't be opened.
    """
    user = user_of(request)
    if request.method == "GET" and not PhoneKey.objects.filter(user=user).exists():
        return HttpResponse(status=204)
    facts = phone_facts(user)
    if request.session.get("phone_owner") != facts["owner"]:
        request.session["phone_owner"] = facts["owner"]
    unknown = unknown_owners(request.GET.getlist("of")[:MOST_OWNERS])
    return JsonResponse({**facts, "csrf": get_token(request), "unknown": unknown})


def kept_form() -> str:
    """Return the log form as a phone keeps it: the scheme's types, and nobody's data."""
    entry = Entry(user=None, initial={"what": "seen"})
    context = form_context(entry) | {
        "people": [{"form": entry.people[0], "index": 0, "faces": []}],
        "offline": True,
    }
    return render_to_string("incidents/log.html", context)  # no request: whoever asks, the same


@require_safe
@login_not_required
def offline(request: HttpRequest) -> HttpResponse:
    """The log form to keep on a phone."""
    return HttpResponse(kept_form(), headers={"Cache-Control": "no-cache"})


@require_safe
@login_not_required
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker's script, with the addresses of this release's files written in."""
    files = [static(name) for name in KEPT]
    version = hashlib.sha256((json.dumps(files) + kept_form()).encode()).hexdigest()[:12]
    facts = {
        "version": version,
        "files": files,
        "form": reverse("log_offline"),
        "log": reverse("log"),
        "outbox": static("js/outbox.js"),
        "alerts": reverse("alerts"),
        "icon": static("img/icon-192.png"),
    }
    script = render_to_string("dtac/sw.js", {"facts": json.dumps(facts)})
    return HttpResponse(
        script, content_type="text/javascript", headers={"Cache-Control": "no-cache"}
    )


@require_safe
@login_not_required
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest: what the phone calls the app and how it opens it."""
    sizes = (("img/icon-192.png", "192x192"), ("img/icon-512.png", "512x512"))
    facts = {
        "name": "D-TAC",
        "short_name": "D-TAC",
        "description": "Log what you saw. Know who is banned.",
        "lang": "en-GB",
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f6fb",
        "theme_color": "#1e3f70",
        "icons": [
            {"src": static(name), "sizes": size, "type": "image/png", "purpose": "any"}
            for name, size in sizes
        ],
        "shortcuts": [
            {
                "name": "Log a report",
                "url": reverse("log"),
                "icons": [{"src": static("img/icon-192.png"), "sizes": "192x192"}],
            }
        ],
    }
    answer = JsonResponse(facts, content_type="application/manifest+json")
    answer["Cache-Control"] = "public, max-age=86400"
    return answer
