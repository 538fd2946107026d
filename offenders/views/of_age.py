"""Looking at a record again because its person turned 18."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from audit.services import record
from common.fields import PlainForm
from common.http import add_problems, form_status
from members.access import roles_only, user_of
from members.models import Role
from offenders import actions
from offenders.access import get_subject
from offenders.models import ProfileVersion
from offenders.services.of_age import age_review, of_age_due


class OfAgeForm(PlainForm):
    """What was decided."""

    words = forms.CharField(
        label="What you decided",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Such as: ground and audience looked at, stays published as an adult’s profile.",
        error_messages={"required": "Say what you decided."},
    )


@require_http_methods(["GET", "POST"])
@roles_only(Role.INTEL)
def of_age(request: HttpRequest, ref: str) -> HttpResponse:
    """Note what was decided. Only of somebody who has turned 18 since the record was made."""
    user = user_of(request)
    subject = get_subject(user, ref)
    due = of_age_due().filter(pk=subject.pk).first()
    if due is None:
        raise Http404
    form = OfAgeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            age_review(by=user, subject=subject, words=form.cleaned_data["words"])
            messages.success(request, "Noted.")
            return redirect("subject", ref=subject.ref)
        except ValidationError as error:
            add_problems(form, error)
    record(actions.SUBJECT_VIEWED, by=user, ref=subject.ref, subjects=[subject.ref])
    context = {
        "form": form,
        "subject": subject,
        "adult_on": due.adult_on,
        "version": ProfileVersion.objects.live().filter(subject=subject).first(),
        "override": subject.age_overrides.filter(ended_at=None).first(),
        "page_title": f"{subject.ref} turned 18",
    }
    return render(request, "offenders/of_age.html", context, status=form_status(form))
