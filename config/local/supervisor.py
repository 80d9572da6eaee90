"""`make run`: web, worker, beat, mail and texts in one terminal, and nothing left when it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import psutil

from config.local import environment, processes, texts
from config.local.environment import Refusal
from config.local.smtp import Folder

PREFERRED_PORT = 8000
PATIENCE = 3  # seconds; with the servers after them, all is over in four
WHO_SIGNS_IN = "olu@example.org"
# In a container everybody is root; Celery's long warning about it helps nobody here.
QUIETLY = ["-W", "ignore:You're running the worker with superuser"]
GUNICORN = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
CELERY = [sys.executable, *QUIETLY, "-m", "celery", "--quiet", "-A", "config"]
WORKER = [*CELERY, "worker", "-l", "WARNING", "--without-gossip", "--without-mingle"]
BEAT = [*CELERY, "beat", "-l", "WARNING", "-s"]


def run(var: Path) -> None:
    """Run everything until a signal comes or a part ends; raises Refusal when it may not."""
    environment.refuse_other_addresses(dict(os.environ))
    _end_on_signals()
    with environment.held(var):
        _end_what_a_killed_run_left(var)
        print("Starting PostgreSQL and Valkey ...", flush=True)
        with environment.servers(var) as local:
            port = processes.free_port(int(os.environ.get("PORT", PREFERRED_PORT)))
            mail_port, text_port = processes.free_port(), processes.free_port()
            local["SITE_URL"] = f"http://127.0.0.1:{port}"
            local["EMAIL_URL"] = f"smtp://127.0.0.1:{mail_port}"
            local["TEXTS_URL"] = texts.address(text_port)
            env = _clean(os.environ) | local | {"PORT": str(port)}
            _prepare(env)
            with Children(env) as children:
                # The page first: worker and beat would take the processor from it.
                children.start("web", GUNICORN)
                _wait_for_first_page(port, children)
                children.start("worker", WORKER)
                children.start("beat", [*BEAT, var / "beat-schedule"])
                environment.announce(var, local | {"PIDS": children.pids()})
                mailbox = Folder(var / "mail")
                phones = texts.Phones(mailbox, local, site=local["SITE_URL"])
                with mailbox.listening(mail_port), phones.listening(text_port):
                    _greet(local["SITE_URL"])
                    _watch(children)


class Children:
    """The parts that have been started. Leaving the block ends them all at once."""

    def __init__(self, env: dict[str, str]) -> None:
        self._env = env
        self._started: dict[str, subprocess.Popen] = {}

    def __enter__(self) -> "Children":
        return self

    def start(self, name: str, command: Sequence[str | Path]) -> None:
        """Start one part."""
        self._started[name] = processes.start(command, dies_by=signal.SIGKILL, env=self._env)

    def pids(self) -> str:
        """Return the process ids, separated by commas."""
        return ",".join(str(process.pid) for process in self._started.values())

    def refuse_if_one_ended(self) -> None:
        """Raise Refusal when a part has ended by itself."""
        for name, process in self._started.items():
            if process.poll() is not None:
                raise Refusal(f"The {name} ended by itself ({process.returncode}). See above.")

    def __exit__(self, *_) -> None:
        for process in self._started.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        # The worker finishes the message in hand; one that takes longer is sent again when its
        # lease is over.
        give_up = time.monotonic() + PATIENCE
        for process in self._started.values():
            processes.stop(process, by=None, patience=max(0, give_up - time.monotonic()))


def _end_on_signals() -> None:
    """Ctrl-C, TERM and a closed terminal all unwind the same way: by SystemExit."""

    def end(number, _frame):
        for again in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(again, signal.SIG_IGN)
        raise SystemExit(0 if number == signal.SIGINT else 128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)


def _clean(environ) -> dict[str, str]:
    """Leave out what could move the web server to another address."""
    return {name: value for name, value in environ.items() if name != "GUNICORN_CMD_ARGS"}


def _prepare(env: dict[str, str]) -> None:
    prepared = subprocess.run([sys.executable, "-m", "config.local.prepare"], env=env, check=False)
    if prepared.returncode:
        raise Refusal("The database could not be made ready. See above.")


def _end_what_a_killed_run_left(var: Path) -> None:
    """End children of a run that was killed where no parent's death is told to them."""
    for pid in filter(None, environment.running(var).get("PIDS", "").split(",")):
        try:
            left = psutil.Process(int(pid))
            if "config" in " ".join(left.cmdline()) and left.cwd() == str(var.parent):
                left.kill()
        except psutil.Error:
            continue


def _wait_for_first_page(port: int, children: Children) -> None:
    give_up = time.monotonic() + 60
    while not _answers(port):
        children.refuse_if_one_ended()
        if time.monotonic() > give_up:
            raise Refusal("The web server did not answer within a minute.")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False


def _greet(address: str) -> None:
    print(
        f"\n  Surgeries is running:  {address}/\n"
        f"  Sign in as:            {WHO_SIGNS_IN} (her code comes to the mailbox)\n"
        f"  Their mail and texts:  {address}/mailbox/\n"
        f"  To end:                Ctrl-C\n",
        flush=True,
    )


def _watch(children: Children) -> None:
    while True:
        children.refuse_if_one_ended()
        time.sleep(0.5)
