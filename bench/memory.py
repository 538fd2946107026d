"""How much memory a process really has to itself."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Memory:
    """Megabytes of a process: all that it has, and its fair share of what several share."""

    resident: float
    share: float


def memory_of(pid: int) -> Memory:
    """Return what the system says of a process (Linux). Raises OSError if it is gone."""
    told = dict.fromkeys(("Rss", "Pss"), 0.0)
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, value = line.partition(":")
        if name in told:
            told[name] = int(value.split()[0]) / 1024
    return Memory(round(told["Rss"], 1), round(told["Pss"], 1))
