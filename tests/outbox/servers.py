"""A PostgreSQL and a Valkey of a test's own: ended in any way, frozen, and started again."""

import os
import secrets
import signal
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

import psutil
from django.core.management import call_command
from django.db import connection

from config.local import processes, services


class Restartable:
    """A server that keeps its data and its address from one life to the next."""

    def __init__(self, serve, home):
        password, port = secrets.token_hex(8), processes.free_port()
        self._serve = partial(serve, home, password, port=port)
        self._life, self._process = ExitStack(), None
        self.url = ""

    def start(self):
        """Start it, or start it again."""
        before = set(psutil.Process().children())
        self.url = self._life.enter_context(self._serve())
        (self._process,) = set(psutil.Process().children()) - before

    def end(self, by=signal.SIGINT):
        """End it by this signal; SIGQUIT is PostgreSQL's immediate stop."""
        self._process.send_signal(by)
        self._process.wait(20)
        self._life.close()

    def freeze(self):
        """It takes connections and never answers."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self):
        """It goes on as if nothing had been."""
        self._process.send_signal(signal.SIGCONT)

    def close(self):
        """End it for good."""
        with suppress(psutil.NoSuchProcess):
            self.thaw()
        self._life.close()


@contextmanager
def restartable(serve, **options):
    """A Restartable that runs while the block does: `serve` is services.postgres or valkey."""
    with tempfile.TemporaryDirectory(prefix=f"{services.NAME}-{os.getpid()}-") as folder:
        home = Path(folder)
        services.server_account().enter(home)
        server = Restartable(partial(serve, **options), home)
        server.start()
        try:
            yield server
        finally:
            server.close()


@contextmanager
def database_of_our_own(**options):
    """This process works on a fresh, restartable PostgreSQL; yields it."""
    usual = dict(connection.settings_dict)
    with restartable(services.postgres, **options) as server:
        connection.close()
        address = server.url.partition("://")[2]
        account, _at, place = address.partition("@")
        user, _colon, password = account.partition(":")
        host, _colon, rest = place.partition(":")
        port, _slash, name = rest.partition("/")
        connection.settings_dict.update(
            USER=user, PASSWORD=password, HOST=host, PORT=port, NAME=name
        )
        try:
            call_command("migrate", verbosity=0)
            yield server
        finally:
            connection.close()
            connection.settings_dict.update(usual)
