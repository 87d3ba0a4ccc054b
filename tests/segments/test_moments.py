"""Instants as people write them, and the commands that take one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from segments.moments import read_moment


def test_read_moment__day_and_instant__in_the_organisations_zone() -> None:
    assert read_moment("2026-06-01") == datetime(2026, 6, 1, tzinfo=UTC)
    assert read_moment("2026-06-01T12:00:00+02:00") == datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert read_moment("2026-06-01T12:00:00") == datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-45", "2026-06-31T10:00:00Z"])
@pytest.mark.parametrize("command", ["recompute", "verify_memberships"])
@pytest.mark.django_db
def test_as_of__no_moment__refused_in_words(command: str, text: str) -> None:
    with pytest.raises(CommandError, match="is not a date or time; write 2026-06-01"):
        call_command(command, "--as-of", text)
