"""Letting go of what was kept long enough: single activities, and the files of imports. Counts stay where they were noted."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from partners.models import Activity, Import

BATCH = 5_000
DETAIL = (Activity.Kind.SIGN_IN, Activity.Kind.CONTENT_OPENED, Activity.Kind.CONTENT_DOWNLOADED)
"""Kinds of which each single one is detail. Courses, certificates and claims are kept: people refer to them."""


def forget_activity(*, keep: timedelta) -> int:
    """Delete what is older; the partners are looked at again, for a rule may count it. How many."""
    count = 0
    while True:
        old = Activity.objects.filter(kind__in=DETAIL, at__lt=timezone.now() - keep).order_by("pk")
        gone = Activity.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH])).delete()[0]
        count += gone
        if gone < BATCH:
            return count


def forget_import_files(*, keep: timedelta) -> int:
    """Delete the files of imports that ended, and whole imports that were never applied; how many imports.

    What an import did, its counts and first rejects stay to be read.
    """
    before, count = timezone.now() - keep, 0
    ended = Import.objects.filter(status=Import.Status.APPLIED, finished_at__lt=before).exclude(
        file="", rejects_file=""
    )
    left = (Import.Status.UPLOADED, Import.Status.TRIED, Import.Status.FAILED)
    for item in ended.iterator():
        names = (item.file.name, item.rejects_file.name)
        if Import.objects.filter(pk=item.pk, status=Import.Status.APPLIED).update(file="", rejects_file=""):
            _delete(item, *names)
            count += 1
    for item in Import.objects.filter(status__in=left, created_at__lt=before).iterator():
        if Import.objects.filter(pk=item.pk, status__in=left).delete()[0]:
            _delete(item, item.file.name, item.rejects_file.name)
            count += 1
    return count


def _delete(item: Import, *names: str | None) -> None:
    """The files, once no row names them: cut off in between, a file is left over, never a row without its file."""
    for name in filter(None, names):
        item.file.storage.delete(name)
