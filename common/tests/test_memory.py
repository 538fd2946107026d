"""What photos took is given back, though something small that came meanwhile stays."""

import platform
import subprocess
import sys

import pytest

WORK = """
import sys, threading
from pathlib import Path
from PIL import Image
from common.memory import give_back

def resident():
    line = next(x for x in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in x)
    return int(line.split()[1]) / 1024

def decode():
    for _ in range(6):
        photo = Image.new("RGB", (4000, 3000))
        small = photo.resize((1600, 1200))
        stays.append([bytes(40_000) for _ in range(10)])

if sys.argv[1] == "back":
    give_back()
stays = []
decode(), stays.clear()  # the modules' own
began = resident()
threads = [threading.Thread(target=decode) for _ in range(2)]
[each.start() for each in threads], [each.join() for each in threads]
print(resident() - began)
"""


def grown(how: str) -> float:
    """Return by how many MB a process has grown that decoded twelve photos in two threads."""
    done = subprocess.run(
        [sys.executable, "-c", WORK, how], capture_output=True, text=True, check=True, timeout=60
    )
    return float(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="of glibc")
def test_it_goes_back_to_the_system() -> None:
    assert grown("back") < grown("as it is") / 2
