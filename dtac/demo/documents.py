"""The demo's documents: what the scheme is run by, and who has read it."""

import datetime as dt
import random

from common import dates
from members.models import Document, DocumentReading, DocumentVersion, User

# title, kind, readers, days to its review, versions: days ago and what is new
DOCUMENTS = (
    ("Constitution", "constitution", "all", 210, ((900, ""), (160, "Affiliates may vote."))),
    ("Code of practice", "code", "all", 18, ((700, ""), (345, "Faces are not printed any more."))),
    ("Information-sharing agreement with Kent Police", "sharing", "all", 95, ((270, ""),)),
    ("Data protection impact assessment", "dpia", "scheme", -6, ((371, ""),)),
    ("Appropriate policy document", "policy", "scheme", 140, ((225, ""),)),
)
BODY = (
    "This is the demo's {title}. It stands for the scheme's own words.",
    "The scheme shares information about people who steal from its members or threaten their"
    " staff, for the prevention and detection of crime and nothing else.",
    "Members keep what they see to themselves, look only at what they need, and tell the"
    " Intelligence Manager at once when something has gone wrong.",
    "Whoever keeps this document looks at it again by the day that it names.",
)


def load_documents(*, seed: int, users: dict[str, User]) -> None:
    """Enter the documents; some people have read them."""
    rng = random.Random(seed + 61)
    intel, board, today = users["intel@dtac.example"], users["board@dtac.example"], dates.today()
    everybody = [user for user in users.values() if user.last_login and user.role != "admin"]
    readings: list[DocumentReading] = []
    for title, kind, readers, review, versions in DOCUMENTS:
        row = Document.objects.create(
            title=title,
            slug=title.lower().replace(" ", "-"),
            kind=kind,
            readers=readers,
            owner=board if kind == "constitution" else intel,
            review_on=today + dt.timedelta(days=review),
        )
        text = "\n\n".join(BODY).replace("{title}", title.lower())
        for number, (ago, change) in enumerate(versions, start=1):
            version = DocumentVersion.objects.create(
                document=row,
                number=number,
                body=f"{text}\n\n{change}".strip(),
                change=change,
                made_on=today - dt.timedelta(days=ago),
                made_by=intel,
            )
            may = everybody if readers == "all" else [intel, board]
            share = 0.7 if number == 1 else 0.45
            readings += [
                DocumentReading(version=version, user=user)
                for user in may
                if rng.random() < share and user.email != "store@dtac.example"
            ]
    DocumentReading.objects.bulk_create(readings, batch_size=5000)
