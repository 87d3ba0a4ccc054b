"""Every setting, each from the environment with a default; `.env.example` lists them.

Here is what makes the site and lets people in; what has a room of its own is read in from there.
"""

from datetime import timedelta
from ipaddress import ip_network

from csp.constants import NONE, SELF

from people.roles import read_roles
from prm.env import BASE_DIR, env, secret
from prm.settings.mail import *  # noqa: F403
from prm.settings.organisation import *  # noqa: F403
from prm.settings.rest import *  # noqa: F403
from prm.settings.storage import *  # noqa: F403
from prm.settings.workers import *  # noqa: F403

DEBUG = env.bool("PRM_DEBUG", default=False)
SECRET_KEY = secret("PRM_SECRET_KEY", debug=DEBUG, stand_in="only-for-development-" + "x" * 40)
ALLOWED_HOSTS = env.list("PRM_ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("PRM_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "pgtrigger",
    "pghistory",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "heroicons",
    "rest_framework",
    "rest_framework_api_key",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_results",
    "django_celery_beat",
    "django_prometheus",
    "django_structlog",
    "csp",
    "prm.apps.PrmConfig",
    "people.apps.PeopleConfig",
    "partners.apps.PartnersConfig",
    "segments.apps.SegmentsConfig",
    "programs.apps.ProgramsConfig",
    "insights.apps.InsightsConfig",
    "integrations.apps.IntegrationsConfig",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "people.sending.middleware.ShownAgainMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "people.sessions.middleware.SignedInMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "people.sending.middleware.SendingMiddleware",
    "prm.logs.LoggedRequests",
    "prm.api.middleware.ApiMiddleware",
    "integrations.idempotency.IdempotencyMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "prm.urls"
WSGI_APPLICATION = "prm.wsgi.application"

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
                "prm.context.organisation",
            ],
            "builtins": ["prm.templatetags.icons"],
        },
    },
]

# --- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 10}  # type: ignore[assignment]
AUTH_PASSWORD_VALIDATORS.append({"NAME": "people.passwords.GuessableHereValidator"})
LOGIN_URL = "account_login"
CSRF_FAILURE_VIEW = "people.sending.keeping.refused"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "prm.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"  # nobody signs up: an invitation link proves the address
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # the subjects name the organisation themselves
SESSION_HOURS = env.int("PRM_SESSION_HOURS", default=12)
"""How long a sign-in lasts, whatever happens."""
SESSION_IDLE_MINUTES = env.int("PRM_SESSION_IDLE_MINUTES", default=120)
"""How long it lasts when nobody uses it."""
SESSION_COOKIE_AGE = int(timedelta(hours=SESSION_HOURS).total_seconds())
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=env.int("PRM_RESET_HOURS", default=4)).total_seconds())
"""How long a link to choose a new password works; it works once."""
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("PRM_BEHIND_PROXY", default=False) else 0
"""Whom sign-in throttling counts: behind a proxy, the last address in X-Forwarded-For."""

# A second factor: an authenticator app or a passkey, and recovery codes.
MFA_ADAPTER = "prm.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an invitation proved the address; nobody signs up
MFA_ROLES = read_roles(env.list("PRM_MFA_ROLES", default=[]))
"""The roles that must have one."""

# Single sign-on with the organisation's own OpenID Connect provider.
OIDC_ISSUER = env.str("PRM_OIDC_ISSUER", default="")
OIDC_NAME = env.str("PRM_OIDC_NAME", default="single sign-on")
SOCIALACCOUNT_ADAPTER = "prm.accounts.SingleSignOnAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form may be sent to this site alone (form-action), and this leads to another
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": OIDC_NAME,
                "client_id": env.str("PRM_OIDC_CLIENT_ID", default=""),
                "secret": env.str("PRM_OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": OIDC_ISSUER.rstrip("/")},
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}

# --- static files -----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# --- safety in the browser --------------------------------------------------------------------------------------------
HTTPS = env.bool("PRM_HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^api/"]  # a machine that forgot the s is told so, not led on
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("PRM_BEHIND_PROXY", default=False) else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True  # pages carry the token themselves
if HTTPS:  # the prefix has the browser refuse a cookie of that name that another host or plain http would set
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}

# --- webhooks ---------------------------------------------------------------------------------------------------------
WEBHOOK_HTTP = env.bool("PRM_WEBHOOK_HTTP", default=False)
"""Whether webhooks may go to http:// addresses too: for development."""
WEBHOOK_NETWORKS = [ip_network(text.strip()) for text in env.list("PRM_WEBHOOK_NETWORKS", default=[])]
"""Networks that are not public and may be called all the same, such as 10.1.0.0/16; none by default."""

# --- what is kept how long: days; 0: for ever -------------------------------------------------------------------------
KEEP_DAYS = {
    "activity": env.int("PRM_KEEP_ACTIVITY_DAYS", default=1095),
    "deliveries": env.int("PRM_KEEP_DELIVERIES_DAYS", default=30),
    "events": env.int("PRM_KEEP_EVENTS_DAYS", default=30),
    "import_files": env.int("PRM_KEEP_IMPORT_FILES_DAYS", default=90),
    "answers": max(1, env.int("PRM_KEEP_ANSWERS_DAYS", default=1)),
    "runs": env.int("PRM_KEEP_RUNS_DAYS", default=90),
    "audit": env.int("PRM_KEEP_AUDIT_DAYS", default=0),
}
"""By kind, as `prm.forgetting` has them."""

# --- logs -------------------------------------------------------------------------------------------------------------
DJANGO_STRUCTLOG_CELERY_ENABLED = True
"""A worker's lines have the id of the task, and of the request that asked for it."""
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "prm.logs.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("PRM_LOG_LEVEL", default="INFO")},
}
