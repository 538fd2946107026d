"""The types of incident a new scheme starts with; from then on they are its own data."""

from typing import Any, Final

POLICE: Final = ("police", "outcome")
GOODS: Final = ("goods", "method", *POLICE)
CONFRONTED: Final = ("violence", "weapon", "injury", "threats", *POLICE)

STARTING_TYPES: Final = (
    # code, label, family, harm, common, serious, what the log form asks for
    ("shop-theft", "Shop theft", "crime", 20, True, False, (*GOODS, "violence", "threats")),
    ("attempted-theft", "Attempted shop theft", "crime", 12, False, False, (*GOODS, "threats")),
    ("threats", "Threats or abuse", "crime", 45, True, False, CONFRONTED),
    ("assault", "Assault", "crime", 80, True, True, CONFRONTED),
    ("refund-fraud", "Refund fraud", "crime", 22, True, False, GOODS),
    ("self-checkout-fraud", "Self-checkout fraud", "crime", 15, False, False, GOODS),
    ("currency-fraud", "Counterfeit currency", "crime", 18, False, False, ("goods", *POLICE)),
    ("criminal-damage", "Criminal damage", "crime", 25, False, False, ("vehicle", *POLICE)),
    ("robbery", "Robbery", "crime", 95, False, True, ("goods", "vehicle", *CONFRONTED)),
    ("burglary", "Burglary", "crime", 70, False, True, ("goods", "vehicle", *POLICE)),
    ("hate-incident", "Hate incident", "crime", 75, False, True, CONFRONTED),
    ("weapon", "Weapon", "crime", 90, False, True, CONFRONTED),
    ("making-off", "Making off without payment", "crime", 15, False, False, ("vehicle", *GOODS)),
    ("theft-from-person", "Theft from person", "crime", 30, False, False, GOODS),
    ("drugs", "Drugs", "crime", 25, False, False, POLICE),
    ("asb", "Anti-social behaviour", "asb", 15, True, False, ("threats", *POLICE)),
    ("suspicious", "Suspicious activity", "other", 5, False, False, ("vehicle", "police")),
)


def starting_types() -> list[dict[str, Any]]:
    """Return the fields of each starting type, in the order they are listed."""
    names = ("code", "label", "family", "harm", "is_common", "is_serious", "asks")
    return [
        {**dict(zip(names, row, strict=True)), "asks": list(row[6]), "position": place}
        for place, row in enumerate(STARTING_TYPES)
    ]
