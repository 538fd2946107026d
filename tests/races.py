"""Things done at the same moment, each in a thread with a database connection of its own."""

import threading
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import connection


def at_once(*works: Callable[[], object]) -> list[ValidationError | None]:
    """Do it all at once; return how each was refused, or None. Raises whatever else went wrong."""
    barrier = threading.Barrier(len(works))
    refused: list[ValidationError | None] = [None] * len(works)
    broken: list[BaseException] = []

    def run(place: int, work: Callable[[], object]) -> None:
        barrier.wait(timeout=30)
        try:
            work()
        except ValidationError as error:
            refused[place] = error
        except BaseException as error:  # told to the test’s own thread
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return refused
