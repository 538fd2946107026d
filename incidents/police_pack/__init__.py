"""The police pack of an incident: crime report, evidence list, witness statement, as one PDF.

What was typed once is set out for the police, shown for correction, printed, and entered in the
register of sharing. The manager's own notes are never in it.
"""

from .case import Case, case_of
from .forms import PackForm
from .share import Order, Witness, may_share_pack, police_pack_share

__all__ = [
    "Case",
    "Order",
    "PackForm",
    "Witness",
    "case_of",
    "may_share_pack",
    "police_pack_share",
]
