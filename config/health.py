"""Two questions a watcher may ask: is the process up, and does its work get done?"""

from collections.abc import Callable
from datetime import timedelta

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from config.celery import HEARTBEAT
from surgeries.models import Message, PromiseCheck
from surgeries.states import MessageState

MAIL_IS_LATE_AFTER = timedelta(minutes=10)
PROMISES_ARE_LOOKED_AT_WITHIN = timedelta(days=2)


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process can answer at all."""
    return JsonResponse({"process": "ok"})


@require_safe
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when everything works, else 503; names each part as ok or not.

    `ticks` fails when beat or every worker is gone, `mail` when a message waits too long,
    `promises` when the last check_promises found one broken, or was two nights ago.
    """
    checks = {
        "database": _database_answers,
        "redis": _redis_answers,
        "ticks": _ticks_come,
        "mail": _mail_is_in_time,
        "promises": _promises_are_kept,
    }
    report = {name: "ok" if _holds(check) else "not ok" for name, check in checks.items()}
    return JsonResponse(report, status=200 if set(report.values()) == {"ok"} else 503)


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (DatabaseError, redis.RedisError):
        return False


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _redis_answers() -> bool:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=0.3, socket_connect_timeout=0.3
    )
    with client:
        return bool(client.ping())


def _ticks_come() -> bool:
    return cache.get(HEARTBEAT) is not None


def _mail_is_in_time() -> bool:
    late = timezone.now() - MAIL_IS_LATE_AFTER
    return not Message.objects.filter(state=MessageState.QUEUED, next_at__lt=late).exists()


def _promises_are_kept() -> bool:
    """Before the first night nothing is known, and nothing is wrong."""
    latest = PromiseCheck.objects.first()
    since = timezone.now() - PROMISES_ARE_LOOKED_AT_WITHIN
    return latest is None or (not latest.broken and latest.checked_at > since)
