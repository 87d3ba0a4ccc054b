"""The engine with services of its own, killed again and again while it works."""
