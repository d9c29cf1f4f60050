"""The addresses of the jobs. They are the installation's: seeing them takes the right over a whole book."""

from __future__ import annotations

from django.urls import reverse

from tests.web.matrix import EVERYBODY, OWN_UNIT, Address, answers

SEEN = answers(**dict.fromkeys((*OWN_UNIT, "outsider", "lu"), 403), admin=200, stranger=200)
NOT_ALLOWED = dict.fromkeys(EVERYBODY, 403)

ADDRESSES = [
    Address("jobs:jobs", lambda office: reverse("jobs:jobs"), SEEN),
    Address(
        "jobs:run",
        lambda office: reverse("jobs:run", args=("jobs.prune",)),
        {**NOT_ALLOWED, "nobody": 302, "admin": 302},
        form=lambda office: {},
    ),
]
