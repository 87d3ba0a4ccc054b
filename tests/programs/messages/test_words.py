"""Quiet hours and the words of a message: pure values."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from programs.messages.quiet import is_quiet, next_open, parse_hours
from programs.messages.words import html, line, mail_html, unknown_places

NIGHT = (20, 8)


@pytest.mark.parametrize(
    ("zone", "instant", "expected"),
    [
        ("UTC", datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("UTC", datetime(2026, 3, 1, 20, tzinfo=UTC), datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("UTC", datetime(2026, 3, 1, 7, 59, tzinfo=UTC), datetime(2026, 3, 1, 8, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 23, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 13, tzinfo=UTC)),
        # The night in which clocks go forward is an hour shorter.
        ("Europe/Berlin", datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)),
    ],
)
def test_next_open__night_of_the_person__waits_for_their_morning(zone: str, instant: datetime, expected: datetime):
    assert next_open(instant, ZoneInfo(zone), NIGHT) == expected


def test_is_quiet__every_hour__as_the_span_says():
    assert [hour for hour in range(24) if is_quiet(hour, NIGHT)] == [*range(8), *range(20, 24)]
    assert [hour for hour in range(24) if is_quiet(hour, (1, 3))] == [1, 2]
    assert not any(is_quiet(hour, (0, 0)) for hour in range(24))


@pytest.mark.parametrize("text", ["20", "20-25", "late", "8-"])
def test_parse_hours__nonsense__is_refused(text: str):
    with pytest.raises(ValueError, match="20-8"):
        parse_hours(text)


def test_words__names_with_markup__are_shown_as_they_are():
    said = html("Hello **{{ name }}** of {{company}}", {"name": "<b>Eve</b>", "company": "[x](https://evil.example)"})
    assert "<b>" not in said.replace("<strong>", "") and "href" not in said
    assert "&lt;b&gt;Eve&lt;/b&gt;" in said and "[x](https://evil.example)" in said


def test_words__subject__is_one_line():
    assert line("For {{ company }}", {"company": "A\r\nBcc: eve@example.com"}) == "For A Bcc: eve@example.com"


def test_words__unknown_place__is_named():
    assert unknown_places("{{ name }} {{ salary }} {{salary}}") == ["salary"]


def test_mail_html__what_is_not_markdown__is_escaped():
    page = mail_html(subject="a<b", body="<p>x</p>", button=("go<", 'https://x/"'), foot=[("f&", "")])
    assert "a&lt;b" in page and "go&lt;" in page and "https://x/&quot;" in page and "f&amp;" in page
