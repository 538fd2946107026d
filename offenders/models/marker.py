"""Warning markers, shared by records and published profiles."""

from django.db import models


class WarningMarker(models.TextChoices):
    """What staff should know before they come near."""

    VIOLENCE = "violence", "Violence"
    WEAPON = "weapon", "Weapon"
    THREATS = "threats", "Threatens staff"
    SPITS = "spits", "Spits"
    NEEDLES = "needles", "Carries needles"
    DOG = "dog", "Dangerous dog"
    SELF_HARM = "self_harm", "May harm themselves"
