"""What gunicorn serves in the bench: all of ours, and the bare views beside it."""

from django.conf import settings

from config.wsgi import application

settings.ROOT_URLCONF = "bench.bare"
__all__ = ["application"]
