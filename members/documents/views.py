"""Pages of documents: the list, one to read, changing it, who has read it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from common import dates
from common.http import add_problems, form_status, query_text
from common.lists import chips
from members.access import roles_only, user_of
from members.models import Document, DocumentVersion, Role, User

from .forms import DocumentForm, ReadForm
from .services import document_change, document_enter, document_read

SHOWS = (("all", "All"), ("unread", "To read"), ("review", "Review due"))
EVERYBODY = (Role.REPORTER, Role.MANAGER, Role.AGENCY, Role.INTEL, Role.BOARD)
KEEPERS = (Role.INTEL, Role.BOARD)


def get_document(user: User, slug: str) -> Document:
    """Return a document that this user may read. Raises Http404."""
    found: Document | None = (
        Document.objects.visible_to(user).for_list(user).filter(slug=slug).first()
    )
    if found is None:
        raise Http404
    return found


@require_safe
@roles_only(*EVERYBODY)
def document_list(request: HttpRequest) -> HttpResponse:
    """The documents this user may read, and which they have yet to."""
    user = user_of(request)
    shows = SHOWS if user.role in KEEPERS else SHOWS[:2]
    show = query_text(request, "show")
    show = show if show in dict(shows) else "all"
    found = Document.objects.visible_to(user).for_list(user)
    page = Paginator(found.part(show), 50).get_page(query_text(request, "page"))
    context = {
        "page": page,
        "chips": chips(shows, show, counts=found.counts()),
        "show": show,
        "today": dates.today(),
        "page_title": "Documents",
    }
    return render(request, "members/documents/list.html", context)


@require_http_methods(["GET", "POST"])
@roles_only(*EVERYBODY)
def document(request: HttpRequest, slug: str) -> HttpResponse:
    """A document to read, and to say that one has."""
    user = user_of(request)
    found = get_document(user, slug)
    form = ReadForm(request.POST or None, initial={"version": found.number})
    if request.method == "POST" and form.is_valid():
        try:
            document_read(by=user, document=found, number=form.cleaned_data["version"])
            messages.success(request, "Noted: you have read it.")
            return redirect("document_list")
        except ValidationError as error:
            messages.warning(request, " ".join(error.messages))
            return redirect("document", slug=slug)
    context = {
        "document": found,
        "version": DocumentVersion.objects.get(pk=found.version_pk),
        "form": form,
        "keeper": user.role in KEEPERS,
        "page_title": found.title,
    }
    return render(request, "members/documents/document.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def document_new(request: HttpRequest) -> HttpResponse:
    """Enter a document."""
    form = DocumentForm(request.POST or None, document=None, version=None)
    if request.method == "POST" and form.is_valid():
        try:
            made = document_enter(by=user_of(request), data=form.values())
            messages.success(request, "Entered.")
            return redirect("document", slug=made.slug)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "page_title": "Enter a document"}
    return render(request, "members/documents/form.html", context, status=form_status(form))


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def document_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what is held of a document; other words make a new version."""
    user = user_of(request)
    found = get_document(user, slug)
    version = DocumentVersion.objects.get(pk=found.version_pk)
    form = DocumentForm(request.POST or None, document=found, version=version)
    if request.method == "POST" and form.is_valid():
        try:
            revision = form.cleaned_data["revision"]
            made = document_change(by=user, document=found, revision=revision, data=form.values())
            messages.success(request, f"Saved as version {made.number}." if made else "Saved.")
            return redirect("document", slug=slug)
        except ValidationError as error:
            add_problems(form, error)
    context = {"form": form, "document": found, "page_title": f"Change {found.title}"}
    return render(request, "members/documents/form.html", context, status=form_status(form))


@require_safe
@roles_only(Role.INTEL)
def document_readers(request: HttpRequest, slug: str) -> HttpResponse:
    """Who has read the newest version of a document, and who has not."""
    found = get_document(user_of(request), slug)
    show = "no" if query_text(request, "show") == "no" else "yes"
    text = query_text(request, "q")
    readers = User.objects.who_may_read(found.readers).search(text)
    read = readers.filter(readings__version=found.version_pk)
    parts = {"yes": read, "no": readers.exclude(pk__in=read.values("pk"))}
    counts = {part: rows.count() for part, rows in parts.items()}
    rows = parts[show].select_related("member").order_by("member__name", "name", "pk")
    context = {
        "document": found,
        "page": Paginator(rows, 50).get_page(query_text(request, "page")),
        "chips": chips((("yes", "Have read it"), ("no", "Have not")), show, counts=counts, q=text),
        "q": text,
        "show": show,
        "page_title": f"Who has read {found.title}",
    }
    return render(request, "members/documents/readers.html", context)
