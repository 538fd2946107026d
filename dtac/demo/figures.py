"""The database's own figures about its tables, which its plans rest on."""

from django.db import connection


def analyse(scale: int) -> None:
    """Let the database take its figures now: it would take a minute to see so many new rows.

    In the middle of loading it never sees them by itself, as nothing is committed yet.
    """
    if scale > 1:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
