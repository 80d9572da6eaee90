"""A mail server that takes everything and keeps nothing, in a process of its own."""

import signal
import socket
import sys
import time
from contextlib import contextmanager, suppress

from aiosmtpd.controller import Controller

from config.local import processes

PATIENCE = 30  # seconds


class Sink:
    """Says yes to every mail."""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        return "250 Taken"


@contextmanager
def sink():
    """Run one while the block does; yields its port on loopback."""
    port = processes.free_port()
    command = [sys.executable, "-m", "bench.sink", str(port)]
    process = processes.start(command, dies_by=signal.SIGKILL)
    try:
        _wait_for(port)
        yield port
    finally:
        processes.stop(process)


def _wait_for(port):
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError("The mail server did not start.")


if __name__ == "__main__":
    Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1])).start()
    signal.pause()
