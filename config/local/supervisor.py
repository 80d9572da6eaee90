"""`make run`: web, worker, beat and mail in one terminal, and nothing left when it ends."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from config.local import environment, processes
from config.local.environment import Refusal
from config.local.smtp import Folder

PREFERRED_PORT = 8000
WHO_SIGNS_IN = "olu@example.org"
# In a container everybody is root; Celery's long warning about it helps nobody here.
QUIETLY = ["-W", "ignore:You're running the worker with superuser"]
CELERY = [sys.executable, *QUIETLY, "-m", "celery", "--quiet", "-A", "config"]


def run(var: Path) -> None:
    """Run everything until a signal comes or a part ends; raises Refusal when it may not."""
    environment.refuse_other_addresses(dict(os.environ))
    _end_on_signals()
    with environment.held(var):
        _end_what_a_killed_run_left(var)
        print("Starting PostgreSQL and Valkey ...", flush=True)
        with environment.servers(var) as local:
            port = processes.free_port(int(os.environ.get("PORT", PREFERRED_PORT)))
            mail_port = processes.free_port()
            local["SITE_URL"] = f"http://127.0.0.1:{port}"
            local["EMAIL_URL"] = f"smtp://127.0.0.1:{mail_port}"
            env = _clean(os.environ) | local
            subprocess.run([sys.executable, "-m", "config.local.prepare"], env=env, check=True)
            with _children(port, env, var) as children, Folder(var / "mail").listening(mail_port):
                _announce(var, local, children)
                _wait_for_first_page(local["SITE_URL"], children)
                _greet(local["SITE_URL"])
                _watch(children)


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


@contextmanager
def _children(port: int, env: dict[str, str], var: Path) -> Iterator[dict[str, subprocess.Popen]]:
    """Run web, worker and beat while the block runs; all are asked to end at once."""
    schedule = var / "beat-schedule"
    commands = {
        "web": [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"],
        "worker": [*CELERY, "worker", "-l", "WARNING", "--without-gossip", "--without-mingle"],
        "beat": [*CELERY, "beat", "-l", "WARNING", "--schedule", str(schedule)],
    }
    env = env | {"PORT": str(port)}
    started: dict[str, subprocess.Popen] = {}
    try:
        for name, command in commands.items():
            started[name] = processes.start(command, dies_by=signal.SIGKILL, env=env)
        yield started
    finally:
        for name, process in started.items():
            if process.poll() is None:
                process.send_signal(_ends_by(name))
        for process in started.values():
            processes.stop(process, by=None, patience=2)


def _ends_by(name: str) -> signal.Signals:
    """A worker ends at once by QUIT: its tasks are acknowledged late, so none is lost."""
    return signal.SIGQUIT if name == "worker" else signal.SIGTERM


def _announce(var: Path, local: dict[str, str], children: dict[str, subprocess.Popen]) -> None:
    pids = ",".join(str(process.pid) for process in children.values())
    environment.announce(var, local | {"PIDS": pids})


def _end_what_a_killed_run_left(var: Path) -> None:
    """End children of a run that was killed where no parent's death is told to them."""
    for pid in filter(None, environment.running(var).get("PIDS", "").split(",")):
        try:
            left = psutil.Process(int(pid))
            if "config" in " ".join(left.cmdline()) and left.cwd() == str(var.parent):
                left.kill()
        except psutil.Error:
            continue


def _wait_for_first_page(address: str, children: dict[str, subprocess.Popen]) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        _refuse_if_one_ended(children)
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2):  # noqa: S310 - loopback
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise Refusal("The web server did not answer within a minute.")


def _greet(address: str) -> None:
    print(
        f"\n  Surgeries is running:  {address}/\n"
        f"  Sign in as:            {WHO_SIGNS_IN} (her code comes to the mailbox)\n"
        f"  Everybody's mail:      {address}/mailbox/\n"
        f"  To end:                Ctrl-C\n",
        flush=True,
    )


def _watch(children: dict[str, subprocess.Popen]) -> None:
    while True:
        _refuse_if_one_ended(children)
        time.sleep(0.5)


def _refuse_if_one_ended(children: dict[str, subprocess.Popen]) -> None:
    for name, process in children.items():
        if process.poll() is not None:
            raise Refusal(f"The {name} ended by itself ({process.returncode}). See above.")
