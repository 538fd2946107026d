"""One e-mail from `emails/<name>-{subject,body-text,body-html}`, with a stable Message-ID."""

from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


@dataclass(frozen=True)
class RenderedEmail:
    """The three texts of an e-mail."""

    subject: str
    text: str
    html: str


def render_email(template: str, context: dict[str, Any]) -> RenderedEmail:
    """Return the texts of `emails/<template>-*`. The subject is folded to one line."""
    subject = render_to_string(f"emails/{template}-subject.txt", context)
    return RenderedEmail(
        subject=" ".join(subject.split())[:200],
        text=render_to_string(f"emails/{template}-body-text.txt", context).strip() + "\n",
        html=render_to_string(f"emails/{template}-body-html.html", context),
    )


def send_email(
    *, to: str, email: RenderedEmail, message_id: str, headers: dict[str, str] | None = None
) -> None:
    """Hand one e-mail to the configured server. Raises OSError or smtplib.SMTPException."""
    message = EmailMultiAlternatives(
        subject=email.subject,
        body=email.text,
        to=[to],
        headers={"Message-ID": message_id, **(headers or {})},
    )
    message.attach_alternative(email.html, "text/html")
    message.send(fail_silently=False)
