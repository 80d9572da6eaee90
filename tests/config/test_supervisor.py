"""`make run`: it answers on loopback only, and nothing is left when it ends, however it ends."""

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from config.local import services

BASE = Path(__file__).resolve().parent.parent.parent
SET_BY_THE_TESTS = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SITE_URL", "LOCAL", "ALLOWED_HOSTS")
RUN = """
import sys
from pathlib import Path
from config.local.__main__ import main
sys.exit(main(["run"], Path(sys.argv[1])))
"""


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    """A var/ of its own, so that a real `make run` beside the tests is left alone."""
    path = tmp_path_factory.mktemp("checkout") / "var"
    path.mkdir()
    yield path
    shutil.rmtree(services.home_for_servers(path))


@pytest.fixture
def run(var):
    """Start the supervisor; ends it with the test."""
    env = {name: value for name, value in os.environ.items() if name not in SET_BY_THE_TESTS}
    started = []

    def start(**changes):
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", RUN, str(var)],
                cwd=BASE,
                env=env | {"PORT": "0"} | changes,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def read_until_greeting(process):
    """Return what it printed until it was ready; fails when it ended instead."""
    printed = ""
    for line in process.stdout:
        printed += line
        if "Ctrl-C" in line:
            return printed
    return pytest.fail(f"The supervisor ended: {printed}")


def parts_of(process):
    """Every process below it, by kind."""
    below = psutil.Process(process.pid).children(recursive=True)
    names = ("postgres", "valkey-server", "gunicorn", "worker", "beat")
    commands = [" ".join(child.cmdline()) for child in below]
    assert [name for name in names if not any(name in command for command in commands)] == []
    return below


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_when_it_ends(run, how):
    process = run()
    address = re.search(r"http://127\.0\.0\.1:\d+", read_until_greeting(process))[0]
    below = parts_of(process)
    with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
        assert answer.status == 200

    process.send_signal(how)

    _, left = psutil.wait_procs(below, timeout=5)
    assert left == []


def test_two_runs_in_one_checkout_are_refused(run):
    first = run()
    printed = read_until_greeting(first)
    address = re.search(r"http://127\.0\.0\.1:\d+", printed)[0]

    second = run()

    assert second.communicate(timeout=20)[0] == f"\nThis checkout is already running: {address}\n"
    assert second.returncode == 1


def test_everything_listens_on_loopback_only(run):
    process = run()
    read_until_greeting(process)

    listening = {
        connection.laddr.ip
        for part in [psutil.Process(process.pid), *parts_of(process)]
        for connection in part.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "surgeries.example.org"])
def test_any_other_address_is_refused(run, host):
    process = run(HOST=host)

    printed, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert printed.startswith(f"\nHOST={host} is refused. This is for your own machine only")


def test_secrets_are_readable_by_us_alone(run, var):
    read_until_greeting(run())

    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in var.glob("*.json")}
    assert modes == {"keys.json": "0o600", "running.json": "0o600"}
