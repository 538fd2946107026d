"""Jobs of the members app. Each can run twice, late or half."""

from celery import shared_task

from . import mail
from .joining import applications, people
from .money import renewals
from .signin import sessions


@shared_task
def mail_sweep() -> int:
    """Send e-mail that is due. Woken on commit, and by beat in case nobody woke it."""
    return mail.mail_send_due_side_by_side()


@shared_task
def certification_remind() -> int:
    """Tell whose access ends in 30 or 7 days, and who can confirm it; each once."""
    return people.certification_remind()


@shared_task
def applications_purge() -> int:
    """Delete applications decided more than a year ago."""
    return applications.applications_purge()


@shared_task
def renewals_remind() -> int:
    """Tell members 60, 30 and 7 days before their subscription ends; each once."""
    return renewals.renewals_remind()


@shared_task
def lapse_unpaid() -> int:
    """Warn members that will lapse for unpaid money, and let lapse who was warned in time."""
    return renewals.lapse_unpaid()


@shared_task
def sessions_purge() -> int:
    """Delete sessions that are over."""
    return sessions.sessions_purge()
