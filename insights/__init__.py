"""Was it right: performance, health, coverage and what partners say, measured per segment."""
