"""Two records that may be one person: suggested, compared, merged, taken back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit.services import record
from common import dates
from common.http import add_problems, form_status, plain_text, query_text
from dtac.presenters import photo_url
from exclusions.merging import (
    merge_undo,
    notices_that_clash,
    reports_of_both,
    subjects_apart,
    subjects_merge,
    warnings_that_clash,
)
from exclusions.querysets import until_by_subject
from incidents.models import Report
from members.access import roles_only, user_of
from members.models import Role
from offenders import actions
from offenders.access import get_subject
from offenders.doubles import Double, doubles
from offenders.forms.merge import MergeForm
from offenders.models import ProfileVersion, Subject, SubjectMerge

FOUND = 8


@require_safe
@roles_only(Role.INTEL)
def double_list(request: HttpRequest) -> HttpResponse:
    """Pairs of records that may be one person, the likeliest first."""
    user = user_of(request)
    found = doubles()
    record(
        actions.SUBJECTS_LISTED,
        by=user,
        subjects={subject.ref for pair in found for subject in (pair.one, pair.two)},
        part="doubles",
    )
    return render(request, "offenders/double_list.html", {"pairs": [_shown(p) for p in found]})


def _shown(pair: Double) -> dict[str, Any]:
    return {
        "one": pair.one,
        "two": pair.two,
        "reasons": pair.reasons,
        "faces": [photo_url(pair.face_of(each), "thumb") for each in (pair.one, pair.two)],
    }


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def subject_merge(request: HttpRequest, ref: str) -> HttpResponse:
    """Choose the double of a record, compare the two side by side, and merge them."""
    user = user_of(request)
    kept = get_subject(user, ref)
    other = query_text(request, "with")
    if not other and request.method == "POST":
        messages.warning(request, "Choose the other record.")
        return redirect("subject_merge", ref=kept.ref)
    if not other:
        return _choose(request, kept)
    gone = get_subject(user, other)
    if gone.pk == kept.pk:
        messages.warning(request, "Choose another record: this is the same.")
        return redirect("subject_merge", ref=kept.ref)
    form = MergeForm(request.POST or None, kept=kept, gone=gone)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            subjects_merge(
                by=user,
                kept=kept,
                gone=gone,
                revisions=(data["revision_kept"], data["revision_gone"]),
                fields=form.chosen(),
                reason=data["reason"],
            )
            messages.success(request, f"{gone.ref} is part of {kept.ref} now.")
            return redirect("subject", ref=kept.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(actions.SUBJECT_VIEWED, by=user, ref=kept.ref, subjects=[kept.ref, gone.ref])
    context = {
        "form": form,
        "kept": kept,
        "gone": gone,
        "faces": [_face(kept), _face(gone)],
        "held": _held(kept, gone),
        "shared": reports_of_both(kept, gone),
        "clashes": notices_that_clash(kept, gone),
        "letters": warnings_that_clash(kept, gone),
        "page_title": f"Merge {gone.ref} into {kept.ref}",
    }
    return render(request, "offenders/merge.html", context, status=form_status(form))


def _held(kept: Subject, gone: Subject) -> list[tuple[str, str, str]]:
    """Return what hangs on each of the two, in words, to see what would move."""
    both = (kept, gone)
    live = set(
        ProfileVersion.objects.live().filter(subject__in=both).values_list("subject_id", flat=True)
    )
    notices = until_by_subject(subject.pk for subject in both)

    def said(subject: Subject) -> list[str]:
        until = notices.get(subject.pk)
        return [
            str(Report.objects.about(subject.pk).count()),
            f"until {dates.short_date(until)}" if until else "no",
            str(subject.warnings.filter(ended_at=None).count()),
            "yes" if subject.pk in live else "no",
        ]

    names = ("Reports", "Excluded", "Warnings", "Members see a profile")
    return list(zip(names, said(kept), said(gone), strict=True))


def _face(subject: Subject) -> str | None:
    photo = subject.photos.first()
    return photo_url(photo.uuid if photo else None, "card")


def _choose(request: HttpRequest, kept: Subject) -> HttpResponse:
    """Show who may be the same person: suggested, and found by name."""
    user = user_of(request)
    text = query_text(request, "q")
    suggested = doubles(of=kept)
    found = []
    if text:
        matches = Subject.objects.visible_to(user).exclude(pk=kept.pk).filter(merged_into=None)
        found = matches.with_face().best(text, FOUND)
    seen = [pair.other(kept) for pair in suggested] + found
    record(
        actions.SUBJECTS_LISTED,
        by=user,
        ref=kept.ref,
        subjects=[kept.ref, *(subject.ref for subject in seen)],
        **({"q": text} if text else {}),
    )
    context = {
        "kept": kept,
        "suggested": [
            (pair.other(kept), photo_url(pair.face_of(pair.other(kept)), "thumb"), pair.reasons)
            for pair in suggested
        ],
        "found": [(each, photo_url(getattr(each, "face", None), "thumb")) for each in found],
        "q": text,
    }
    return render(request, "offenders/merge_choose.html", context)


@require_POST
@roles_only(Role.INTEL)
def subject_apart(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that two records are two people."""
    user = user_of(request)
    one = get_subject(user, ref)
    other = plain_text(request.POST.get("with"))
    if not other:
        messages.warning(request, "Choose the other record.")
        return redirect("subject_merge", ref=one.ref)
    two = get_subject(user, other)
    if one.pk == two.pk:
        messages.warning(request, "This is the same record.")
        return redirect("subject_merge", ref=one.ref)
    subjects_apart(by=user, one=one, two=two)
    messages.success(request, f"{one.ref} and {two.ref} are two people. Noted.")
    return redirect("double_list")


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def subject_unmerge(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Take a merge back: what that does, and the button."""
    user = user_of(request)
    kept = get_subject(user, ref)
    merge = get_object_or_404(SubjectMerge.objects.filter(kept=kept).select_related("gone"), pk=pk)
    if request.method == "GET" and merge.undone_at is None:
        refs = [kept.ref, merge.gone.ref]
        record(actions.SUBJECT_VIEWED, by=user, ref=kept.ref, subjects=refs)
        context = {
            "merge": merge,
            "since": merge.merged_at,
            "page_title": f"Take {merge.gone.ref} out of {kept.ref}",
        }
        return render(request, "offenders/merge_undo.html", context)
    try:
        merge_undo(by=user, merge=merge)
        messages.success(
            request,
            f"{merge.gone.ref} stands by itself again. Members see it once you publish it.",
        )
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    return redirect("subject", ref=kept.ref)
