"""What a watcher may ask: is the process up, does every part work, does mail leave in time?"""

from collections.abc import Callable
from datetime import timedelta

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from surgeries.clock import database_now
from surgeries.models import Heartbeat, Message, PromiseCheck
from surgeries.states import Heart

IS_SILENT_AFTER = timedelta(minutes=2)  # a sign of life comes every 15 seconds
MAIL_IS_LATE_AFTER = timedelta(minutes=5)
PROMISES_ARE_LOOKED_AT_WITHIN = timedelta(days=2)  # it is done every night


class NotOk(Exception):
    """A part that does not work; says what is wrong."""


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process can answer at all; and tell what /readyz tells."""
    _ok, report = _ask(CHECKS)
    return JsonResponse({"process": "ok", **report})


@require_safe
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when every part works, else 503; says of each what it found."""
    return _answer(CHECKS)


@require_safe
@login_not_required
def healthz_outbox(request: HttpRequest) -> JsonResponse:
    """Answer 200 while messages leave in time, else 503; for an alarm of its own (P9)."""
    return _answer({"outbox": CHECKS["outbox"]})


# What is asked. Each returns what there is to say when all is well, "" for nothing; else NotOk.


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _redis() -> str:
    patience = settings.REDIS_PATIENCE
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=patience, socket_connect_timeout=patience
    )
    with client:
        client.ping()
    return ""


def _beat() -> str:
    return _alive(Heart.BEAT)


def _worker() -> str:
    return _alive(Heart.WORKER)


def _alive(name: Heart) -> str:
    silence = Heartbeat.objects.silence_of(name, database_now())
    if silence is None:
        raise NotOk("no sign of life yet")
    if silence > IS_SILENT_AFTER:
        raise NotOk(f"no sign of life for {_seconds(silence)}")
    return ""


def _outbox() -> str:
    now = database_now()
    since = Message.objects.oldest_due(now)
    if since is None:
        return "nothing is due"
    said = f"the oldest message has been due for {_seconds(now - since)}"
    if now - since > MAIL_IS_LATE_AFTER:
        raise NotOk(said)
    return said


def _promises() -> str:
    latest = PromiseCheck.objects.first()
    if latest is None:
        return "the first night is still to come"
    if latest.broken:
        raise NotOk(f"{len(latest.broken)} broken, see check_promises")
    if database_now() - latest.checked_at > PROMISES_ARE_LOOKED_AT_WITHIN:
        raise NotOk("nobody has looked for two nights")
    return ""


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "redis": _redis,
    "beat": _beat,
    "worker": _worker,
    "outbox": _outbox,
    "promises": _promises,
}


# How it is told --------------------------------------------------------------------------


def _answer(checks: dict[str, Callable[[], str]]) -> JsonResponse:
    ok, report = _ask(checks)
    return JsonResponse(report, status=200 if ok else 503)


def _ask(checks: dict[str, Callable[[], str]]) -> tuple[bool, dict[str, str]]:
    """Whether all is well, and the word on each."""
    found = {name: _found(check) for name, check in checks.items()}
    return all(ok for ok, _said in found.values()), {
        name: said for name, (_, said) in found.items()
    }


def _found(check: Callable[[], str]) -> tuple[bool, str]:
    try:
        said = check()
    except NotOk as fault:
        return False, f"not ok: {fault}"
    except (DatabaseError, redis.RedisError) as fault:
        return False, f"not ok: {type(fault).__name__}"
    return True, f"ok: {said}" if said else "ok"


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.0f} seconds"
