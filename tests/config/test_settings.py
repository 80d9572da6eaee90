"""Production refuses to start unsafe, in a sentence. Each case is a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import environ
import pytest
from django.core.exceptions import ImproperlyConfigured

from config.refusals import refuse_half_a_provider

BASE = Path(__file__).resolve().parent.parent.parent
SAFE = {
    "SECRET_KEY": "s" * 50,
    "LINK_KEY": "l" * 50,
    "ALLOWED_HOSTS": "surgeries.example.org",
    "SITE_URL": "https://surgeries.example.org",
    "DATABASE_URL": "postgres://u:p@127.0.0.1:1/surgeries",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp://127.0.0.1:1",
}


def start(**changes):
    """Load the settings in a clean environment; a value of None leaves a name out."""
    wanted = {"PATH": os.environ["PATH"], **SAFE, **changes}
    env = {name: value for name, value in wanted.items() if value is not None}
    show = "from config import settings as s; print(s.SESSION_COOKIE_NAME, s.DEBUG, s.LOCAL)"
    return subprocess.run(
        [sys.executable, "-c", show], cwd=BASE, env=env, capture_output=True, text=True, check=False
    )


def test_production_starts_with_safe_settings():
    answer = start()

    assert (answer.returncode, answer.stdout) == (0, "__Host-session False False\n"), answer.stderr


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is missing."),
        ({"SECRET_KEY": "change-me"}, "SECRET_KEY is still the one of the example."),
        ({"SECRET_KEY": "s" * 49}, "SECRET_KEY is shorter than 50 characters"),
        ({"LINK_KEY": None}, "LINK_KEY is missing."),
        ({"LINK_KEY": "change-me"}, "LINK_KEY is still the one of the example."),
        ({"LINK_KEY": "l" * 49}, "LINK_KEY is shorter than 50 characters"),
        ({"LINK_KEY": "s" * 50}, "SECRET_KEY and LINK_KEY are the same."),
        ({"SECRET_KEY_FALLBACKS": "change-me"}, "SECRET_KEY_FALLBACKS is still the one of"),
        ({"SECRET_KEY_FALLBACKS": "f" * 50 + ",f"}, "SECRET_KEY_FALLBACKS is shorter than 50"),
        ({"SITE_URL": "http://surgeries.example.org"}, "SITE_URL does not begin with https://"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS is missing or allows every name."),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS is missing or allows every name."),
        ({"DEBUG": "true"}, "DEBUG is on, which shows private data to strangers."),
        ({"MAILBOX_DIR": "/var/mail"}, "MAILBOX_DIR is set, which shows everybody's mail"),
    ],
)
def test_production_refuses_to_start_unsafe(changes, sentence):
    answer = start(**changes)

    assert answer.returncode == 1
    assert f"ImproperlyConfigured: {sentence}" in answer.stderr


HTTP = {
    "TEXTS_BY": "http",
    "TEXTS_URL": "https://texts.example.org/send",
    "TEXTS_TOKEN": "a-token",
    "TEXTS_FROM": "+447900123456",
    "TEXTS_SECRET": "t" * 50,
}
TWILIO = {
    "TEXTS_BY": "twilio",
    "TEXTS_ACCOUNT": "AC" + "0a" * 16,
    "TEXTS_TOKEN": "a-token",
    "TEXTS_FROM": "+447900123456",
}


@pytest.mark.parametrize("texts", [HTTP, TWILIO, {**HTTP, "BOUNCES_SECRET": "b" * 50}])
def test_production_starts_with_a_provider_of_texts(texts):
    answer = start(**texts)

    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ({"TEXTS_BY": "pigeon"}, "TEXTS_BY is 'pigeon', and we know no such way"),
        (HTTP | {"TEXTS_URL": None}, "TEXTS_URL does not begin with https://"),
        (HTTP | {"TEXTS_URL": "http://texts.example.org"}, "TEXTS_URL does not begin with"),
        (HTTP | {"TEXTS_TOKEN": None}, "TEXTS_BY is http, and TEXTS_TOKEN is missing."),
        (HTTP | {"TEXTS_FROM": None}, "TEXTS_BY is http, and TEXTS_FROM is missing."),
        (HTTP | {"TEXTS_SECRET": None}, "TEXTS_SECRET is missing."),
        (HTTP | {"TEXTS_SECRET": "t" * 49}, "TEXTS_SECRET is shorter than 50 characters"),
        (TWILIO | {"TEXTS_ACCOUNT": None}, "TEXTS_BY is twilio, and TEXTS_ACCOUNT is not an"),
        (TWILIO | {"TEXTS_ACCOUNT": "SK1"}, "TEXTS_BY is twilio, and TEXTS_ACCOUNT is not an"),
        (TWILIO | {"TEXTS_TOKEN": None}, "TEXTS_BY is twilio, and TEXTS_TOKEN is missing."),
        (TWILIO | {"TEXTS_URL": "http://x.example"}, "TEXTS_URL does not begin with https://"),
        ({"BOUNCES_SECRET": "b" * 49}, "BOUNCES_SECRET is shorter than 50 characters"),
    ],
)
def test_production_refuses_half_a_provider(texts, sentence):
    answer = start(**texts)

    assert answer.returncode == 1
    assert f"ImproperlyConfigured: {sentence}" in answer.stderr


def test_production_refuses_twilio_without_its_library(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(ImproperlyConfigured, match="its library is not installed"):
        refuse_half_a_provider(
            texts_by="twilio",
            url="https://api.twilio.com",
            account=TWILIO["TEXTS_ACCOUNT"],
            token="a-token",
            sender="+447900123456",
            secret="",
            bounces_secret="",
        )


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SITE_URL"])
def test_production_names_a_missing_setting(name):
    answer = start(**{name: None})

    assert answer.returncode == 1
    assert f"ImproperlyConfigured: Set the {name} environment variable" in answer.stderr


def test_the_example_names_every_setting_that_is_read():
    read = set()

    class Recording(environ.Env):
        def get_value(self, var, *args, **kwargs):
            read.add(var)
            return super().get_value(var, *args, **kwargs)

    source = (BASE / "config/settings.py").read_text()
    exec(  # noqa: S102 - our own file, run once more to see what it reads
        compile(source.replace("environ.Env()", "Recording()"), "settings", "exec"),
        {"Recording": Recording, "__file__": str(BASE / "config/settings.py")},
    )
    lines = (BASE / ".env.example").read_text().splitlines()
    documented = {line.lstrip("#").split("=")[0] for line in lines if "=" in line}
    assert read - documented == set()


def test_the_example_is_refused_as_it_stands():
    lines = (BASE / ".env.example").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")

    assert "SECRET_KEY is still the one of the example." in start(**example).stderr
