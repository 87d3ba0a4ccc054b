"""Where things are kept: the database, the broker and cache, and uploaded files."""

from prm.env import BASE_DIR, cache_url, env, service_url

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
