"""The product's own settings, with a data folder and a password hasher for tests."""

from __future__ import annotations

import os
from pathlib import Path

if "MINGZHANG_DATA" not in os.environ:
    os.environ["MINGZHANG_DATA"] = str(Path(__file__).parent.parent / "build" / "test-data")

from mingzhang.config.settings import *  # noqa: E402, F403, TID251

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 is slow on purpose
