"""The WSGI application that `mingzhang serve` runs; any other WSGI server may run it too."""

import gc
import os
from itertools import count

from django.core.signals import request_finished
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from mingzhang.core.processes import die_with

# A page makes some ten thousand objects and drops them again. Python's default would look through them for cycles
# dozens of times while the page is made; looking through very many at once would make somebody wait. So what a page
# left is looked through after it was answered, what several left now and then, and everything once in a long while.
OBJECTS_BETWEEN_COLLECTIONS = 50_000
PAGES_BETWEEN_COLLECTIONS = ((2_000, 2), (50, 1), (1, 0))  # with the generation, as `gc.collect` counts them


def settle() -> None:
    """Load every page now, not with the first request, and leave what was loaded out of all later collections."""
    list(get_resolver().url_patterns)
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 10, 10)
    request_finished.connect(tidy)


_answered = count(1)


def tidy(**_signal: object) -> None:
    """Look through what the pages left."""
    answered = next(_answered)
    gc.collect(next(oldest for pages, oldest in PAGES_BETWEEN_COLLECTIONS if answered % pages == 0))


if parent := os.environ.get("MINGZHANG_SERVE_PROCESS"):
    die_with(int(parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingzhang.config.settings")
os.environ.setdefault("MINGZHANG_POOL_SIZE", "8")
application = get_wsgi_application()
settle()
