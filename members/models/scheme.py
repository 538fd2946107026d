"""What the scheme has decided for everybody: one row, changed with a reason."""

from typing import Final

from django.db import models
from django.db.models import Q

from common.prepared import Prepared

from .user import User


class SchemeSetting(models.Model):
    """The scheme's settings. No row yet is everything off."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, db_comment="Always 1")
    email_shows_people = models.BooleanField(
        "Names and photos in e-mail",
        default=False,
        db_comment="Bulletin e-mails carry names and photos; off: references and a link only",
    )
    printed_packs = models.BooleanField(
        "Printable packs",
        default=False,
        db_comment="Bulletins may be printed for a business, numbered and with a last day",
    )
    reason = models.CharField(
        max_length=300, blank=True, db_comment="Why it was changed the last time"
    )
    changed_at = models.DateTimeField(null=True, blank=True, db_comment="When, the last time")
    changed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_comment="Who, the last time",
    )
    revision = models.PositiveIntegerField(
        default=0, db_comment="Counts changes, so that a form that is out of date is refused"
    )

    class Meta:
        db_table_comment = "The scheme's settings, one row; each change is in the log"
        constraints = [models.CheckConstraint(name="scheme_setting_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return "Scheme settings"

    @classmethod
    def current(cls) -> "SchemeSetting":
        """Return the settings in force; before the first change everything is off."""
        found = CURRENT.rows()
        return found[0] if found else cls()


CURRENT: Final = Prepared(
    lambda shape: SchemeSetting.objects.select_related("changed_by").filter(pk=1), planned=True
)
