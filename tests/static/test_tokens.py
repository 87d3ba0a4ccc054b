"""The design's colours keep to WCAG AA in both themes."""

import re

import pytest
from django.conf import settings

TOKENS = (settings.BASE_DIR / "static/css/tokens.css").read_text()
HEX = r"#[0-9a-f]{6}"
GROUNDS = ["canvas", "surface", "surface-raised", "surface-sunken", "surface-hover"]
TEXTS = ["text", "text-muted", "text-faint", "accent-text"]
SOFT = [(f"{name}-text", f"{name}-soft") for name in ("accent", "good", "warn", "bad")]
STATES = [
    (f"{name}-text", ground) for name in ("good", "warn", "bad") for ground in ("canvas", "surface", "surface-hover")
]
FILLED = [("text-on-accent", ground) for ground in ("accent", "accent-hover", "bad-fill", "bad-hover")]
READ = [(text, ground) for text in TEXTS for ground in GROUNDS] + SOFT + STATES + FILLED
READ += [("text", soft) for _, soft in SOFT]
SEEN = [(line, ground) for line in ("line-control", "focus", "accent", "chart") for ground in ("canvas", "surface")]
SEEN += [(f"{name}-fill", "surface") for name in ("good", "warn", "bad")]


def colour(name: str, theme: int) -> str:
    both = re.search(rf"--{name}: light-dark\(({HEX}), ({HEX})\)", TOKENS)
    one = re.search(rf"--{name}: ({HEX})", TOKENS)
    assert both or one, f"--{name} is no colour"
    return both.group(theme + 1) if both else one.group(1)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), READ)
def test_text__on_its_ground__has_contrast_of_4_5(text, ground, theme):
    assert contrast(colour(text, theme), colour(ground, theme)) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), SEEN)
def test_control_or_mark__on_its_ground__has_contrast_of_3(line, ground, theme):
    assert contrast(colour(line, theme), colour(ground, theme)) >= 3


def test_contrast__black_on_white__is_21():
    assert round(contrast("#000000", "#ffffff"), 2) == 21
