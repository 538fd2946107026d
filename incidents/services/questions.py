"""Questions from the manager to the reporter, answered in place."""

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from audit.services import record
from incidents import actions
from incidents.models import Report, ReporterQuestion
from members.mail import email_queue
from members.models import Role, User


def may_answer(user: User, report: Report) -> bool:
    """Whether questions about a report are this user's: its reporter, or their own manager."""
    manages = user.role == Role.MANAGER and report.member_id == user.member_id
    return report.reporter_id == user.pk or manages


@transaction.atomic
def question_ask(*, by: User, report: Report, text: str) -> ReporterQuestion:
    """Ask the reporter something; an e-mail says only that there is a question.

    The same open question is not asked twice. Raises ValidationError.
    """
    row: Report = Report.objects.select_for_update().get(pk=report.pk)
    if not row.is_open:
        raise ValidationError("This report was decided already.", code="stale")
    same = row.questions.filter(text=text.strip(), answered_at=None).first()
    if same:
        return same
    question = ReporterQuestion(report=row, text=text.strip(), asked_at=timezone.now(), asked_by=by)
    question.full_clean()
    question.save()
    email_queue(
        users=[row.reporter],
        key=f"question:{question.pk}",
        template="report-question",
        context={
            "ref": row.ref,
            "base_url": settings.DTAC_BASE_URL,
            "path": reverse("report", args=[row.ref]),
        },
        for_readers=True,
    )
    record(actions.QUESTION_ASKED, by=by, ref=row.ref)
    return question


@transaction.atomic
def question_answer(*, by: User, question: ReporterQuestion, answer: str) -> ReporterQuestion:
    """Store the answer, which makes a page of the review older: who decides reads it first.

    The first one stands. Raises ValidationError (also "stale": decided meanwhile),
    PermissionDenied.
    """
    report: Report = Report.objects.select_for_update().get(pk=question.report_id)
    row: ReporterQuestion = ReporterQuestion.objects.select_for_update().get(pk=question.pk)
    if not may_answer(by, report):
        raise PermissionDenied
    if row.answered_at:
        raise ValidationError("This was answered already.", code="stale")
    if not report.is_open:
        raise ValidationError(
            f"{report.ref} was decided meanwhile, so this was not sent. Send a new report for what"
            " is missing.",
            code="stale",
        )
    if not answer.strip():
        raise ValidationError({"answer": "Write an answer."}, code="required")
    row.answer = answer.strip()
    row.answered_at, row.answered_by = timezone.now(), by
    row.full_clean()
    row.save()
    report.changed_at = row.answered_at
    report.revision += 1
    report.save(update_fields=["changed_at", "revision"])
    record(actions.QUESTION_ANSWERED, by=by, ref=report.ref)
    return row
