"""Invented names, businesses and words for the demo. The places are Dartford's; nobody is real."""

from typing import Final

AREAS: Final = (
    "Town Centre",
    "The Orchards",
    "Priory Centre",
    "Temple Hill",
    "Longfield",
    "Swanscombe",
    "Greenhithe",
    "Crossways",
)
MIDDLES: Final = {
    "Town Centre": (51.4464, 0.2174),
    "The Orchards": (51.4474, 0.2190),
    "Priory Centre": (51.4455, 0.2150),
    "Temple Hill": (51.4530, 0.2290),
    "Longfield": (51.3963, 0.3010),
    "Swanscombe": (51.4480, 0.3080),
    "Greenhithe": (51.4500, 0.2800),
    "Crossways": (51.4560, 0.2480),
}
STREETS: Final = {
    "Town Centre": ("High Street", "Spital Street", "Lowfield Street", "Hythe Street"),
    "The Orchards": ("The Orchards Shopping Centre", "Home Gardens"),
    "Priory Centre": ("Priory Shopping Centre", "Instone Road"),
    "Temple Hill": ("Temple Hill Square", "Littlebrook Manor Way"),
    "Longfield": ("Station Road", "Main Road"),
    "Swanscombe": ("Milton Road", "Stanhope Road"),
    "Greenhithe": ("London Road", "Station Road"),
    "Crossways": ("Crossways Boulevard", "Victory Way"),
}
POSTCODES: Final = {
    "Town Centre": "DA1 1DE",
    "The Orchards": "DA1 1DN",
    "Priory Centre": "DA1 2HR",
    "Temple Hill": "DA1 5HY",
    "Longfield": "DA3 7QD",
    "Swanscombe": "DA10 0LH",
    "Greenhithe": "DA9 9DJ",
    "Crossways": "DA2 6QA",
}
# Names of no business that trades: two invented words and a trade.
BUSINESS_FIRST: Final = (
    "Ashcombe", "Pellow", "Quillby", "Harrowgate", "Tansley", "Orsett", "Brackenbury", "Fennimore",
    "Luddington", "Wexcombe", "Applewick", "Sallowfield", "Thornbeck", "Kestrelby", "Mossvale",
    "Dunmallow", "Ivelchester", "Rookham", "Cobbledean", "Larkenshaw",
)  # fmt: skip
TRADES: Final = (
    ("Chemist", "large_retail"),
    ("Fashions", "large_retail"),
    ("Home Stores", "large_retail"),
    ("Foods", "large_retail"),
    ("Sports", "large_retail"),
    ("News", "independent"),
    ("Butchers", "independent"),
    ("Hardware", "independent"),
    ("Phones", "independent"),
    ("Jewellers", "independent"),
    ("Off-Licence", "independent"),
    ("Arms", "licensed"),
    ("Tavern", "licensed"),
    ("Bar", "licensed"),
    ("Playhouse", "venue"),
    ("Clinic", "service"),
    ("Parkway Station", "service"),
    ("Estates", "building"),
)
GIVEN: Final = {
    True: (
        "Leanne", "Marta", "Jodie", "Carly", "Denise", "Kelly-Ann", "Shauna", "Bethan", "Aoife",
        "Tracey", "Renée", "Zoë", "Natalia", "Priya", "Chantelle", "Gemma", "Siobhán", "Hayley",
    ),
    False: (
        "Kevin", "Paul", "Darren", "Wayne", "Terence", "Callum", "Ryan", "Marcus", "Lee", "Stefan",
        "Jermaine", "Gary", "Anthony", "Dean", "Piotr", "Ashley", "Nathan", "Craig", "Idris",
        "Scott", "Martyn", "Luke", "José", "Duane", "Bradley", "Reece", "Owen", "Clive",
    ),
}  # fmt: skip
FAMILY: Final = (
    "Marsh", "Foster", "Tate", "Zielinski", "Hobday", "Penn", "O'Rourke", "Vickery", "Stubbs",
    "Lambourne", "Crouch", "Daley", "Whitmore", "Skelton", "Babington", "Fairclough", "Nowak",
    "Garrod", "Tully", "Wragg", "Holloway", "Pascoe", "Muñoz", "Brindley", "Kirwan", "Ashdown",
    "Jessop", "Rudkin", "Thackery", "Yelland", "Prowse", "Mallinson", "Quested", "Goldspink",
    "St John-Hale", "Brzęczyk", "Farrant", "Udall", "Lovelock", "Sandbrook",
)  # fmt: skip
NICKNAMES: Final = (
    "Kez", "Spud", "Smiler", "Tiny", "Dutch", "Ginge", "Flash", "Shorty", "Bez", "Nipper", "Moose",
    "Fingers", "Blue", "Rooster",
)  # fmt: skip
STAFF: Final = (
    "Amira Shah", "Ben Carter", "Chloe Evans", "Dan Osei", "Ella Finch", "Femi Ade", "Grace Holt",
    "Harry Lunn", "Isla Reid", "Jay Patel", "Katie Moss", "Liam Doyle", "Mia Grant", "Noah Pike",
    "Olivia Tran", "Pete Salter", "Queenie Bird", "Rosa Lind", "Sam Okoro", "Tess Waller",
)  # fmt: skip
MO: Final = (
    (
        "Conceals razors in a foil-lined bag",
        "Selects razors and batteries, foil-lined bag, exits by side doors.",
    ),
    (
        "Fills a basket and walks out",
        "Fills a basket with meat and cheese and walks out at busy times.",
    ),
    (
        "Distraction, refund fraud",
        "One talks to staff while the other takes goods; later asks for a refund.",
    ),
    (
        "Spirits, under a coat",
        "Takes spirits two at a time under a long coat, shortly after opening.",
    ),
    (
        "Switches price labels",
        "Puts labels of cheap goods on dear ones and uses the self-checkout.",
    ),
    (
        "Cosmetics by the tray",
        "Sweeps whole trays of cosmetics into a carrier bag, seconds in the shop.",
    ),
    (
        "Threatens staff when stopped",
        "Shouts and threatens when asked to leave, returns the same day.",
    ),
    (
        "Leaves pubs without paying",
        "Runs up a bill for food and drink and leaves without paying.",
    ),
    (
        "Steals from handbags at tables",
        "Sits behind people in cafes and takes purses from bags on chairs.",
    ),
    (
        "Vapes and phones from displays",
        "Pulls vapes and phones off display cables and runs to a waiting bike.",
    ),
)
CLOTHES_EXTRA: Final = (
    "carrying a rucksack",
    "limps on the left leg",
    "with a pushchair",
    "on an electric bike",
    "",
    "",
)
REPORT_WORDS: Final = (
    "Went straight to the shelf, out by the side door.",
    "Challenged by staff, dropped part of it and left towards Spital Street.",
    "With another person who waited outside.",
    "On CCTV, kept for the police.",
    "Left when spoken to.",
    "",
    "",
    "",
)
# How often each type happens, of a hundred.
TYPE_WEIGHTS: Final = {
    "shop-theft": 52,
    "attempted-theft": 12,
    "threats": 11,
    "assault": 4,
    "refund-fraud": 4,
    "self-checkout-fraud": 3,
    "currency-fraud": 1,
    "criminal-damage": 3,
    "robbery": 1,
    "burglary": 1,
    "hate-incident": 1,
    "weapon": 1,
    "making-off": 2,
    "theft-from-person": 1,
    "drugs": 2,
    "asb": 10,
    "suspicious": 3,
}
AGREEMENT: Final = """\
D-TAC holds information about people who are suspected of, or have admitted or been convicted \
of, crime against businesses in Dartford. You see it because your business needs it to keep its \
staff and goods safe, and for nothing else.

You will use what you see here only to prevent and detect crime against members' premises. You \
will not copy it, photograph it, print it, post it or talk about it with anybody who does not \
need to know at work. You will not put faces in windows, staff rooms or on social media.

Somebody shown here may have done nothing wrong since, or at all. You will report only what you \
saw or know, as it happened.

Everything you look at and search for is recorded. Using this for anything else may be an offence \
under section 170 of the Data Protection Act 2018 and can end your business's membership.

You will sign out on shared devices, tell your manager at once if your phone is lost, and stop \
using D-TAC when you leave your job."""
