"""Which partners are likely to leave or to grow: learned from the past, tested on a later past, and only then told."""
