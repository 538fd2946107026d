"""Abstract models and database functions that apps build on. No table of its own."""

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
    models,
    transaction,
)
from django.utils.text import slugify

logger = logging.getLogger(__name__)


class LondonDate(models.Func):
    """The London calendar date of a timestamptz, in SQL.

    A literal zone (not a parameter, not the connection's zone) keeps it immutable, so that it
    can stand in generated columns, constraints and indexes.
    """

    template = "((%(expressions)s) AT TIME ZONE 'Europe/London')::date"
    output_field = models.DateField()


class Fold(models.Func):
    """Text in plain lower-case letters: "Zieliński" as "zielinski". Made by common.0001."""

    function = "dtac_fold"
    output_field = models.TextField()


class FoldNames(models.Func):
    """A name and an array of aliases, folded into one text. Made by common.0001."""

    function = "dtac_fold_names"
    output_field = models.TextField()


class Sounds(models.Func):
    """How each word of a name sounds (Double Metaphone), as an array. Made by common.0002."""

    function = "dtac_sounds"
    output_field = ArrayField(models.TextField())


class NameScore(models.Func):
    """How near a typed name is to names, word by word: 0 to 1. Made by common.0003."""

    function = "dtac_name_score"
    output_field = models.FloatField()


class IsOneOf(models.Func):
    """Whether a column holds one of some keys: one parameter, where __in has one for each key."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()

    def __init__(self, column: str, keys: Iterable[int]) -> None:
        listed = models.Value(list(keys), output_field=ArrayField(models.BigIntegerField()))
        super().__init__(models.F(column), listed)


class BitsApart(models.Func):
    """In how many of 64 bits a column differs from the nearest of some numbers: 0 is the same."""

    template = (
        "(SELECT min(bit_count((%(expressions)s # near)::bit(64)))"
        " FROM unnest(ARRAY[%(numbers)s]::bigint[]) AS near)"
    )
    output_field = models.IntegerField()

    def __init__(self, column: str, numbers: Iterable[int]) -> None:
        super().__init__(models.F(column), numbers=", ".join(str(int(n)) for n in numbers))


class YearlyCounter(models.Model):
    """Numbers handed out one by one in a year. A roll-back may leave a gap, never a double."""

    prefix = models.CharField(max_length=8, db_comment="Which series, e.g. INC")
    year = models.PositiveSmallIntegerField(db_comment="London year of the number")
    last = models.PositiveIntegerField(db_comment="The number handed out last")

    class Meta:
        abstract = True

    @classmethod
    def take(cls, prefix: str, year: int, *, count: int = 1) -> int:
        """Return the first of `count` fresh numbers; concurrent callers wait for one another."""
        table = cls._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (prefix, year, last) VALUES (%s, %s, %s) "  # noqa: S608
                f"ON CONFLICT (prefix, year) DO UPDATE SET last = {table}.last + %s RETURNING last",
                [prefix, year, count, count],
            )
            row = cursor.fetchone()
        return int(row[0]) - count + 1


class StoredImage(models.Model):
    """A photo as it was sent (unaltered, hashed) and as it is shown (re-encoded, no EXIF)."""

    VARIANT_SIZES = {"thumb": (96, 120), "card": (400, 500), "large": (1200, 1500)}

    uuid = models.UUIDField(unique=True, db_comment="Public name in /photos/<uuid>/<size>/")
    original = models.FileField(
        max_length=200, db_comment="The file as sent, under a random name, never served as it is"
    )
    content_type = models.CharField(max_length=40, db_comment="Sniffed from the bytes")
    sha256 = models.CharField(max_length=64, db_comment="SHA-256 of the original, hex")
    byte_size = models.PositiveIntegerField(db_comment="Bytes of the original")
    added_at = models.DateTimeField(db_comment="When it was stored")
    variants_ready_at = models.DateTimeField(
        null=True, blank=True, db_comment="When thumb, card and large were made; null: not yet"
    )
    variants_error = models.CharField(
        max_length=200, blank=True, db_comment="Why the variants could not be made"
    )
    phash = models.BigIntegerField(
        null=True,
        blank=True,
        db_comment="Perceptual hash of the picture, 64 bits; alike pictures differ in few of them",
    )
    scanned_at = models.DateTimeField(
        null=True, blank=True, db_comment="When a virus scanner looked at it; null: none did"
    )
    malware = models.CharField(
        max_length=120,
        blank=True,
        default="",
        db_default="",
        db_comment="What the scanner found in it; nobody gets such a file",
    )

    class Meta:
        abstract = True

    def variant_path(self, size: str) -> str:
        """Return the storage path of a variant. Raises KeyError for an unknown size."""
        self.VARIANT_SIZES[size]
        return f"variants/{self.uuid.hex[:2]}/{self.uuid}-{size}.jpg"


def stored_kinds() -> list[type[StoredImage]]:
    """Return each kind of record that has a stored file."""
    return [model for model in apps.get_models() if issubclass(model, StoredImage)]


@contextmanager
def constraint_messages(model: type[models.Model]) -> Iterator[None]:
    """Turn a broken constraint of `model` into a ValidationError with the constraint's own words.

    For races that full_clean() can't see. The constraint is known by its name as the server
    reports it, never by the text of an error. Use inside `transaction.atomic()`.
    """
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        for constraint in model._meta.constraints:
            if constraint.name == name and constraint.violation_error_message:
                message = str(constraint.violation_error_message)
                raise ValidationError(message, code=constraint.name) from error
        raise


Row = TypeVar("Row", bound=models.Model)


def once(model: type[Row], client_id: uuid.UUID, make: Callable[[], Row]) -> Row:
    """Return what `make` makes, or the row that an earlier send of the same form made.

    `make` runs in a transaction of its own and must store `client_id`, which is unique.
    """
    earlier = model._default_manager.filter(client_id=client_id).first()
    if earlier is not None:
        return earlier
    try:
        with transaction.atomic():
            return make()
    except (IntegrityError, ValidationError):  # full_clean() sees a double as a ValidationError
        earlier = model._default_manager.filter(client_id=client_id).first()
        if earlier is not None:
            return earlier
        raise


def check_revision(row: models.Model, revision: int) -> None:
    """Raise ValidationError (code "stale") if the row has changed since the form was shown."""
    if getattr(row, "revision") != revision:  # noqa: B009  (any model with that column)
        raise ValidationError(
            "Someone changed this since you opened it. Look at it as it is now and try again.",
            code="stale",
        )


def free_slug(model: type[models.Model], name: str, *, reserved: Iterable[str] = ()) -> str:
    """Return a name in addresses for a row of `model` that none has: "marlowe", "marlowe-2".

    `reserved` are addresses beside those of its rows. A name without a letter gives the model's.
    """
    base = slugify(name)[:110] or str(model._meta.model_name)
    found = model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True)
    taken = set(reserved) | set(found)
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (base, *numbered) if slug not in taken)


@contextmanager
def only_one(number: int) -> Iterator[bool]:
    """Say whether nobody else is inside this with the same number, and keep it so.

    A lock of this connection's: it goes with a worker that dies.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
            except (
                OperationalError,
                InterfaceError,
            ):  # the connection is gone, and the lock with it
                logger.warning("lock %s went with its connection", number)
