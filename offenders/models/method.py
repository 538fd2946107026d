"""MO: how it is done, as a list that reports and profiles share."""

from django.db import models


class Method(models.TextChoices):
    """Modus operandi in the words staff use."""

    HIDES = "hides", "Hides goods in bag or clothes"
    FOIL = "foil", "Foil-lined bag"
    SWEEPS = "sweeps", "Sweeps a shelf"
    PUSH_OUT = "push_out", "Trolley push-out"
    GRABS = "grabs", "Grabs and runs"
    DISTRACTS = "distracts", "Distracts staff"
    TEAM = "team", "Works in a team"
    SELF_CHECKOUT = "self_checkout", "Cheats the self-checkout"
    TAGS = "tags", "Removes tags"
    LABELS = "labels", "Swaps labels or boxes"
    REFUND = "refund", "False refund"
    CONSUMES = "consumes", "Eats or drinks without paying"
    THREATENS = "threatens", "Threatens when challenged"
    STEALS_BAGS = "steals_bags", "Takes bags or phones of customers"
