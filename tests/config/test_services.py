"""Where the servers' data lives, and who may go there."""

import os
import shutil
from pathlib import Path

import pytest

from config.local import services


@pytest.fixture
def var(tmp_path):
    path = tmp_path / "var"
    path.mkdir()
    return path


@pytest.fixture
def as_root(monkeypatch, tmp_path):
    """Servers run as another account, as they do for root; here it is ourselves."""
    account = services.Account(os.geteuid(), os.getegid())
    monkeypatch.setattr(services, "server_account", lambda: account)
    monkeypatch.setattr(services, "FOR_ROOT", tmp_path / "for-root")
    services.FOR_ROOT.mkdir()


@pytest.fixture
def as_ourselves(monkeypatch):
    monkeypatch.setattr(services, "server_account", services.Account)


def test_data_lives_below_the_checkout(var, as_ourselves):
    home = services.home_for_servers(var)

    assert home == var / "services"
    assert home.stat().st_mode & 0o777 == 0o700


def test_for_root_data_lives_where_nobody_can_go(var, as_root):
    home = services.home_for_servers(var)

    assert home.parent == services.FOR_ROOT
    assert home.stat().st_mode & 0o777 == 0o710
    assert services.home_for_servers(var) == home


def test_a_new_checkout_at_the_same_place_begins_anew(var, as_root):
    first = services.home_for_servers(var)
    shutil.rmtree(var)
    var.mkdir()

    second = services.home_for_servers(var)

    assert second != first
    assert list(services.FOR_ROOT.iterdir()) == [second]


@pytest.mark.parametrize("mode", [0o777, 0o755, 0o750, 0o720])
def test_a_folder_that_others_may_read_is_refused(var, as_ourselves, mode):
    (var / "services").mkdir()
    (var / "services").chmod(mode)

    with pytest.raises(PermissionError, match="is not ours alone"):
        services.home_for_servers(var)


def test_secrets_are_written_for_our_eyes_only(tmp_path):
    path = tmp_path / "keys.json"
    path.touch(mode=0o644)

    services.write_private(path, "secret")

    assert (path.stat().st_mode & 0o777, path.read_text()) == (0o600, "secret")


def test_folders_of_killed_runs_are_removed_and_others_are_not(tmp_path, monkeypatch):
    monkeypatch.setattr(services.tempfile, "gettempdir", lambda: str(tmp_path))
    gone, ours, strange = (tmp_path / name for name in names())
    for folder in (gone, ours, strange):
        folder.mkdir()

    services._remove_what_killed_runs_left()

    assert sorted(Path(tmp_path).iterdir()) == sorted([ours, strange])


def names():
    return ("surgeries-4194399-x", f"surgeries-{os.getpid()}-x", "surgeries-home-x")
