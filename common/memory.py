"""Memory that a long-lived process has finished with goes back to the system."""

import contextlib
import ctypes
from typing import Final

# Names and numbers of glibc's malloc.h.
M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
M_ARENA_MAX: Final = -8

ARENAS: Final = 2
LARGE: Final = 256 * 1024
"""Bytes from which a block has pages of its own, given back as soon as it is free."""
SPARE: Final = 1024 * 1024
"""Free bytes at the end of an arena that are kept for what comes next."""


def give_back() -> None:
    """Have glibc give back what large things took, as far as it is glibc. Called once, at a start.

    By itself it learns from the first photo that blocks of 16 MB come and go, and takes the next
    ones from the heap, where anything small that outlives them holds them: a process that has
    decoded some has 100 MB that nobody uses. It also opens up to eight arenas for each processor,
    and what is free in one is no use in another: with 24 threads that is ten megabytes more.
    """
    with contextlib.suppress(AttributeError, OSError):
        set_option = ctypes.CDLL(None).mallopt
        set_option(M_ARENA_MAX, ARENAS)
        set_option(M_MMAP_THRESHOLD, LARGE)
        set_option(M_TRIM_THRESHOLD, SPARE)
