"""The requirements that a scheme starts with: the standards' first section, in our words.

The other sections were not to hand: a scheme adds those that it is assessed by, on the page.
"""

from typing import Final

EDITION: Final = "BCRP National Standards 3.2 (2019)"
SECTION: Final = "Governance"
REQUIREMENTS: Final = (
    ("1.1", "The partnership has a name that it is known by.", "name"),
    ("1.2", "There is an address at which it can be written to.", "address"),
    ("1.3", "A named person manages it.", "manager"),
    ("1.4", "The sectors that it serves are stated, and each meets the standards.", "sectors"),
    ("1.5", "Its legal status is stated, and who is liable for what it does.", "words"),
    ("1.6", "A written document says how it is governed.", "constitution"),
    ("1.7", "A board or steering group governs it.", "board"),
    ("1.8", "A general meeting is held each year, and minuted.", "general_meeting"),
    ("1.9", "Accounts are kept.", "accounts"),
)
