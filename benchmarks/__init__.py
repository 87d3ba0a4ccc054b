"""Measures the product against its rivals, on the same PostgreSQL in the same run: `make bench`."""
