"""What a browser calls itself, in words: "Firefox on Windows"."""

from __future__ import annotations

NAMES = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""In this order: most of them also call themselves what stands further down."""
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def in_words(said: str) -> str:
    """The browser and what it runs on; what is not known is told as the browser told it."""
    name = next((words for mark, words in NAMES if mark in said), "")
    system = next((words for mark, words in SYSTEMS if mark in said), "")
    return f"{name} on {system}" if name and system else name or said
