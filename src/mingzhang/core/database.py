"""Where the data is and how the database is reached."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict


def data_folder() -> Path:
    """The folder that holds everything this installation keeps."""
    return Path(os.environ.get("MINGZHANG_DATA") or Path.home() / ".local" / "share" / "mingzhang")


def secret_key() -> str:
    """The signing key of this installation, made once."""
    return secrets.token_urlsafe(50)


def django_settings() -> dict[str, Any]:
    """Django's DATABASES entry for DATABASE_URL."""
    parts = conninfo_to_dict(os.environ["DATABASE_URL"])
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "mingzhang"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
    }


def ensure() -> None:
    """Start or join the embedded server when no DATABASE_URL is set."""
