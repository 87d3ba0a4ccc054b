"""Machines: keys, and what they may do."""
