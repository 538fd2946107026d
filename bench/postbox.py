"""A mail server that takes every letter and notes to whom it went, in a process of its own."""

import asyncio
import sys
from pathlib import Path
from typing import Any, TextIO

from aiosmtpd.smtp import SMTP


class Taker:
    """Writes a line for each letter: its recipient and its Message-ID."""

    def __init__(self, notes: TextIO) -> None:
        self._notes = notes

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a letter."""
        head = envelope.content.split(b"\r\n\r\n", 1)[0].decode(errors="replace")
        lines = (line for line in head.splitlines() if line.lower().startswith("message-id:"))
        self._notes.write(f"{envelope.rcpt_tos[0]} {next(lines, '').partition(':')[2].strip()}\n")
        self._notes.flush()
        return "250 OK"


async def serve(port: int, notes: TextIO) -> None:
    """Take letters until the process is ended."""
    loop = asyncio.get_running_loop()
    taker = Taker(notes)
    server = await loop.create_server(lambda: SMTP(taker), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    with Path(sys.argv[2]).open("a", encoding="utf-8") as told:
        asyncio.run(serve(int(sys.argv[1]), told))
