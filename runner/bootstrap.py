"""The virtual environment: made in the clone when it is missing, filled from the lock files,
checked at every start."""

import hashlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from runner.console import RunError, say
from runner.interrupts import interrupts
from runner.places import CLONE, PYTHON, VENV, Lock
from runner.processes import bound_to_parent

# Installs in seconds what takes pip most of a minute. Where it cannot be had, pip does the same
# from the same lock.
UV = "uv==0.13.9"

RUNTIME, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"


def ensure(lock_file: str) -> None:
    """See to it that `.venv` holds what the lock file says. Takes no time when it does already."""
    if is_current(lock_file):
        return
    # On the clone itself, so there is no file to leave behind: two starts at once must not both
    # install.
    lock = Lock(CLONE)
    if not lock.take():
        say("Another start is installing into .venv; waiting for it ...")
        interrupts.wait_for(lock.take, 1800, every=0.2)
    try:
        if not is_current(lock_file):
            ensure_venv()
            install(lock_file)
    finally:
        lock.release()


def stamp() -> Path:
    """Return the file in `.venv` that says which locks it was filled from, and by which Python."""
    return VENV / "dtac-installed.json"


def python_version() -> str:
    """Return the version that decides which packages fit; the launcher runs on `.venv`'s Python
    where that works."""
    return f"{platform.python_implementation()} {sys.version_info.major}.{sys.version_info.minor}"


def fingerprint(lock_file: str) -> str:
    """Return the lock file's hash."""
    return hashlib.sha256((CLONE / lock_file).read_bytes()).hexdigest()


def read_stamp() -> dict[str, str]:
    """Return what the stamp says, nothing where there is none."""
    try:
        found = json.loads(stamp().read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_current(lock_file: str) -> bool:
    """Whether `.venv` is whole and filled from the lock file as it is now."""
    if not runs_in_venv():
        return False
    found = read_stamp()
    return found.get("python") == python_version() and found.get(lock_file) == fingerprint(
        lock_file
    )


def runs_in_venv() -> bool:
    """Whether this very process is `.venv`'s Python. `run` chooses that wherever it works."""
    return Path(sys.prefix).resolve() == VENV.resolve() and VENV.exists()


def base_python() -> str:
    """Return the Python beneath any virtual environment."""
    return str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())


def ensure_venv() -> None:
    """Make `.venv`; anew where its Python no longer works (moved, upgraded) or is not the one it
    was filled by."""
    known = read_stamp().get("python")
    if venv_works() and known in (None, python_version()):
        return
    if VENV.exists():
        say("The virtual environment in .venv no longer works with this Python; making it anew ...")
        try:
            shutil.rmtree(VENV)
        except OSError as error:
            raise RunError(f".venv cannot be replaced: {error}") from None
    else:
        say(f"Making a virtual environment in .venv (Python {platform.python_version()}) ...")
    base = base_python()
    ensure_ensurepip(base)
    if run([base, "-m", "venv", str(VENV)]) != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        raise RunError(f"No virtual environment could be made; `{base} -m venv` said why above.")


def venv_works() -> bool:
    """Whether `.venv`'s Python starts, has pip and is the version that this process is."""
    probe = (
        "import sys, importlib.util as u; print(*sys.version_info[:2]);"
        "sys.exit(u.find_spec('pip') is None)"
    )
    try:
        done = subprocess.run(
            [PYTHON, "-I", "-c", probe],
            capture_output=True,
            text=True,
            check=False,
            env=clean_env(),
        )
    except OSError:
        return False
    same = done.stdout.split() == [str(sys.version_info.major), str(sys.version_info.minor)]
    return done.returncode == 0 and same


def ensure_ensurepip(base: str) -> None:
    """Install the part of Python that Debian ships apart, or say what is missing."""
    if has_ensurepip(base):
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        say(f"Python's venv module is missing; installing {package} with apt ...")
        quiet = {**clean_env(), "DEBIAN_FRONTEND": "noninteractive"}
        run([apt, "update", "-qq"], quiet)
        for name in (package, "python3-venv"):
            run([apt, "install", "-y", "-qq", "--no-install-recommends", name], quiet)
            if has_ensurepip(base):
                return
    hint = (
        f"as root: apt install {package}"
        if apt
        else "install the venv and ensurepip modules of your Python"
    )
    raise RunError(f"Python's venv module is missing on this machine ({hint}), then start again.")


def has_ensurepip(base: str) -> bool:
    """Whether this Python can make a virtual environment with pip in it."""
    done = subprocess.run(
        [base, "-I", "-c", "import venv, ensurepip"],
        capture_output=True,
        check=False,
        env=clean_env(),
    )
    return done.returncode == 0


def install(lock_file: str) -> None:
    """Install what the lock file says, checking every hash."""
    say(f"Installing what {lock_file} lists (a minute or so, and only when that has changed) ...")
    if not install_with_uv(lock_file):
        say("Going on with pip, which takes longer ...")
        arguments = [
            "install",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(CLONE / lock_file),
        ]
        if run([str(PYTHON), "-m", "pip", *arguments]) != 0:
            raise RunError(
                "The packages could not be installed; the lines above say why. Is there a network?"
            )
    filled = read_stamp() if read_stamp().get("python") == python_version() else {}
    filled |= {"python": python_version(), lock_file: fingerprint(lock_file)}
    if lock_file == DEVELOPMENT:
        filled[RUNTIME] = fingerprint(RUNTIME)  # the one holds all of the other
    stamp().write_text(json.dumps(filled, indent=1) + "\n")


def install_with_uv(lock_file: str) -> bool:
    """Install with uv; False where that does not work here."""
    if not ensure_uv():
        return False
    arguments = ["--python", str(PYTHON), "--require-hashes", "-r", str(CLONE / lock_file)]
    return run([str(PYTHON), "-m", "uv", "pip", "install", *arguments], uv_env()) == 0


def uv_env() -> dict[str, str]:
    """Return the environment for uv: it trusts the certificates that the machine trusts, as pip
    does."""
    return {"UV_SYSTEM_CERTS": "true", **clean_env()}


def ensure_uv() -> bool:
    """Put uv into `.venv`; False where that does not work here."""
    wanted = UV.split("==")[1]
    probe = f"import importlib.metadata as m; import sys; sys.exit(m.version('uv') != {wanted!r})"
    if (
        subprocess.run(
            [PYTHON, "-I", "-c", probe], capture_output=True, check=False, env=clean_env()
        ).returncode
        == 0
    ):
        return True
    return (
        run([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV])
        == 0
    )


def clean_env() -> dict[str, str]:
    """Return the environment for everything in `.venv`: the caller's, less what would mix another
    Python in."""
    env = dict(os.environ)
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"):
        env.pop(name, None)
    if env.pop("PYTHONDONTWRITEBYTECODE", None):
        # Kept out of the source tree as asked, but kept: else each of five processes compiles
        # Django at each start.
        env.setdefault("PYTHONPYCACHEPREFIX", str(VENV / "pycache"))
    return env


def run(argv: list[str], env: dict[str, str] | None = None) -> int:
    """Run a program, its output on screen; Interrupted when a stop is asked for meanwhile."""
    child = subprocess.Popen(
        argv,
        env=env or clean_env(),
        cwd=CLONE,
        stdin=subprocess.DEVNULL,
        preexec_fn=bound_to_parent(signal.SIGTERM),
    )
    try:
        while not interrupts.wait_for(lambda: child.poll() is not None, 3600):
            pass
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()
    return child.returncode
