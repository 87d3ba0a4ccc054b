"""Every setting, each from the environment with a default; `.env.example` lists them."""

from datetime import timedelta
from ipaddress import ip_network

from celery.schedules import crontab
from csp.constants import NONE, SELF

from people.roles import read_roles
from prm.env import BASE_DIR, cache_url, env, secret, service_url
from programs.messages.quiet import parse_hours

DEBUG = env.bool("PRM_DEBUG", default=False)
SECRET_KEY = secret("PRM_SECRET_KEY", debug=DEBUG, stand_in="only-for-development-" + "x" * 40)
ALLOWED_HOSTS = env.list("PRM_ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("PRM_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("PRM_SITE_URL", default="http://127.0.0.1:8000")
"""Where people reach the product; links in mail start with it."""
ORGANISATION_NAME = env.str("PRM_ORGANISATION_NAME", default="Northwind Systems")
"""The vendor's name, as partners read it."""

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
    "django_structlog.middlewares.RequestMiddleware",
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
            "builtins": ["heroicons.templatetags.heroicons"],
        },
    },
]

# --- storage and broker -----------------------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **env.db_url_config(service_url("DATABASE_URL")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = service_url("REDIS_URL")
REDIS_CACHE_URL = cache_url(REDIS_URL)
"""The same server as kombu and redis-py each spell it."""
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_CACHE_URL,
    }
}
MEDIA_ROOT = env.str("PRM_MEDIA_ROOT", default=str(BASE_DIR / ".state" / "media"))
CERTIFICATE_FONT = env.str("PRM_CERTIFICATE_FONT", default="")
"""A TrueType file that certificates are set in, for names in other than Latin letters; empty: Vera, which is at hand."""
MEDIA_URL = "/media/"  # nothing is served from here: files leave through views that check who asks

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

# --- insights ---------------------------------------------------------------------------------------------------------
MARGIN = env.float("PRM_MARGIN", default=100.0) / 100
"""The share of won revenue, in per cent, that counts as return on incentives; 100: revenue itself."""

# --- language and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("PRM_TIME_ZONE", default="UTC")
"""The organisation's zone: a date in a rule means its local day."""
YEAR_START_MONTH = env.int("PRM_YEAR_START_MONTH", default=1)
"""The month in which the organisation's fiscal year begins: calendar quarters and years in rules count from it."""

# --- static files and mail --------------------------------------------------------------------------------------------
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
EMAIL_CONFIG = env.email_url_config(env.str("PRM_EMAIL_URL", default="consolemail://"))
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = env.int("PRM_EMAIL_TIMEOUT", default=20)
"""Seconds that any one answer of the mail server is waited for."""
QUIET_HOURS = parse_hours(env.str("PRM_QUIET_HOURS", default="20-8"))
"""The hours, by the clock of whoever is written to, in which no mail leaves that is not essential."""
TELL_OF_OFFERS = env.bool("PRM_TELL_OF_OFFERS", default=True)
"""Whether partners' people are told each morning what came on offer to their company the day before."""
BOUNCE_ADDRESS = env.str("PRM_BOUNCE_ADDRESS", default="")
"""Where mail comes back to; each mail has it with a mark of its own ("bounces+…@"), so that the mailbox takes such names."""
RETURNED_MAIL_URL = env.str("PRM_RETURNED_MAIL_URL", default="")
"""The mailbox behind it, imaps://user:password@host/INBOX, read every five minutes; empty: `manage.py read_returned_mail`."""
DEFAULT_FROM_EMAIL = env.str("PRM_FROM_EMAIL", default="partners@example.com")

# --- safety in the browser --------------------------------------------------------------------------------------------
HTTPS = env.bool("PRM_HTTPS", default=not DEBUG)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
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

# --- REST -------------------------------------------------------------------------------------------------------------
API_RATE = env.int("PRM_API_RATE", default=3000)
"""Requests a minute for each API key and for each person at the API."""
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "integrations.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["integrations.permissions.ScopeAllows"],
    "DEFAULT_THROTTLE_CLASSES": ["integrations.throttling.PerCaller"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["prm.api.parsers.JsonBody"],
    "DEFAULT_METADATA_CLASS": None,  # the schema describes the API; OPTIONS does not do so a second time
    "DEFAULT_PAGINATION_CLASS": "prm.paging.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "prm.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Partner segmentation API",
    "DESCRIPTION": "Records in, segments out: push partners, customers and deals, pull members, follow changes.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["prm.api.schema.only_the_api"],
    "POSTPROCESSING_HOOKS": ["prm.api.schema.complete"],
}

METRICS_TOKEN = env.str("PRM_METRICS_TOKEN", default="")
"""What Prometheus sends as `Authorization: Bearer …` to read /metrics; empty: administrators only."""

# --- Celery -----------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = "django-db"
CELERY_RESULT_EXTENDED = True
CELERY_RESULT_EXPIRES = timedelta(days=7)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # workers and beat write the same lines of JSON as the web servers
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TRACK_STARTED = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 6 * 3600,  # above the longest task: a slow run is not handed out twice
    "unacked_restore_interval": 5,  # with these two a task of a killed worker is back within seconds
    "unacked_restore_throttle": 1,
}
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "prm.scheduling:Scheduler"
NIGHTLY_HOUR = env.int("PRM_NIGHTLY_HOUR", default=2)
"""The local hour of the nightly recompute."""
CELERY_BEAT_SCHEDULE = {
    "nightly recompute": {
        "task": "prm.recompute_nightly",
        "schedule": crontab(hour=str(NIGHTLY_HOUR), minute="0"),
    },
    # A programme is on offer for whole local days. The second time makes good a message lost the first time.
    "programmes begin and end": {
        "task": "programs.settle",
        "schedule": crontab(hour="0", minute="0,10"),
    },
    "sweep": {"task": "prm.sweep", "schedule": 60.0},
    "scheduled messages": {"task": "programs.tell_due", "schedule": 60.0, "options": {"expires": 50}},
    "mail that waits": {"task": "programs.send_mail", "schedule": 60.0, "options": {"expires": 50}},
    "journeys": {"task": "programs.walk_journeys", "schedule": 60.0, "options": {"expires": 50}},
    "deal registrations": {
        "task": "partners.expire_registrations",
        "schedule": crontab(hour=str(NIGHTLY_HOUR), minute="30"),
    },
    "reminders of training": {
        "task": "programs.remind",
        "schedule": crontab(minute="25"),
        "options": {"expires": 3000},
    },
    "answers to partners": {"task": "programs.answer", "schedule": 60.0, "options": {"expires": 50}},
    # In the morning of those who are first, and again should that have been lost; quiet hours hold for everybody.
    "news of offers": {"task": "programs.tell_of_offers", "schedule": crontab(hour="6,9", minute="40")},
    "mail that came back": {"task": "programs.read_returned_mail", "schedule": 300.0, "options": {"expires": 280}},
    "goals of joint plans": {
        "task": "programs.keep_plan_finals",
        "schedule": crontab(hour="0", minute="20"),
    },
    "accrue": {"task": "programs.accrue", "schedule": 300.0},
    # The nightly run asks for it as soon as it is done; this makes good a message that was lost.
    "measure": {"task": "insights.measure_when_due", "schedule": 3600.0, "options": {"expires": 3000}},
    "scores of predictions": {"task": "insights.score_all", "schedule": crontab(hour=str(NIGHTLY_HOUR), minute="45")},
    "learn predictions": {"task": "insights.learn_all", "schedule": crontab(day_of_month="1", hour="5", minute="0")},
    "searches that wait": {"task": "insights.resend", "schedule": 600.0, "options": {"expires": 500}},
    "webhooks": {"task": "integrations.tell_webhooks", "schedule": 10.0, "options": {"expires": 9}},
    "forget": {"task": "prm.forget", "schedule": crontab(hour=str(NIGHTLY_HOUR), minute="50")},
}

RECOMPUTE_TASK = "prm.recompute"
"""What runs a requested recompute. It joins segments and programmes, so it lives above both and is named here."""
IMPORT_TASK = "partners.run_import"
FOLLOW_TASK = "prm.follow"
"""What re-evaluates the subjects that changed."""
FOLLOW_MOST = env.int("PRM_FOLLOW_MOST", default=50_000)
"""When more subjects than this changed, the affected segments are worked out for everybody instead."""
SNAPSHOT_DIR = env.str("PRM_SNAPSHOT_DIR", default=str(BASE_DIR / ".state" / "columns"))
"""Where the columns of large populations are kept, mapped into memory by whoever previews."""
SNAPSHOT_ABOVE = env.int("PRM_SNAPSHOT_ABOVE", default=50_000)
"""From so many partners, or customers; 0: never."""
LEASE_SECONDS = env.int("PRM_LEASE_SECONDS", default=30)
"""How long a worker may be silent before another takes its run over."""
FIRST_BUILD_ABOVE = env.int("PRM_FIRST_BUILD_ABOVE", default=5_000)
"""From so many members on, the ledger's lines of a segment's first build are written after the members are published."""
SHARD_TASK = "prm.help_out"
"""What works out shares of a large run."""
SHARD_ABOVE = env.int("PRM_SHARD_ABOVE", default=2_000_000)
"""With more partners and customers than this, a run is spread over the workers."""
SHARDS = env.int("PRM_SHARDS", default=8)
"""Into so many shares."""
WEBHOOK_HTTP = env.bool("PRM_WEBHOOK_HTTP", default=False)
"""Whether webhooks may go to http:// addresses too: for development."""
WEBHOOK_NETWORKS = [ip_network(text.strip()) for text in env.list("PRM_WEBHOOK_NETWORKS", default=[])]
"""Networks that are not public and may be called all the same, such as 10.1.0.0/16; none by default."""
UNDO_TASK = "partners.undo"
BULK_TASK = "partners.run_bulk_change"

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
