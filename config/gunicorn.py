"""The web server, here and in production: a few threads with persistent connections.

There is no access log: it would write down the secret links that people open.
"""

import os

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
timeout = 30
graceful_timeout = 2
accesslog = None
loglevel = "warning"
reload = bool(os.environ.get("DEBUG"))
# Loaded once and shared by the processes; a reload needs each to load for itself.
preload_app = not reload
# Its file would lie in the home folder, outside of the project.
control_socket_disable = True
