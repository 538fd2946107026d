"""A virus scanner on this machine for tests: it speaks INSTREAM as clamd(8) describes it."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

EICAR: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner calls bad, and which does nothing."""
FOUND: Final = "Eicar-Test-Signature"


class _Talk(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if command == b"zPING\0":
            self.wfile.write(b"PONG\0")
            return
        content = b""
        while size := struct.unpack("!I", self.rfile.read(4))[0]:
            if len(content) + size > self.server.most:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return  # it hangs up in the middle, as the real one does
            content += self.rfile.read(size)
        self.server.seen.append(content)
        found = f"stream: {FOUND} FOUND\0" if EICAR in content else "stream: OK\0"
        self.wfile.write(found.encode())


class Scanner(socketserver.ThreadingTCPServer):
    """What was shown to it is in `seen`; a file of more than `most` bytes is refused."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.seen: list[bytes] = []
        self.most = 25 * 1024 * 1024

    @property
    def address(self) -> str:
        """Where it listens, as DTAC_CLAMD says it."""
        return f"127.0.0.1:{self.server_address[1]}"


@contextmanager
def running() -> Iterator[Scanner]:
    """Run a scanner meanwhile."""
    with Scanner() as scanner:
        thread = threading.Thread(target=scanner.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield scanner
        finally:
            scanner.shutdown()
