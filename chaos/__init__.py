"""Faults on purpose: processes killed, the broker away, the disk full, clocks changed; then a close look at what is left."""
