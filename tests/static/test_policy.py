"""Templates keep to the Content-Security-Policy: nothing inline, nothing from another host."""

import re

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
FORBIDDEN = {
    "an inline style": r"\sstyle\s*=",
    "a style element": r"<style\b",
    "an inline handler": r"<[^>]*\son(click|change|submit|input|load|error|key\w+|mouse\w+)\s*=",
    "a script of its own": r"<script(?![^>]*(\bsrc=|type=\"application/json\"))[^>]*>",
    "htmx that needs eval": r"hx-(on|vals\s*=\s*[\"']js:)|hx-trigger=\"[^\"]*\[",
    "something from elsewhere": r"(src|href)=\"(https?:)?//",
}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates")))
def test_template__any__holds_nothing_that_the_policy_refuses(template):
    words = template.read_text()
    assert [what for what, pattern in FORBIDDEN.items() if re.search(pattern, words, re.IGNORECASE)] == []
