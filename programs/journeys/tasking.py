"""Tasks of channel managers: ticked off."""

from __future__ import annotations

from django.utils import timezone

from people.models import User
from programs.journeys.models import ManagerTask


def finish(*, task: ManagerTask, by: User) -> bool:
    """The task is done; True when this call is what made it so. Whoever was first stays noted."""
    now = timezone.now()
    return bool(ManagerTask.objects.filter(pk=task.pk, done_at=None).update(done_at=now, done_by=by))
