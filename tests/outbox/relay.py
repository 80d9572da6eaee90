"""A line from a worker to a server that counts what the worker sends, and can end the worker."""

import socket
import threading
from contextlib import contextmanager, suppress

CHUNK = 1 << 20


class Counter:
    """What every line of one worker has carried; at number `at` it calls `then` in its place."""

    def __init__(self):
        self._lock = threading.Lock()
        self.rearm(at=0, then=None)

    def rearm(self, *, at, then):
        """Begin to count anew."""
        with self._lock:
            self.sends, self._at, self._then = [], at, then

    def passes(self, name, data):
        """Whether `data` may go on to the server called `name`."""
        with self._lock:
            self.sends.append((name, data))
            is_the_one = len(self.sends) == self._at
        if is_the_one:
            self._then()
        return not is_the_one


@contextmanager
def line(name, port, counter):
    """Relay to a port on loopback while the block runs; yields the port to use instead."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(name, server, port, counter), daemon=True).start()
        yield server.getsockname()[1]


def _accept(name, server, port, counter):
    with suppress(OSError):
        while True:
            ours, _address = server.accept()
            theirs = socket.create_connection(("127.0.0.1", port))
            for side in (ours, theirs):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            there = (ours, theirs, lambda data: counter.passes(name, data))
            back = (theirs, ours, lambda data: True)
            for way in (there, back):
                threading.Thread(target=_carry, args=way, daemon=True).start()


def _carry(source, target, passes):
    """Until either side ends; then end both."""
    with suppress(OSError), source, target:
        while data := source.recv(CHUNK):
            if not passes(data):
                break
            target.sendall(data)
        for side in (source, target):
            side.shutdown(socket.SHUT_RDWR)
