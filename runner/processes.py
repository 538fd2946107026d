"""Processes that the launcher starts, watches, starts again and stops."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runner.console import RunError
from runner.interrupts import interrupts

LINUX = sys.platform.startswith("linux")
PR_SET_PDEATHSIG = 1

# Looked up before any fork: between fork and exec a child should do as little as possible.
_prctl = ctypes.CDLL(None).prctl if LINUX else None


@dataclass(frozen=True)
class Identity:
    """The user a process runs as, where that is not the launcher's own."""

    uid: int
    gid: int


def bound_to_parent(number: int) -> Callable[[], None]:
    """Return what a new child runs before its program: die with the launcher, and start with
    ordinary signals.

    Linux sends the child `number` when the thread that started it ends, even by kill -9. (That is
    why the launcher starts processes from its main thread only.) Elsewhere the next start sweeps
    up, see `sweep`.
    """
    parent = os.getpid()

    def prepare() -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(each, signal.SIG_DFL)
        if _prctl is not None:
            _prctl(PR_SET_PDEATHSIG, number)
            if os.getppid() != parent:  # it died between fork and prctl
                os._exit(1)

    return prepare


@dataclass
class Process:
    """One program, its log, and how it is stopped. In a session of its own, so that a Ctrl-C in the
    terminal reaches the launcher alone and the whole family can be killed as one group.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    cwd: str = "/"
    identity: Identity | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM
    patience: float = 2.5
    stdin: bytes = b""
    before_start: Callable[[], None] | None = None
    popen: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start the program; its output is appended to its log."""
        if self.before_start is not None:
            self.before_start()
        who = self.identity
        with self.log.open("ab") as out:
            try:
                self.popen = subprocess.Popen(
                    list(self.argv),
                    env=dict(self.env),
                    cwd=self.cwd,
                    stdin=subprocess.PIPE if self.stdin else subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    # The launcher has one thread, so the usual objection to preexec_fn does not
                    # apply.
                    preexec_fn=bound_to_parent(self.death_signal),
                    user=who.uid if who else None,
                    group=who.gid if who else None,
                    extra_groups=[] if who else None,
                )
            except OSError as error:
                raise RunError(f"{self.name} could not be started: {error}") from error
        if self.popen.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.popen.stdin.write(self.stdin)
                self.popen.stdin.close()
        self._pid_file.write_text(
            f"{self.popen.pid} {int(self.stop_signal)} {birth(self.popen.pid)}\n"
        )

    @property
    def _pid_file(self) -> Path:
        return self.log.with_suffix(".pid")

    @property
    def running(self) -> bool:
        """Whether the program still runs."""
        return self.popen is not None and self.popen.poll() is None

    def ending(self) -> str:
        """Say in words how the program ended."""
        code = self.popen.poll() if self.popen else None
        if code is None:
            return "runs"
        return f"killed by signal {-code}" if code < 0 else f"exit code {code}"

    def ask_to_stop(self) -> None:
        """Send the program its stop signal."""
        if self.popen is not None and self.running:
            self.popen.send_signal(self.stop_signal)

    def kill(self) -> None:
        """Kill the program and everything it started in its process group."""
        if self.popen is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()
        self._pid_file.unlink(missing_ok=True)

    def end_of_log(self, count: int = 20) -> str:
        """Say where the log is, and how it ends."""
        lines: list[str] = []
        with contextlib.suppress(OSError), self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 8000))
            lines = log.read().decode(errors="replace").splitlines()[-count:]
        return "\n".join([f"The end of its log, {self.log}:", "", *lines, ""])


def stop_together(processes: Iterable[Process]) -> None:
    """Stop processes, asking first and killing after each one's patience, or at once on a second
    Ctrl-C."""
    remaining = [each for each in processes if each.popen is not None]
    for each in remaining:
        each.ask_to_stop()
    began = time.monotonic()
    while remaining:
        spent = time.monotonic() - began
        for each in list(remaining):
            if not each.running or interrupts.impatient or spent > each.patience:
                each.kill()  # also when it has ended: its own children may not have
                remaining.remove(each)
        if remaining:
            time.sleep(0.02)


def birth(pid: int) -> str:
    """Return when a process started, in whatever form the system gives it; "" when it is gone or a
    zombie.

    Number and birth together name one process for good, a number alone is used again.
    """
    if LINUX:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] in "ZX" else fields[19]
    shown = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()


def sweep(logs: Path) -> None:
    """See off what an earlier launcher on this folder left behind when it was killed."""
    for pid_file in logs.glob("*.pid"):
        try:
            pid_text, number_text, born = pid_file.read_text().strip().split(" ", 2)
            pid, number = int(pid_text), int(number_text)
        except ValueError:
            pid_file.unlink()
            continue

        def gone(pid: int = pid, born: str = born) -> bool:
            return birth(pid) != born

        if not gone():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            if not interrupts.wait_for(gone, 5):
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
                interrupts.wait_for(gone, 5)
        pid_file.unlink(missing_ok=True)


def working_in(folder: Path) -> list[int]:
    """Return the living processes whose working folder is `folder` (Linux only; elsewhere none are
    found)."""
    found = []
    for entry in Path("/proc").iterdir() if LINUX else ():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):  # not ours to look at, or gone, or a zombie
                if (entry / "cwd").readlink() == folder:
                    found.append(int(entry.name))
    return found


def run_attached(argv: Sequence[str], *, env: Mapping[str, str], cwd: str | Path) -> int:
    """Run a program in the foreground, with the launcher's own terminal, and return its exit code.

    It shares the launcher's process group, so a Ctrl-C in the terminal reaches it directly: what
    that means is its decision (a shell goes on, pytest prints its summary) and the launcher just
    waits. Any other request to stop came to the launcher alone and is passed on.
    """
    asked = interrupts.count
    child = subprocess.Popen(
        list(argv), env=dict(env), cwd=cwd, preexec_fn=bound_to_parent(signal.SIGTERM)
    )
    while True:
        try:
            code = child.wait(0.1)
            break
        except subprocess.TimeoutExpired:
            if interrupts.count > asked:
                asked = interrupts.count
                if interrupts.last != signal.SIGINT or not in_terminal_foreground():
                    child.send_signal(interrupts.last)
    return 128 - code if code < 0 else code


def in_terminal_foreground() -> bool:
    """Whether a Ctrl-C typed in a terminal would reach this process."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
