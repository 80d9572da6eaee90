"""Every setting, in one file, from the environment. `.env.example` explains each name.

LOCAL is set by `make run` and by the tests, never in production. Without it this file
refuses to start with a missing or default secret.
"""

from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF

from config.refusals import refuse_half_a_provider, refuse_unsafe_production

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Where this runs -----------------------------------------------------------------------

LOCAL = env.bool("LOCAL", default=False)
DEBUG = env.bool("DEBUG", default=False)
MAILBOX_DIR = env.str("MAILBOX_DIR", default="")
SECRET_KEY = env.str("SECRET_KEY", default="")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
LINK_KEY = env.str("LINK_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
SITE_URL = env.str("SITE_URL").rstrip("/")
HTTPS = SITE_URL.startswith("https://")
if not LOCAL:
    refuse_unsafe_production(
        secret_key=SECRET_KEY,
        secret_key_fallbacks=SECRET_KEY_FALLBACKS,
        link_key=LINK_KEY,
        allowed_hosts=ALLOWED_HOSTS,
        https=HTTPS,
        debug=DEBUG,
        mailbox_dir=MAILBOX_DIR,
    )

PROXY_COUNT = env.int("PROXY_COUNT", default=0 if LOCAL else 1)

# Code ----------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "csp",
    "accounts",
    "surgeries",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.personal_pages.never_kept",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    }
]

# Rows ----------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"].update(
    CONN_MAX_AGE=60,
    CONN_HEALTH_CHECKS=True,
    OPTIONS={
        "connect_timeout": 5,
        **DATABASES["default"].get("OPTIONS", {}),
        # What we said is done is done, whatever the server is set to: a booking, a mail that left.
        # Our statements are short; to compile one would take longer than to run it.
        "options": "-c synchronous_commit=on -c jit=off",
    },
)

# Redis ---------------------------------------------------------------------------------

REDIS_URL = env.str("REDIS_URL")
# A page waits this long for the cache; once that is away, nobody rings the doorbell either.
REDIS_PATIENCE = 0.2  # seconds
CACHES = {
    "default": {
        "BACKEND": "config.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "surgeries",
        "OPTIONS": {"socket_timeout": REDIS_PATIENCE, "socket_connect_timeout": REDIS_PATIENCE},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for Redis for as long as it takes
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": REDIS_PATIENCE,
    "socket_connect_timeout": REDIS_PATIENCE,
    "retry_on_timeout": False,
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
# A worker puts these in place of the publisher's options: see config/celery.py.
WORKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = 2
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULER = "config.beat.Watch"
# Only ticks that may run twice. None of them expires: that would ask the worker's clock.
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "surgeries.tasks.tick",
        "schedule": 15.0,
    },
    "nightly": {
        "task": "surgeries.tasks.nightly",
        "schedule": crontab(hour="3", minute="0"),
    },
    "promises": {
        "task": "surgeries.tasks.promises",
        "schedule": crontab(hour="3", minute="30"),
    },
    "figures": {
        "task": "surgeries.tasks.figures",
        "schedule": 600.0,
    },
}

# Mail ----------------------------------------------------------------------------------

globals().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="surgeries@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# How long a worker may hold a message: before the first byte, and while it is being sent.
# The second must outlast the longest wait for a mail server's answer.
OUTBOX_CLAIM_SECONDS = env.int("OUTBOX_CLAIM_SECONDS", default=120)
OUTBOX_SENDING_SECONDS = env.int("OUTBOX_SENDING_SECONDS", default=900)

# Texts: none without a provider ("http" or "twilio"); then only to these countries, and never
# more than this in a month over all series.
TEXTS_BY = env.str("TEXTS_BY", default="")
TEXTS_URL = env.str("TEXTS_URL", default="https://api.twilio.com" if TEXTS_BY == "twilio" else "")
TEXTS_ACCOUNT = env.str("TEXTS_ACCOUNT", default="")
TEXTS_TOKEN = env.str("TEXTS_TOKEN", default="")
TEXTS_FROM = env.str("TEXTS_FROM", default="")
TEXTS_SECRET = env.str("TEXTS_SECRET", default="")
TEXTS_TO = tuple(env.list("TEXTS_TO", default=["GB"]))
TEXTS_A_MONTH = env.int("TEXTS_A_MONTH", default=1000)
TEXTS_TIMEOUT = 30
# Signs what a mail provider tells us of mail that came back.
BOUNCES_SECRET = env.str("BOUNCES_SECRET", default="")
if not LOCAL:
    refuse_half_a_provider(
        texts_by=TEXTS_BY,
        url=TEXTS_URL,
        account=TEXTS_ACCOUNT,
        token=TEXTS_TOKEN,
        sender=TEXTS_FROM,
        secret=TEXTS_SECRET,
        bounces_secret=BOUNCES_SECRET,
    )

# People --------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS: list[dict] = []  # nobody has a password: a code comes by email
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "series_list"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION = "none"  # every sign-in proves the address: see accounts/sign_in.py
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Ten codes a day, three tries at each: guessing one of a million takes some 90 years.
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,3/m/key,10/d/key"}
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ALLAUTH_TRUSTED_PROXY_COUNT = PROXY_COUNT

# An organiser stays signed in on her own phone for 90 days.
SESSION_COOKIE_AGE = 90 * 24 * 60 * 60
SESSION_COOKIE_SAMESITE = "Lax"

# Words and times -----------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Europe/London")
PHONENUMBER_DEFAULT_REGION = "GB"

# Static files --------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_AUTOREFRESH = LOCAL
WHITENOISE_USE_FINDERS = LOCAL
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# What browsers are told ----------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list] = {
    feature: []
    for feature in (
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "payment",
        "usb",
    )
}
X_FRAME_OPTIONS = "DENY"
# no-referrer would break the CSRF check on HTTPS.
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
CSRF_COOKIE_HTTPONLY = False
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz(/outbox)?$", r"^readyz$"]
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Logs: to stdout, and never the path of a secret link or a row of the database ------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"mask_secret_links": {"()": "config.logs.MaskSecretLinks"}},
    "formatters": {
        "line": {
            "()": "config.logs.WithoutRows",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "line",
            "filters": ["mask_secret_links"],
        }
    },
    "root": {"handlers": ["stdout"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": ["stdout"], "propagate": False},
        # Robots ask for any name; each would leave a traceback.
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
    },
}
