"""What is printed of how figures are counted, frozen with them: later words change nothing."""

from typing import Final

DEFINITIONS: Final = (
    ("Incidents", "Reports of something that happened, accepted by the Intelligence Manager, by the"
     " London day they happened. Doubles count once."),
    ("Crime and anti-social behaviour", "By the type of the incident. Some types are neither."),
    ("Stolen, recovered, net loss", "Values as the business stated them; net loss is stolen less"
     " recovered."),
    ("D-TAC exclusions", "Notices that withdraw the permission to enter members’ premises for"
     " twelve months. Served: recorded as served in the period. In force: served, and neither"
     " ended nor revoked, on its last day."),
    ("Breaches", "Accepted reports of an excluded person on the premises of a member that takes"
     " part, while the notice was in force."),
    ("Appeals", "By the day they were received, or decided."),
    ("Known offenders", "Subjects with an established identity, as the last day ended. The first"
     " days of counting have none."),
    ("Members", "Full members and affiliates; partner agencies are not counted. With access:"
     " somebody can sign in."),
    ("Received", "Payments by the day they arrived, less what was paid back. Income is what was"
     " invoiced less what was credited, before VAT."),
    ("On course", "The straight line that lies nearest to the last month ends, carried on to the"
     " target’s day."),
)  # fmt: skip
SMALL_COUNTS: Final = (
    "“Fewer than 5” stands for 0 to 4 where a smaller part than the whole scheme is shown, so that"
    " no figure points to a person. “About” is to the nearest 5, or £50, and “not shown” covers"
    " what could be worked out otherwise."
)
OF_THE_RETURN: Final = (
    "Incidents", "Crime and anti-social behaviour", "D-TAC exclusions", "Breaches", "Appeals",
    "Known offenders", "Members",
)  # fmt: skip
"""Those of them that the CSP return needs: it is one page."""
