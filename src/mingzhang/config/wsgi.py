"""The WSGI application that `mingzhang serve` runs; any other WSGI server may run it too."""

import os

from django.core.wsgi import get_wsgi_application

from mingzhang.core.processes import die_with

if parent := os.environ.get("MINGZHANG_SERVE_PROCESS"):
    die_with(int(parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingzhang.config.settings")
os.environ.setdefault("MINGZHANG_POOL_SIZE", "8")
application = get_wsgi_application()
