"""Journeys: what happens, step by step, to a partner who enters or leaves a segment."""
