"""The workers: how they are reached, what the clock sends them, and how work is cut up among them."""

from datetime import timedelta

from celery.schedules import crontab

from prm.env import BASE_DIR, env
from prm.settings.organisation import TIME_ZONE
from prm.settings.storage import REDIS_URL

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
    "uptake of programmes": {"task": "programs.tally_uptake", "schedule": 300.0, "options": {"expires": 280}},
    "accrue": {"task": "programs.accrue", "schedule": 300.0},
    # The nightly run asks for it as soon as it is done; this makes good a message that was lost.
    "measure": {"task": "insights.measure_when_due", "schedule": 3600.0, "options": {"expires": 3000}},
    "scores of predictions": {"task": "insights.score_all", "schedule": crontab(hour=str(NIGHTLY_HOUR), minute="45")},
    "fit of prospects": {"task": "insights.recruit", "schedule": crontab(hour=str(NIGHTLY_HOUR), minute="45")},
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
"""From so many members on, of one segment or of smaller ones together, the ledger's lines of first builds are written after
the members are published."""
SHARD_TASK = "prm.help_out"
"""What works out shares of a large run."""
SHARD_ABOVE = env.int("PRM_SHARD_ABOVE", default=2_000_000)
"""With more partners and customers than this, a run is spread over the workers."""
SHARDS = env.int("PRM_SHARDS", default=8)
"""Into so many shares."""
UNDO_TASK = "partners.undo"
BULK_TASK = "partners.run_bulk_change"
