"""Django settings. What a body may vary comes from the environment; see docs/reference/settings.md."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext

from mingzhang.config import environment
from mingzhang.core import database, language
from mingzhang.organisation.roles import ROLES

PACKAGE = Path(__file__).parent.parent
DATA = database.data_folder()
MEGABYTE = 1 << 20

DEBUG = environment.flag("MINGZHANG_DEBUG", default=False)
SECRET_KEY = environment.text("MINGZHANG_SECRET_KEY", "") or database.secret_key()
SECRET_KEY_FALLBACKS = environment.names("MINGZHANG_OLD_SECRET_KEYS", [])
ALLOWED_HOSTS = environment.names("MINGZHANG_HOSTS", ["127.0.0.1", "localhost", "[::1]"])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "mingzhang.access",  # before allauth: its templates give way to ours
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "axes",
    "procrastinate.contrib.django",
    "mingzhang.audit",
    "mingzhang.packs",
    "mingzhang.organisation",
    "mingzhang.ledger",
    "mingzhang.duties",
    "mingzhang.findings",
    "mingzhang.inspections",
    "mingzhang.figures",
    "mingzhang.reports",
    "mingzhang.notifications",
    "mingzhang.jobs",
    "mingzhang.ui",
    "mingzhang.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mingzhang.web.safety.SafetyMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mingzhang.web.gates.GateMiddleware",
    "mingzhang.access.middleware.SecondStepMiddleware",
    "mingzhang.access.middleware.LastSeenMiddleware",
    "mingzhang.web.refusals.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mingzhang.web.context.layout",
            ],
        },
    }
]

ROOT_URLCONF = "mingzhang.config.urls"
WSGI_APPLICATION = "mingzhang.config.wsgi.application"
LOGIN_URL = "web:sign_in"
LOGIN_REDIRECT_URL = "web:home"
LOGOUT_REDIRECT_URL = "web:sign_in"
CSRF_FAILURE_VIEW = "mingzhang.web.refusals.csrf_failure"

# The server's processes set a pool; a command keeps its one connection.
DATABASES = {
    "default": database.django_settings(
        pool_size=environment.integer("MINGZHANG_POOL_SIZE", 0, least=0, most=100),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What is done in the transaction in which sheets are posted or taken back.
WHEN_POSTED = [
    "mingzhang.duties.actions.fulfilling.recount",
    "mingzhang.duties.actions.following.follow",
    "mingzhang.findings.actions.spawning.spawn",
]
# Where an entry leads that no sheet stands behind, by the code of its kind.
BEHIND_ENTRIES = {
    "duties.tasks": "mingzhang.duties.queries.address_behind",
    "findings.found": "mingzhang.findings.addresses.address_behind",
    "findings.closed": "mingzhang.findings.addresses.address_behind",
    "findings.followed_up": "mingzhang.findings.addresses.address_behind",
    "inspections.drawn": "mingzhang.inspections.addresses.address_behind",
    "inspections.checked": "mingzhang.inspections.addresses.address_behind",
}
# Where it is told what a finding came from that no sheet stands behind.
BEHIND_FINDINGS = ["mingzhang.inspections.addresses.source_of_finding"]
# Where it is told in which visits a finding was looked at again.
VISITS_OF_FINDINGS = ["mingzhang.inspections.addresses.visits_of_finding"]
# Where it is told what came of a sheet.
CAME_OF_SHEETS = ["mingzhang.findings.addresses.address_of_what_came"]

# Kept in each process alone. Parts of pages that are the same for many stand apart, so that they crowd nothing out.
IN_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": IN_MEMORY},
    "template_fragments": {"BACKEND": IN_MEMORY, "LOCATION": "fragments", "OPTIONS": {"MAX_ENTRIES": 2_000}},
}

AUTH_USER_MODEL = "organisation.Person"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Signing in: allauth for second steps, passkeys and the body's own service, axes against guessing. Usernames only;
# nothing is mailed, and nobody signs up.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "mingzhang.access.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # kept in each process alone; axes keeps its count in the database
MFA_ADAPTER = "mingzhang.access.accounts.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # clocks of phones differ
REQUIRE_SECOND_STEP = environment.names("MINGZHANG_REQUIRE_MFA", [], allowed=list(ROLES))
TRUSTED_PROXIES = environment.integer("MINGZHANG_TRUSTED_PROXIES", 0, least=0, most=10)
AXES_FAILURE_LIMIT = environment.integer("MINGZHANG_SIGN_IN_TRIES", 5, least=3, most=100)
AXES_COOLOFF_TIME = timedelta(minutes=environment.integer("MINGZHANG_SIGN_IN_WAIT", 15, least=1, most=24 * 60))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "mingzhang.access.addresses.client_address"
AXES_LOCKOUT_CALLABLE = "mingzhang.access.throttle.locked_out"
AXES_RESET_ON_SUCCESS = AXES_DISABLE_ACCESS_LOG = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = AXES_VERBOSE = AXES_ENABLE_ADMIN = False

OIDC_URL = environment.text("MINGZHANG_OIDC_URL", "")
OIDC_NAME = environment.text("MINGZHANG_OIDC_NAME", "统一登录") if OIDC_URL else ""
OIDC_CLAIM = environment.text("MINGZHANG_OIDC_CLAIM", "preferred_username")
SOCIALACCOUNT_ADAPTER = "mingzhang.access.accounts.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = environment.sign_in_service(OIDC_URL, OIDC_NAME)

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# MINGZHANG_HTTPS says that a proxy in front ends TLS, sets X-Forwarded-Proto itself and passes nobody else's.
HTTPS = environment.flag("MINGZHANG_HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = (
    True  # scripts take the token from the page
)
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
# A browser takes cookies of the first names from this host alone, encrypted.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = ("__Host-session", "__Host-csrf") if HTTPS else ("sessionid", "csrftoken")
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # a browser then offers passkeys on localhost alone
SESSION_COOKIE_AGE = 12 * 60 * 60
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
HSTS_DAYS = environment.integer("MINGZHANG_HSTS_DAYS", 365, least=0, most=730)
SECURE_HSTS_SECONDS = HSTS_DAYS * 24 * 60 * 60 if HTTPS else 0
SECURE_REFERRER_POLICY = SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "base-uri": [NONE],
        # A browser minds this for where a form is redirected, too.
        "form-action": [SELF, *environment.origin(OIDC_URL)],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * MEGABYTE
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a table of 200 rows has thousands
EVIDENCE_MAX_BYTES = 50 * MEGABYTE
REQUEST_MAX_BYTES = 4 * EVIDENCE_MAX_BYTES
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# Collecting hashes and compresses every asset, for a proxy or a long-lived site; otherwise they are served from
# where they lie, and a first start need not wait.
COLLECTED = environment.flag("MINGZHANG_COLLECTED_STATIC", default=False)
STATIC_URL = "static/"
STATIC_ROOT = DATA / "static" if COLLECTED else None
WHITENOISE_USE_FINDERS = not COLLECTED
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA / "media"}},
    "evidence": environment.storage(
        "MINGZHANG_EVIDENCE_STORAGE",
        {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": DATA / "evidence", "base_url": None},
        },
    ),
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if COLLECTED
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

# Reminders that leave the site: where its pages are, and the mail server.
SITE_ADDRESS = environment.text("MINGZHANG_ADDRESS", f"{'https' if HTTPS else 'http'}://{ALLOWED_HOSTS[0]}").rstrip(
    "/"
)
MAIL = environment.mail_server("MINGZHANG_SMTP")
EMAIL_HOST, EMAIL_PORT = MAIL.host, MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_USE_SSL, EMAIL_USE_TLS, EMAIL_TIMEOUT = MAIL.tls == "smtps", MAIL.tls == "starttls", 20
DEFAULT_FROM_EMAIL = environment.text("MINGZHANG_MAIL_FROM", MAIL.user or "mingzhang@localhost")

# A worker that has not been heard of for so long is taken for gone, and its jobs are run again.
JOBS_STALLED_SECONDS = environment.integer("MINGZHANG_JOBS_STALLED_SECONDS", 60, least=3, most=3600)
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""  # the worker names the jobs itself: see jobs.table

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "mingzhang": {"level": "INFO"},
        "axes": {"level": "ERROR"},  # what it warns of is in the log of the book
    },
}

language.use(gettext)  # last: a refusal of a setting above is said without Django
