"""One e-mail from `emails/<name>-{subject,body-text,body-html}`, with a stable Message-ID."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.mime.image import MIMEImage
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


@dataclass(frozen=True)
class InlineImage:
    """A small JPEG inside an e-mail: shown by `cid:<cid>`, so that nothing is fetched from afar."""

    cid: str
    content: bytes


@dataclass(frozen=True)
class AttachedFile:
    """A file that goes along with an e-mail: a name of ours, its bytes, its type."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class RenderedEmail:
    """The three texts of an e-mail, what goes in and along, headers, and who is `shown`.

    `shown` are references of people: what the record of the e-mail keeps.
    """

    subject: str
    text: str
    html: str
    images: tuple[InlineImage, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    files: tuple[AttachedFile, ...] = ()


def render_email(template: str, context: dict[str, Any]) -> RenderedEmail:
    """Return the texts of `emails/<template>-*`. The subject is folded to one line."""
    subject = render_to_string(f"emails/{template}-subject.txt", context)
    return RenderedEmail(
        subject=" ".join(subject.split())[:200],
        text=render_to_string(f"emails/{template}-body-text.txt", context).strip() + "\n",
        html=render_to_string(f"emails/{template}-body-html.html", context),
    )


def email_message(*, to: str, email: RenderedEmail, message_id: str) -> EmailMultiAlternatives:
    """Return one e-mail as the configured server takes it: text, HTML and what is inside it."""
    message = EmailMultiAlternatives(
        subject=email.subject,
        body=email.text,
        to=[to],
        headers={"Message-ID": message_id, **email.headers},
    )
    message.attach_alternative(email.html, "text/html")
    if email.images:
        setattr(message, "mixed_subtype", "related")  # noqa: B010  (its type has no name for it)
    for image in email.images:
        part = MIMEImage(image.content, "jpeg")
        part.add_header("Content-ID", f"<{image.cid}>")
        part.add_header("Content-Disposition", "inline", filename=f"{image.cid}.jpg")
        message.attach(part)
    for file in email.files:
        message.attach(file.name, file.content, file.content_type)
    return message
