"""`make run`: it answers on loopback only, and nothing is left when it ends, however it ends."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
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


class Supervisor:
    """A `make run` in a process of its own; what it prints goes to a file."""

    def __init__(self, var, env):
        self.output = var / f"output-{time.time_ns()}"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", RUN, str(var)],
                cwd=BASE,
                env=env,
                stdout=output,
                stderr=output,
            )

    def printed(self) -> str:
        return self.output.read_text()

    def greeting(self) -> str:
        """Return what it printed until it was ready; fails when it ended instead."""
        give_up = time.monotonic() + 120
        while "Ctrl-C" not in self.printed():
            if self.process.poll() is not None or time.monotonic() > give_up:
                pytest.fail(f"The supervisor did not start: {self.printed()}")
            time.sleep(0.1)
        return self.printed()

    def address(self) -> str:
        return re.search(r"http://127\.0\.0\.1:\d+", self.greeting())[0]

    def parts(self) -> list[psutil.Process]:
        """Every process below it; fails when a kind is missing."""
        below = psutil.Process(self.process.pid).children(recursive=True)
        kinds = ("postgres", "valkey-server", "gunicorn", "worker", "beat")
        commands = [" ".join(child.cmdline()) for child in below]
        missing = [kind for kind in kinds if not any(kind in command for command in commands)]
        assert missing == []
        return below


@pytest.fixture
def run(var):
    """Start a supervisor; the test's end ends it and whatever it left."""
    env = {name: value for name, value in os.environ.items() if name not in SET_BY_THE_TESTS}
    started = []

    def start(**changes):
        started.append(Supervisor(var, env | {"PORT": "0", "DEMO": "no"} | changes))
        return started[-1]

    yield start
    for supervisor in started:
        if supervisor.process.poll() is None:
            supervisor.process.terminate()
            supervisor.process.wait(60)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_when_it_ends(run, how):
    supervisor = run()
    address = supervisor.address()
    below = supervisor.parts()
    with urllib.request.urlopen(f"{address}/healthz", timeout=60) as answer:
        assert answer.status == 200

    supervisor.process.send_signal(how)

    _, left = psutil.wait_procs(below, timeout=30)
    for process in left:
        process.kill()
    assert left == []


def test_it_listens_on_loopback_only_keeps_its_secrets_and_refuses_a_second_run(run, var):
    first = run()
    address = first.address()

    listening = {
        connection.laddr.ip
        for process in [psutil.Process(first.process.pid), *first.parts()]
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in var.glob("*.json")}
    second = run()

    assert listening == {"127.0.0.1"}
    assert modes == {"keys.json": "0o600", "running.json": "0o600"}
    assert second.process.wait(60) == 1
    assert second.printed() == f"\nThis checkout is already running: {address}\n"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "surgeries.example.org"])
def test_any_other_address_is_refused(run, host):
    supervisor = run(HOST=host)

    assert supervisor.process.wait(60) == 1
    assert supervisor.printed().startswith(f"\nHOST={host} is refused.")
