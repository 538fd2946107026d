"""What every list of ours has: filter chips whose state stands in the address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True)
class Chip:
    """One choice of a list's filter, as includes/chips.html draws it."""

    url: str
    label: str
    count: int | None
    current: bool


def chips(
    options: Iterable[tuple[str, str]],
    current: str,
    *,
    counts: Mapping[str, int] | None = None,
    q: str = "",
    keep: Mapping[str, str] | None = None,
) -> list[Chip]:
    """Return a chip for each (key, label). Its address is ?show=<key>, with the search words.

    `keep` is what else stands in the list's address.
    """
    return [
        Chip(
            url="?" + urlencode({"show": key, **({"q": q} if q else {}), **(keep or {})}),
            label=label,
            count=None if counts is None else counts.get(key, 0),
            current=key == current,
        )
        for key, label in options
    ]
