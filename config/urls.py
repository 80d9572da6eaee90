"""The signpost: which part of the house answers which address."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("healthz/outbox", health.healthz_outbox, name="healthz_outbox"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("accounts.urls")),
    path("backoffice/", admin.site.urls),
    path("", include("surgeries.urls")),
]
if settings.MAILBOX_DIR:
    urlpatterns.insert(0, path("mailbox/", include("config.local.urls")))
