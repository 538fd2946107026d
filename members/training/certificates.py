"""The certificate that somebody gets who passed a course."""

import datetime as dt

from common import dates
from common.pdf import Sheet, pdf_render
from members.models import TrainingPlace, User

HANDLING = "This certificate is yours. Who wants to check it asks the scheme for its number."


def certificate_pdf(place: TrainingPlace, *, by: User, at: dt.datetime) -> bytes:
    """Return the certificate of a place that was passed, as a PDF.

    The same certificate, reader and moment give the same bytes.
    """
    sheet = Sheet(
        title="Certificate",
        ref=place.certificate,
        printed_for=f"{by.name}, {by.member.name}",
        printed_at=at.replace(microsecond=0),
        handling=HANDLING,
    )
    session = place.session
    data = {
        "name": place.name,
        "member": place.member.name,
        "course": session.course.name,
        "about": session.course.about,
        "day": dates.day_in_full(session.on),
        "place": session.place,
        "trainer": session.trainer,
        "valid": dates.day_in_full(place.valid_until) if place.valid_until else "",
        "number": place.certificate,
    }
    return pdf_render("certificate", data, sheet=sheet)
