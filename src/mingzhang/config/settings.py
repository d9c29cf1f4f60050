"""Django settings. What a body may vary comes from the environment; see docs/reference/settings.md."""

from __future__ import annotations

import os
from pathlib import Path

from mingzhang.core import database

DATA = database.data_folder()
DEBUG = False
SECRET_KEY = os.environ.get("MINGZHANG_SECRET_KEY") or database.secret_key()
ALLOWED_HOSTS = os.environ.get("MINGZHANG_HOSTS", "127.0.0.1,localhost,[::1]").split(",")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "mingzhang.audit",
    "mingzhang.packs",
    "mingzhang.organisation",
    "mingzhang.ledger",
    "mingzhang.figures",
    "mingzhang.reports",
    "mingzhang.ui",
    "mingzhang.web",
]

DATABASES = {"default": database.django_settings()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "organisation.Person"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

ROOT_URLCONF = "mingzhang.config.urls"
WSGI_APPLICATION = "mingzhang.config.wsgi.application"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent.parent / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
MEDIA_ROOT = DATA / "media"
