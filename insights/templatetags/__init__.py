"""Template tags of insights."""
