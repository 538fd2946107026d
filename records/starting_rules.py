"""The rules that a scheme starts with; it changes them on their page."""

import datetime as dt
from typing import Any, Final

# A rule is in force from a day: these from before any record there is.
ALWAYS: Final = dt.date(2000, 1, 1)
STANDARD: Final = "BCRP National Standards; UK GDPR article 5(1)(e), storage limitation"
LIMITATION: Final = "Limitation Act 1980, sections 2 and 9; UK GDPR articles 5(2) and 30"
GRACE: Final[dict[str, Any]] = {"late_days": 30, "grace_days": 30, "extend_days": 90}
RULES: Final[tuple[dict[str, Any], ...]] = (
    {
        "kind": "known",
        "start": "incident",
        "shown_months": 12,
        "more_months": 12,
        "why": "Twelve months is what a notice lasts; twelve more let a pattern that begins again,"
        " an appeal or a claim be answered.",
        "source": STANDARD,
        **GRACE,
    },
    {
        "kind": "id_sought",
        "start": "incident",
        "shown_months": 6,
        "more_months": 6,
        "why": "Who isn’t recognised in half a year hardly will be. A picture of somebody unknown"
        " may be the picture of somebody innocent, so its clock is shorter.",
        "source": STANDARD,
        **GRACE,
    },
    {
        "kind": "unpublished",
        "start": "made",
        "more_months": 12,
        "why": "What was not worth publishing in a year is not needed.",
        "source": STANDARD,
        **GRACE,
    },
    {
        "kind": "warned",
        "start": "warning",
        "more_months": 0,
        "why": "A warning runs for twelve months. Then it is spent, and so is the record that only"
        " it held.",
        "source": STANDARD,
        **GRACE,
    },
    {
        "kind": "report",
        "start": "happened",
        "more_months": 24,
        "why": "As long as the record of a known person who did it would be kept. Figures stay.",
        "source": STANDARD,
    },
    {
        "kind": "refused",
        "start": "decided",
        "more_months": 6,
        "why": "It was not taken up; its reporter may still ask why.",
        "source": STANDARD,
    },
    {
        "kind": "intelligence",
        "start": "given",
        "more_months": 12,
        "why": "Intelligence grows stale: what is still needed is given a later day of review.",
        "source": STANDARD,
    },
    {
        "kind": "bulletin",
        "start": "sent",
        "more_months": 12,
        "why": "It shows people as they are published when it is read; after a year it is history.",
        "source": STANDARD,
    },
    {
        "kind": "case",
        "start": "closed",
        "more_months": 24,
        "why": "An order may run for two years, and be broken or varied.",
        "source": STANDARD,
    },
    {
        "kind": "log",
        "start": "entered",
        "more_months": 72,
        "why": "Who looked at whom answers a claim or a complaint, and a claim may be brought for"
        " six years. It names people by reference, and says nothing of what was read.",
        "source": LIMITATION,
    },
    {
        "kind": "sharing",
        "start": "entered",
        "more_months": 72,
        "why": "To whom what was given must be told to who asks, and a claim may be brought for six"
        " years.",
        "source": LIMITATION,
    },
)
