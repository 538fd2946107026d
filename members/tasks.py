"""Jobs of the members app. Each can run twice, late or half."""

from celery import shared_task

from . import mail


@shared_task
def mail_sweep() -> int:
    """Send e-mail that is due. Woken on commit, and by beat in case nobody woke it."""
    return mail.mail_send_due()
