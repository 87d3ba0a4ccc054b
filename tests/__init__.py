"""The tests: one folder for each app, on a real PostgreSQL, a real broker and real workers."""
