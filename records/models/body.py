"""Who decides over personal data with the scheme, and who processes it for the scheme."""

import datetime as dt
from typing import Final

from django.db import models
from django.db.models import F, Q

from common import dates
from members.models import Document, User

RENEWAL: Final = dt.timedelta(days=42)
"""How long before its last day a registration with the regulator is said to end: a fee is due."""


class DataBodyQuerySet(models.QuerySet["DataBody"]):
    """Controllers and processors."""

    def visible_to(self, user: User) -> "DataBodyQuerySet":
        """All for the Intelligence Manager, none for anybody else."""
        return self if user.is_intel else self.none()

    def current(self) -> "DataBodyQuerySet":
        """Those that hold or process data today."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=dates.today()))

    def due(self) -> "DataBodyQuerySet":
        """Those to be looked at again, or whose registration with the regulator ends."""
        today = dates.today()
        ends = Q(registered_until__lte=today + RENEWAL)
        return self.current().filter(Q(review_on__lte=today) | ends)


class DataBody(models.Model):
    """A controller, a joint controller, or a processor (UK GDPR, articles 26, 28 and 30)."""

    class Kind(models.TextChoices):
        CONTROLLER = "controller", "Controller"
        JOINT = "joint", "Joint controller"
        PROCESSOR = "processor", "Processor"

    kind = models.CharField(max_length=10, choices=Kind, db_comment="What it is")
    name = models.CharField(max_length=160, db_comment="Its name")
    contact = models.CharField(max_length=300, db_comment="Whom to reach about data protection")
    does = models.CharField(max_length=500, db_comment="What it does with the data")
    kinds = models.CharField(max_length=500, db_comment="Which kinds of data")
    place = models.CharField(max_length=200, db_comment="Where the data is held: country, town")
    abroad = models.CharField(
        max_length=300, blank=True, db_comment="Outside the UK: what safeguards it; empty: inside"
    )
    contract = models.CharField(
        max_length=300, blank=True, db_comment="Contract or arrangement: which, of when"
    )
    document = models.ForeignKey(
        Document,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="data_bodies",
        db_comment="The paper itself, among the scheme’s documents",
    )
    registration = models.CharField(
        max_length=40,
        blank=True,
        db_default="",
        db_comment="Number with the Information Commissioner (Data Protection Regulations 2018)",
    )
    registered_until = models.DateField(
        null=True, blank=True, db_comment="Last day of that registration; the fee is yearly"
    )
    starts_on = models.DateField(db_comment="Since when")
    ends_on = models.DateField(null=True, blank=True, db_comment="Its last day; null: goes on")
    review_on = models.DateField(db_comment="Day by which it is looked at again")
    changed_at = models.DateTimeField(db_comment="When it was entered or changed last")
    changed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_comment="By whom"
    )
    revision = models.PositiveIntegerField(
        default=1, db_comment="Grows with each change; a form from an older one is refused"
    )

    objects = DataBodyQuerySet.as_manager()

    class Meta:
        db_table_comment = "Controllers and processors of the scheme's data"
        verbose_name_plural = "data bodies"
        ordering = ["kind", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name", "starts_on"],
                name="data_body_once",
                violation_error_message="This is entered already.",
            ),
            models.CheckConstraint(
                name="data_body_contract",
                condition=~Q(kind__in=["processor", "joint"]) | ~Q(contract=""),
                violation_error_message="A processor needs a contract, a joint controller an"
                " arrangement: say which, and of when.",
            ),
            models.CheckConstraint(
                name="data_body_days",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="It ends before it begins.",
            ),
            models.CheckConstraint(
                name="data_body_registration",
                condition=Q(registration="", registered_until=None)
                | (~Q(registration="") & Q(registered_until__isnull=False)),
                violation_error_message="Enter the registration with its last day.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        """Whether it holds or processes nothing any more."""
        return self.ends_on is not None and self.ends_on < dates.today()

    @property
    def is_due(self) -> bool:
        """Whether it is to be looked at again."""
        return not self.is_over and self.review_on <= dates.today()

    @property
    def registration_state(self) -> str:
        """How its registration with the regulator is: "over", "ends" (in six weeks), or ""."""
        if self.is_over or self.registered_until is None:
            return ""
        left = self.registered_until - dates.today()
        return "over" if left < dt.timedelta(0) else "ends" if left <= RENEWAL else ""
